"""Classification: probes of the label, fitted on train latents and scored on test latents.

Probes on samples of z are what the bounds of information theory speak of; probes on posterior means
read a deterministic function of x, and are reported apart.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from hvae import command, tables
from hvae.latents import store
from hvae.latents.store import Latents
from hvae.params import Classification, Point, Section, parse
from hvae.tasks.layers import joined, layer_sets

Row = dict[str, Any]
NEIGHBOURS = 5

PROBES: Mapping[str, Callable[[], Any]] = {
    "logistic": lambda: LogisticRegression(max_iter=1000),
    "svm-linear": lambda: LinearSVC(dual=False),
    "svm-rbf": lambda: SVC(kernel="rbf"),
    "knn": lambda: KNeighborsClassifier(NEIGHBOURS),
}


class Job(Section):
    """What the probes of a row depend on, beside its latents."""

    classification: Classification
    points: list[Point]


def main(arguments: argparse.Namespace) -> None:
    """Write the row's part of `tasks.parquet`."""
    job = parse(Job, arguments.params)
    rows: list[Row] = []
    for point in command.progress(job.points, "probing points"):
        train, test = (
            store.read(store.file(arguments.latents, point.name, split))
            for split in ("train", "test")
        )
        if len(test.label) > 0:  # a diverged point has no latents
            rows += [
                {"point": point.name, **row} for row in classify(train, test, job.classification)
            ]
    tables.write(tables.from_rows(rows, tables.tasks()), arguments.out)


def classify(train: Latents, test: Latents, settings: Classification) -> Iterator[Row]:
    """Accuracy of every probe on every set of layers, from samples and from means.

    Nothing where all train labels are the same, as in a source without classes.
    """
    kept = slice(settings.max_train)
    if len(np.unique(train.label[kept])) < 2:
        return
    for features in ("sample", "mean"):
        for layers in layer_sets(len(train.sample)):
            fit_on = joined(getattr(train, features), layers)[kept]
            score_on = joined(getattr(test, features), layers)
            for method in settings.probes:
                correct = hits(method, fit_on, train.label[kept], score_on, test.label)
                row = {"task": "classification", "layers": layers.name, "features": features}
                yield row | {"method": method, "metric": "accuracy"} | accuracy(correct)


def hits(
    method: str,
    train: NDArray[np.float32],
    train_label: NDArray[np.int64],
    test: NDArray[np.float32],
    test_label: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Whether each test item is classified correctly; standardised with train statistics."""
    probe = make_pipeline(StandardScaler(), PROBES[method]())
    probe.fit(train.astype(np.float64), train_label)
    return np.asarray(probe.predict(test.astype(np.float64)) == test_label)


def accuracy(correct: NDArray[np.bool_]) -> dict[str, float | int]:
    """Share of hits with its exact binomial 95 % interval (Clopper & Pearson, 1934)."""
    count, n = int(correct.sum()), len(correct)
    low, high = binomtest(count, n).proportion_ci(0.95, method="exact")
    return {"value": count / n, "low": float(low), "high": float(high), "n": n}


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "latents", "out")
    command.run(main, parser.parse_args())
