"""Clustering: what the clusters that latents fall into tell of their classes.

A cluster of z is an f(z), so what it tells of the class is limited as z itself is. Clusters and
their one-to-one matching to classes are fitted on train latents, and scored on test latents.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hvae.config.tasks import Clustering
from hvae.data.summary import no_classes
from hvae.latents.store import Latents
from hvae.statistics.contingency import ari, contingency, count_rows, independent, nmi
from hvae.statistics.estimate import Integers, Row
from hvae.statistics.intervals import bootstrap
from hvae.statistics.proportion import share
from hvae.tasks import task
from hvae.tasks.task import Count, Found, Score, Subject
from hvae.tasks.views import View, views

SEED = 0
STARTS = 4
LEAST_VARIANCE = 1e-2  # of a standardised feature in a component, which cannot close on one item

METHODS: Mapping[str, Callable[[int], Any]] = {
    "k-means": lambda k: KMeans(k, n_init=STARTS, random_state=SEED),
    "gaussian-mixture": lambda k: GaussianMixture(
        k, covariance_type="diag", reg_covar=LEAST_VARIANCE, random_state=SEED
    ),
}


class Clustered(NamedTuple):
    """What was clustered, and by split how many items of each class (rows) fell in each cluster."""

    named: Row
    counts: Mapping[str, Integers]


def measure(subject: Subject, settings: Clustering, seed: int) -> Iterator[Found]:
    """What clusters tell of classes, and the counts behind it; nothing where these are too rare."""
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
            table = {
                split: contingency(labels[split], found, (classes, k))
                for split, found in assigned(method, k, view).items()
            }
            yield Clustered(view.named("clustering", method), table)


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
    for split in set(found.counts) - {"train"}:
        for row in agreement(found.counts["train"], found.counts[split]):
            yield Score(split, found.named | row)


def agreement(train: Integers, held_out: Integers) -> Iterator[Row]:
    """The metrics of one table of counts; only the matching is fitted, on another."""
    n = int(held_out.sum())
    yield {"metric": "accuracy"} | share(matched(train, held_out), n)
    null = independent(held_out)
    statistics = bootstrap({"nmi": nmi, "ari": ari}, held_out[None], null[None])
    for metric, numbers in statistics.items():
        yield {"metric": metric} | numbers | {"n": n}


def matched(train: Integers, test: Integers) -> int:
    """Test items whose cluster is matched to their class.

    The matching is one-to-one, the best one on train items (Kuhn, 1955); a cluster or class that is
    left over matches nothing.
    """
    return int(test[linear_sum_assignment(train, maximize=True)].sum())


def counts(found: Clustered, classes: Sequence[str]) -> Iterator[Count]:
    """Class × cluster of the items that the matching is fitted on, and of those it is tested on."""
    for split in ("train", "test"):
        clusters = [str(number) for number in range(found.counts[split].shape[1])]
        for row in count_rows(found.counts[split], classes, clusters):
            yield Count(found.named | {"split": split} | row)


if __name__ == "__main__":
    task.run(__doc__, Clustering, measure)
