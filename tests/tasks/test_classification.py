"""Probes on cases whose answer is known, and what is fitted on what."""

import numpy as np
import pytest
from scipy.stats import binom

from hvae.latents.store import Latents
from hvae.task_options import Classification
from hvae.tasks.classification import PROBES, classify, hits
from hvae.tasks.layers import joined, layer_sets

ALL = Classification(probes=list(PROBES), max_train=300)
RANDOM = np.random.default_rng(0)


def planted(count: int, informative: bool) -> Latents:
    """Three classes; samples of z_1 tell them apart if asked to, samples of z_2 never do."""
    label = RANDOM.integers(3, size=count)
    noise = [RANDOM.normal(size=(count, width)).astype(np.float32) for width in (4, 2)]
    centre = np.eye(4, dtype=np.float32)[label] * (12 if informative else 0)
    return Latents(
        np.arange(count), label, [centre, noise[1] * 0], [n * 0 + 1 for n in noise],
        [centre + noise[0], noise[1]],
    )  # fmt: skip


def test_layer_sets_are_layers_and_suffixes() -> None:
    assert [layers.name for layers in layer_sets(1)] == ["z1"]
    assert [layers.name for layers in layer_sets(2)] == ["z1", "z2", "z1+z2"]
    assert [layers.name for layers in layer_sets(3)] == ["z1", "z2", "z3", "z2+z3", "z1+z2+z3"]
    assert joined([np.zeros((5, 4)), np.ones((5, 2))], layer_sets(2)[2]).sum(1).tolist() == [2] * 5


@pytest.mark.parametrize("method", PROBES)
def test_separated_classes_are_told_apart(method: str) -> None:
    train, test = planted(300, True), planted(200, True)
    assert hits(method, train.sample[0], train.label, test.sample[0], test.label).mean() > 0.99


@pytest.mark.parametrize("method", PROBES)
def test_labels_that_carry_nothing_are_guessed_at_chance(method: str) -> None:
    train, test = planted(300, False), planted(600, False)
    count = hits(method, train.sample[0], train.label, test.sample[0], test.label).sum()
    assert binom.sf(count - 1, 600, 1 / 3) > 1e-3
    assert binom.cdf(count, 600, 1 / 3) > 1e-3


def test_every_layer_set_probe_and_kind_of_feature_has_its_row() -> None:
    rows = list(classify(planted(300, True), planted(100, True), ALL))
    assert len(rows) == 3 * 2 * 4
    by = {(row["layers"], row["features"], row["method"]): row["value"] for row in rows}
    assert by["z1", "sample", "logistic"] > 0.95
    assert by["z1+z2", "sample", "svm-rbf"] > 0.95
    assert by["z2", "sample", "logistic"] < 0.6


def test_probes_see_at_most_max_train_items_and_no_test_item() -> None:
    """Labels beyond the first ten train items are wrong: a probe that read them would fail."""
    train, test = planted(300, True), planted(100, True)
    wrong = train.label.copy()
    wrong[30:] = (wrong[30:] + 1) % 3
    settings = Classification(probes=["logistic"], max_train=30)
    rows = classify(train._replace(label=wrong), test, settings)
    assert next(rows)["value"] > 0.9


def test_features_are_standardised_with_train_statistics() -> None:
    """Test features moved as a whole must look moved: their own statistics would hide it."""
    train, test = planted(300, True), planted(300, True)
    moved = test.sample[0] + np.float32(12) * np.eye(4, dtype=np.float32)[0]
    assert hits("knn", train.sample[0], train.label, moved, test.label).mean() < 0.8
