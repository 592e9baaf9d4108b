"""Clusters of latents whose classes are known to be apart, or not to be there at all."""

import math
from typing import Any

import numpy as np
import pytest

from hvae.config.tasks import Clustering
from hvae.latents.store import Latents
from hvae.tasks.clustering import METHODS, Clustered, cluster, counts, matching, scores
from tests.tasks.cases import latents, separated

ALL = Clustering(max_train=400)


def subject(seed: int, train: int = 400, test: int = 300) -> dict[str, Latents]:
    random = np.random.default_rng(seed)
    return {"train": separated(random, train), "test": separated(random, test)}


def found(method: str, layers: str, features: str, clusters: list[Clustered]) -> Clustered:
    wanted = {"method": method, "layers": layers, "features": features}
    (one,) = [c for c in clusters if wanted.items() <= c.named.items()]
    return one


def values(one: Clustered) -> dict[str, Any]:
    return {found.row["metric"]: found.row["value"] for found in scores(one)}


@pytest.fixture(scope="module")
def clusters() -> list[Clustered]:
    return list(cluster(subject(0), 4, ALL))


@pytest.mark.parametrize("method", METHODS)
def test_separated_classes_are_found(method: str, clusters: list[Clustered]) -> None:
    for features in ("sample", "mean"):
        one = values(found(method, "z1", features, clusters))
        assert one == pytest.approx({"accuracy": 1, "nmi": 1, "ari": 1}, abs=0.02)
    noise = values(found(method, "z2", "sample", clusters))
    assert max(noise["nmi"], noise["ari"]) < 0.1


@pytest.mark.parametrize("method", METHODS)
def test_latents_that_are_constant_fall_into_one_cluster(
    method: str, clusters: list[Clustered]
) -> None:
    """Closed layers have constant means: neither a warning nor a failure."""
    one = found(method, "z2", "mean", clusters)
    assert (one.counts["test"].sum(0) > 0).sum() == 1
    assert values(one)["nmi"] == 0
    assert values(one)["accuracy"] <= one.counts["test"].sum(1).max() / one.counts["test"].sum()


@pytest.mark.parametrize("method", METHODS)
def test_labels_that_carry_nothing_are_matched_at_chance(method: str) -> None:
    """Fitted on train, the matching gains nothing from luck: the mean over seeds is the truth."""
    settings = Clustering(methods=[method], max_train=60)
    hits = []
    for seed in range(150):
        random = np.random.default_rng(seed)
        sides = {
            split: latents(random.integers(3, size=60), [random.normal(size=(60, 2))])
            for split in ("train", "test")
        }
        one = next(cluster(sides, 3, settings))
        hits.append(values(one)["accuracy"])
        table = one.counts["test"]
        assert table[matching(table)].sum() >= 60 * hits[-1]
    error = np.std(hits, ddof=1) / math.sqrt(len(hits))
    assert abs(np.mean(hits) - 1 / 3) < 3 * error


def test_test_labels_fit_nothing() -> None:
    """Other test labels change neither the clusters nor the matching."""
    one = subject(1)
    other = one | {"test": one["test"]._replace(label=(one["test"].label + 1) % 4)}
    for a, b in zip(cluster(one, 4, ALL), cluster(other, 4, ALL), strict=True):
        np.testing.assert_array_equal(a.counts["train"], b.counts["train"])
        np.testing.assert_array_equal(a.counts["test"].sum(0), b.counts["test"].sum(0))
    moved = values(found("k-means", "z1", "sample", list(cluster(other, 4, ALL))))
    assert moved["accuracy"] < 0.02
    assert moved["nmi"] > 0.95  # it needs no matching


def test_the_matching_is_one_to_one_and_the_best_on_train() -> None:
    train = np.array([[9, 8, 0], [8, 0, 0], [0, 0, 5]])
    expected = [[0, 1, 0], [1, 0, 0], [0, 0, 1]]  # only the third class keeps its own cluster
    np.testing.assert_array_equal(matching(train), expected)
    assert train[matching(train)].sum() == 8 + 8 + 5
    assert matching(np.array([[5, 0], [0, 5], [0, 4]])).sum() == 2


def test_clusters_are_as_many_as_asked_for() -> None:
    one = subject(2)
    settings = Clustering(methods=["k-means"], clusters=7, max_train=50)
    first = next(cluster(one, 4, settings))
    assert first.counts["train"].shape == (4, 7)
    assert first.counts["train"].sum() == 50
    assert first.counts["test"].sum() == 300
    few = cluster(subject(2, train=5), 4, settings)
    assert next(few).counts["train"].shape == (4, 5)


def test_one_class_has_no_clusters() -> None:
    assert list(cluster(subject(0), 1, ALL)) == []


def test_every_choice_has_its_rows_and_counts_add_up(clusters: list[Clustered]) -> None:
    assert len(clusters) == 3 * 2 * 2
    rows = [found.row for found in counts(clusters[0], ["a", "b", "c", "d"])]
    assert {row["group"] for row in rows} == {"a", "b", "c", "d"}
    assert {row["output"] for row in rows} <= {"0", "1", "2", "3"}
    for split, items in (("train", 400), ("test", 300)):
        assert sum(row["count"] for row in rows if row["split"] == split) == items


@pytest.mark.parametrize("method", METHODS)
def test_many_dimensions_and_few_items_do_not_fail(method: str) -> None:
    random = np.random.default_rng(3)
    sides = {
        split: latents(random.integers(5, size=20), [random.normal(size=(20, 300))])
        for split in ("train", "test")
    }
    one = next(cluster(sides, 5, Clustering(methods=[method])))
    assert one.counts["test"].sum() == 20
