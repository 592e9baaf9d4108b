"""Classification: probes of the label, fitted on train latents and scored on test latents.

The bounds of information theory are about probes on samples of z. Probes on posterior means read a
deterministic function of x, and are reported apart.

So is the protocol of Xiao & Bamler (ICLR 2023, their code of 2023-02-10), whose setting is `hit`.
Its probes read posterior means of one layer, all dimensions as they are. They are fitted on four
fifths of the *test* items and scored on the last fifth, in one division for all points. The
logistic one is fitted with five seeds and has their mean accuracy.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from hvae.config.tasks import Classification
from hvae.data.summary import no_classes
from hvae.latents.store import Latents
from hvae.statistics.estimate import Integers, Row
from hvae.statistics.intervals import mean
from hvae.statistics.proportion import hits
from hvae.statistics.sampled import Sampled
from hvae.tasks import task
from hvae.tasks.task import Score, Subject
from hvae.tasks.views import View, views

NEIGHBOURS = 5

PROBES: Mapping[str, Callable[[], Any]] = {
    "logistic": lambda: LogisticRegression(max_iter=1000),
    "svm-linear": lambda: LinearSVC(dual=False),
    "svm-rbf": lambda: SVC(kernel="rbf"),
    "knn": lambda: KNeighborsClassifier(NEIGHBOURS),
}


def measure(subject: Subject, settings: Classification, seed: int) -> Iterator[Score]:
    """Accuracies of every probe; nothing where classes are too rare for it."""
    labels = {split: of.label for split, of in subject.latents.items()}
    labels["train"] = labels["train"][: settings.max_train]
    if no_classes(labels, subject.items["train"].classes) is None:
        yield from classify(subject.latents, settings)
        if settings.protocol == HIT:
            yield from as_published(subject.latents["test"], settings)


def classify(latents: Mapping[str, Latents], settings: Classification) -> Iterator[Score]:
    """Accuracy of every probe on every set of layers, from samples and from means.

    Nothing where all train labels are the same, as in a source without classes.
    """
    labels = latents["train"].label[: settings.max_train]
    if len(np.unique(labels)) < 2:
        return
    for view in views(latents, settings.max_train):
        for method in settings.probes:
            named = view.named("classification", method) | {"metric": "accuracy"}
            for split, predicted in predictions(method, view, labels).items():
                of = latents[split]
                yield Score(split, named, hits(predicted == of.label), of.ids)


def predictions(method: str, view: View, labels: Integers) -> dict[str, Integers]:
    """Classes of the held-out items, by split; fitted and standardised with train items alone."""
    probe = make_pipeline(StandardScaler(), PROBES[method]())
    probe.fit(view.x["train"], labels)
    return {split: probe.predict(x) for split, x in view.held_out().items()}


HIT = "hit"
DIVISION = 42  # the seed of the permutation that divides the test items
SEEDS = range(5)  # of the logistic probe; the others are not random

AS_PUBLISHED: Mapping[str, Callable[[int], Any]] = {
    "logistic": lambda seed: LogisticRegression(solver="saga", random_state=seed),
    "svm-linear": lambda _: SVC(kernel="linear"),
    "svm-rbf": lambda _: SVC(kernel="rbf"),
    "knn": lambda _: KNeighborsClassifier(),
}


def as_published(test: Latents, settings: Classification) -> Iterator[Score]:
    """Accuracy of every probe on the posterior means of each layer, by that protocol.

    Nothing where the items that probes are fitted on have one class.
    """
    fitted, scored = divided(len(test.label))
    if len(scored) < 2 or len(np.unique(test.label[fitted])) < 2:
        return
    for layer, x in enumerate(test.mean, 1):
        for method in settings.probes:
            seeds = SEEDS if method == "logistic" else SEEDS[:1]
            probes = (AS_PUBLISHED[method](seed) for seed in seeds)
            right = [_right(probe, x, test.label, fitted, scored) for probe in probes]
            named = _as_published(f"z{layer}", method)
            yield Score("test", named, _averaged(np.array(right)), test.ids[scored])


def divided(items: int) -> tuple[Integers, Integers]:
    """Positions of the items that probes are fitted on and, a fifth of them, are scored on."""
    order = np.random.RandomState(DIVISION).permutation(items)
    first = items - int(items * 0.2)
    return order[:first], order[first:]


def _right(
    probe: Any, x: NDArray[np.float32], labels: Integers, fitted: Integers, scored: Integers
) -> NDArray[np.bool_]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # theirs stops at 100 rounds, too
        probe.fit(x[fitted], labels[fitted])
    return np.asarray(probe.predict(x[scored]) == labels[scored])


def _averaged(right: NDArray[np.bool_]) -> Sampled:
    """The mean over seeds (seeds, items), with an exact interval where there is but one."""
    return hits(right[0]) if len(right) == 1 else mean(np.asarray(right.mean(0)))


def _as_published(layers: str, method: str) -> Row:
    named = {"task": "classification", "layers": layers, "features": "mean", "metric": "accuracy"}
    return named | {"method": method, "setting": HIT}


if __name__ == "__main__":
    task.run(__doc__, Classification, measure)
