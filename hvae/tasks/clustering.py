"""Clustering: how well clusters of latents agree with classes.

A cluster is a function of z, so the limits on z hold for its information about the class, too.
Clusters and their one-to-one matching to classes are fitted on train latents, and scored on test
latents.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hvae.config.tasks import Clustering
from hvae.data.summary import no_classes
from hvae.latents.store import Latents
from hvae.statistics.estimate import Integers, Row
from hvae.statistics.intervals import Statistic, bootstrap
from hvae.statistics.proportion import hits
from hvae.statistics.sampled import (
    Sampled,
    ari,
    contingency,
    count_rows,
    independent,
    nmi,
    of_table,
)
from hvae.tasks import task
from hvae.tasks.task import Count, Found, Score, Subject
from hvae.tasks.views import View, views

SEED = 0
STARTS = 4
LEAST_VARIANCE = 1e-2  # of a standardised feature in a component: none closes on one item

METHODS: Mapping[str, Callable[[int], Any]] = {
    "k-means": lambda k: KMeans(k, n_init=STARTS, random_state=SEED),
    "gaussian-mixture": lambda k: GaussianMixture(
        k, covariance_type="diag", reg_covar=LEAST_VARIANCE, random_state=SEED
    ),
}


PARTITIONS: Mapping[str, Statistic] = {"nmi": nmi, "ari": ari}


class Clustered(NamedTuple):
    """What was clustered, and by split how many items of each class (rows) fell in each cluster.

    cells: the class and the cluster of each item, (2, items), by split. ids: their `index`.
    """

    named: Row
    counts: Mapping[str, Integers]
    cells: Mapping[str, Integers]
    ids: Mapping[str, Integers]


def measure(subject: Subject, settings: Clustering, seed: int) -> Iterator[Found]:
    """How clusters agree with classes, and the counts; nothing where classes are too rare."""
    classes = subject.items["train"].classes
    labels = {split: of.label for split, of in subject.latents.items()}
    labels["train"] = labels["train"][: settings.max_train]
    if no_classes(labels, classes) is not None:
        return
    for one in cluster(subject.latents, len(classes), settings):
        yield from scores(one)
        yield from counts(one, classes)


def cluster(
    latents: Mapping[str, Latents], classes: int, settings: Clustering
) -> Iterator[Clustered]:
    """Every method on every set of layers, from samples and from means; nothing for one class."""
    if classes < 2:
        return
    labels = {split: of.label for split, of in latents.items()}
    labels["train"] = labels["train"][: settings.max_train]
    k = min(settings.clusters or classes, len(labels["train"]))
    for view in views(latents, settings.max_train):
        for method in settings.methods:
            cells = {
                split: np.stack([labels[split], found])
                for split, found in assigned(method, k, view).items()
            }
            table = {
                split: contingency(each[0], each[1], (classes, k)) for split, each in cells.items()
            }
            ids = {split: of.ids for split, of in latents.items()}
            yield Clustered(view.named("clustering", method), table, cells, ids)


def assigned(method: str, k: int, view: View) -> dict[str, Integers]:
    """Clusters of all items, by split; standardised and fitted with train items alone."""
    model = make_pipeline(StandardScaler(), METHODS[method](k))
    with warnings.catch_warnings():
        # latents that carry nothing may hold fewer places than k: some clusters then stay empty
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(view.x["train"])
    return {split: model.predict(x) for split, x in view.x.items()}


def scores(found: Clustered) -> Iterator[Score]:
    """Accuracy of the matched clusters, NMI and ARI on the items of each held-out split."""
    for split in (split for split in found.counts if split != "train"):
        for metric, sampled in agreement(found, split).items():
            yield Score(split, found.named | {"metric": metric}, sampled, found.ids[split])


def agreement(found: Clustered, split: str) -> dict[str, Sampled]:
    """The metrics of one split by name; only the matching is fitted, on train items."""
    table, (labels, clusters) = found.counts[split], found.cells[split]
    right = matching(found.counts["train"])[labels, clusters]
    null = independent(table)
    intervals = bootstrap(PARTITIONS, table[None], null[None])
    return {"accuracy": hits(right)} | {
        name: Sampled(
            intervals[name] | {"n": len(labels)}, of_table(statistic, table, (labels, clusters))
        )
        for name, statistic in PARTITIONS.items()
    }


def matching(train: Integers) -> NDArray[np.bool_]:
    """Whether a cluster (columns) is matched to a class (rows).

    One-to-one, and the best one on train items (Kuhn, 1955); a cluster or class that is left over
    matches nothing.
    """
    found = np.zeros(train.shape, bool)
    found[linear_sum_assignment(train, maximize=True)] = True
    return found


def counts(found: Clustered, classes: Sequence[str]) -> Iterator[Count]:
    """Class × cluster of the items that the matching is fitted on, and of those it is tested on."""
    for split in ("train", "test"):
        clusters = [str(number) for number in range(found.counts[split].shape[1])]
        for row in count_rows(found.counts[split], classes, clusters):
            yield Count(found.named | {"split": split} | row)


if __name__ == "__main__":
    task.run(__doc__, Clustering, measure)
