"""Splits: disjoint, whole, stratified, seeded."""

import numpy as np
import pytest

from hvae.data.digits import load
from hvae.data.splits import SPLITS, split, subset
from hvae.errors import InputError
from hvae.params import Split

FRACTIONS = Split(train=0.6, validation=0.2, test=0.2)


def test_every_item_is_in_exactly_one_split() -> None:
    parts = split(load().labels, FRACTIONS, seed=0)
    assert tuple(parts) == SPLITS
    assert sorted(np.concatenate(list(parts.values()))) == list(range(1797))


def test_classes_keep_their_shares() -> None:
    labels = np.repeat([0, 1, 2], [600, 300, 100])
    for name, part in split(labels, FRACTIONS, seed=0).items():
        fraction = getattr(FRACTIONS, name)
        np.testing.assert_array_equal(
            np.bincount(labels[part]), np.array([600, 300, 100]) * fraction
        )


def test_the_seed_decides() -> None:
    labels = load().labels
    first, again, other = (split(labels, FRACTIONS, seed)["test"] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_a_leading_part_is_a_random_sample() -> None:
    labels = np.repeat([0, 1], 500)
    share = labels[split(labels, FRACTIONS, seed=0)["train"][:200]].mean()
    assert abs(share - 0.5) < 3 * np.sqrt(0.25 / 200)


def test_a_subset_is_stratified() -> None:
    labels = np.repeat([0, 1], [900, 100])
    assert np.bincount(labels[subset(labels, 50, seed=0)]).tolist() == [45, 5]
    assert len(subset(labels, None, seed=0)) == len(subset(labels, 5000, seed=0)) == 1000


def test_items_without_classes_are_split_all_the_same() -> None:
    parts = split(np.zeros(100, int), FRACTIONS, seed=0)
    assert {name: len(part) for name, part in parts.items()} == {
        "train": 60,
        "validation": 20,
        "test": 20,
    }
    assert len(subset(np.zeros(100, int), 30, seed=0)) == 30


def test_too_few_items_of_a_class_are_refused() -> None:
    with pytest.raises(InputError, match=r"data\.split: 4 items cannot be split by class"):
        split(np.array([0, 0, 0, 1]), FRACTIONS, seed=0)
    with pytest.raises(InputError, match=r"data\.max_items: 1 items"):
        subset(np.array([0, 0, 1, 1]), 1, seed=0)
