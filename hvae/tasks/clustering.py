"""Clustering: what the clusters that latents fall into tell of their classes.

A cluster of z is an f(z), so what it tells of the class is limited as z itself is. Clusters and
their one-to-one matching to classes are fitted on train latents, and scored on test latents.
"""

import argparse
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hvae import command, tables
from hvae.data import prepared
from hvae.params import Point, Section, parse
from hvae.task_options import Clustering
from hvae.tasks.contingency import ari, contingency, count_rows, independent, nmi
from hvae.tasks.intervals import bootstrap, share
from hvae.tasks.views import Integers, Row, Subject, View, subjects, views

SEED = 0
STARTS = 4
LEAST_VARIANCE = 1e-2  # of a standardised feature in a component, which cannot close on one item

METHODS: Mapping[str, Callable[[int], Any]] = {
    "k-means": lambda k: KMeans(k, n_init=STARTS, random_state=SEED),
    "gaussian-mixture": lambda k: GaussianMixture(
        k, covariance_type="diag", reg_covar=LEAST_VARIANCE, random_state=SEED
    ),
}


class Job(Section):
    """What the clusters of a row depend on, beside its latents."""

    clustering: Clustering
    points: list[Point]


class Clustered(NamedTuple):
    """What was clustered, and how many items of each class (rows) fell into each cluster."""

    named: Row
    train: Integers
    test: Integers


def main(arguments: argparse.Namespace) -> None:
    """Write the row's parts of `tasks.parquet` and of `counts.parquet`."""
    job = parse(Job, arguments.params)
    classes = prepared.read(arguments.data / "test.parquet").classes
    found = [
        one
        for subject in subjects(job.points, arguments.latents, "clustering points")
        for one in cluster(subject, len(classes), job.clustering)
    ]
    rows = [row for one in found for row in scores(one)]
    counted = [row for one in found for row in counts(one, classes)]
    tables.write(tables.from_rows(rows, tables.tasks()), arguments.out)
    tables.write(tables.from_rows(counted, tables.counts()), arguments.counts)


def cluster(subject: Subject, classes: int, settings: Clustering) -> Iterator[Clustered]:
    """Every method on every set of layers, from samples and from means; nothing for one class."""
    if classes < 2:
        return
    labels = subject.train.label[: settings.max_train]
    k = min(settings.clusters or classes, len(labels))
    for view in views(subject.train, subject.test, settings.max_train):
        for method in settings.methods:
            sides = zip((labels, subject.test.label), assigned(method, k, view), strict=True)
            table = [contingency(label, found, (classes, k)) for label, found in sides]
            named = {"point": subject.point} | view.named("clustering", method)
            yield Clustered(named, *table)


def assigned(method: str, k: int, view: View) -> tuple[Integers, Integers]:
    """The clusters of train and of test items, standardised and fitted with train items alone."""
    model = make_pipeline(StandardScaler(), METHODS[method](k))
    with warnings.catch_warnings():
        # latents that carry nothing may hold fewer places than k: some clusters then stay empty
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(view.train)
    return model.predict(view.train), model.predict(view.test)


def scores(found: Clustered) -> Iterator[Row]:
    """Accuracy of the matched clusters, NMI and ARI on test items."""
    n = int(found.test.sum())
    yield found.named | {"metric": "accuracy"} | share(matched(found.train, found.test), n)
    agreement = {"nmi": nmi, "ari": ari}
    null = independent(found.test)
    for metric, numbers in bootstrap(agreement, found.test[None], null[None]).items():
        yield found.named | {"metric": metric} | numbers | {"n": n}


def matched(train: Integers, test: Integers) -> int:
    """Test items whose cluster is matched to their class.

    The matching is one-to-one, the best one on train items (Kuhn, 1955); a cluster or class that is
    left over matches nothing.
    """
    return int(test[linear_sum_assignment(train, maximize=True)].sum())


def counts(found: Clustered, classes: Sequence[str]) -> Iterator[Row]:
    """Rows of `counts.parquet`: class × cluster of train and of test items."""
    clusters = [str(number) for number in range(found.test.shape[1])]
    for split in ("train", "test"):
        for row in count_rows(getattr(found, split), classes, clusters):
            yield found.named | {"split": split} | row


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "data", "latents", "out", "counts")
    command.run(main, parser.parse_args())
