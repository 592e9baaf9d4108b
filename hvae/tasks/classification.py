"""Classification: probes of the label, fitted on train latents and scored on test latents.

Probes on samples of z are what the bounds of information theory speak of; probes on posterior means
read a deterministic function of x, and are reported apart.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from hvae import command, tables
from hvae.latents.store import Latents
from hvae.params import Point, Section, parse
from hvae.task_options import Classification
from hvae.tasks.intervals import share
from hvae.tasks.views import Floats, Integers, Row, subjects, views

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
    rows = [
        {"point": point, **row}
        for point, train, test in subjects(job.points, arguments.latents, "probing points")
        for row in classify(train, test, job.classification)
    ]
    tables.write(tables.from_rows(rows, tables.tasks()), arguments.out)


def classify(train: Latents, test: Latents, settings: Classification) -> Iterator[Row]:
    """Accuracy of every probe on every set of layers, from samples and from means.

    Nothing where all train labels are the same, as in a source without classes.
    """
    labels = train.label[: settings.max_train]
    if len(np.unique(labels)) < 2:
        return
    for view in views(train, test, settings.max_train):
        for method in settings.probes:
            correct = hits(method, view.train, labels, view.test, test.label)
            named = view.named("classification", method) | {"metric": "accuracy"}
            yield named | share(int(correct.sum()), len(correct))


def hits(
    method: str, train: Floats, train_label: Integers, test: Floats, test_label: Integers
) -> NDArray[np.bool_]:
    """Whether each test item is classified correctly; standardised with train statistics."""
    probe = make_pipeline(StandardScaler(), PROBES[method]())
    probe.fit(train, train_label)
    return np.asarray(probe.predict(test) == test_label)


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "latents", "out")
    command.run(main, parser.parse_args())
