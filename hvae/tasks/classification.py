"""Classification: probes of the label, fitted on train latents and scored on test latents.

The bounds of information theory are about probes on samples of z. Probes on posterior means read a
deterministic function of x, and are reported apart.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from hvae.config.tasks import Classification
from hvae.data.summary import no_classes
from hvae.latents.store import Latents
from hvae.statistics.estimate import Integers
from hvae.statistics.proportion import hits
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


if __name__ == "__main__":
    task.run(__doc__, Classification, measure)
