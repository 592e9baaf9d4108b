"""Splits: disjoint, whole, stratified, seeded."""

from typing import Any

import numpy as np
import pytest

from hvae.config.data import Mnist
from hvae.config.sources import Common, Split
from hvae.data.bundled import load_digits
from hvae.data.source import SPLITS, Source
from hvae.data.splits import divide, split, subset
from hvae.errors import InputError

FRACTIONS = Split(train=0.6, validation=0.2, test=0.2)


def test_every_item_is_in_exactly_one_split() -> None:
    parts = split(load_digits().labels, FRACTIONS, seed=0)
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
    labels = load_digits().labels
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


def published() -> Source:
    """900 training and 100 test items of two classes, in the proportion of 9 to 1."""
    labels = np.tile(np.repeat([0, 1], [90, 10]), 10)
    parts = {"train": np.arange(900), "test": np.arange(900, 1000)}
    return Source(np.zeros((1000, 1), np.uint8), labels, (1,), ("a", "b"), levels=2, parts=parts)


def mnist(**values: Any) -> Common:
    fractions = {"train": 0.6, "validation": 0.2, "test": 0.2}
    return Mnist.model_validate({"source": "mnist", "split": fractions} | values)


def test_a_published_test_set_stays_whole_and_validation_comes_out_of_train() -> None:
    source = published()
    parts = divide(source, mnist(), seed=0)
    assert tuple(parts) == SPLITS
    assert {name: len(part) for name, part in parts.items()} == {
        "train": 675,  # 900 in the proportion of 0.6 to 0.2
        "validation": 225,
        "test": 100,
    }
    assert sorted(parts["test"]) == list(range(900, 1000))
    assert sorted(np.concatenate([parts["train"], parts["validation"]])) == list(range(900))
    assert list(parts["test"]) != sorted(parts["test"])  # in random order, as the others are
    for part in parts.values():
        assert np.bincount(source.labels[part])[1] == pytest.approx(len(part) / 10, abs=0.5)


def test_validation_may_come_out_of_the_published_test_set_so_that_all_training_items_train() -> (
    None
):
    source = published()
    parts = divide(source, mnist(validation_of="test"), seed=0)
    assert sorted(parts["train"]) == list(range(900))
    assert (len(parts["validation"]), len(parts["test"])) == (50, 50)  # 0.2 to 0.2
    assert sorted(np.concatenate([parts["validation"], parts["test"]])) == list(range(900, 1000))
    for part in parts.values():
        assert np.bincount(source.labels[part])[1] == pytest.approx(len(part) / 10, abs=0.5)


def test_only_train_to_validation_matters_where_a_test_set_is_published() -> None:
    for split_by in ({"train": 0.9, "validation": 0.1, "test": 0.2}, {"train": 0.45}):
        merged = {"train": 0.6, "validation": 0.05, "test": 0.2} | split_by
        parts = divide(published(), mnist(split=merged), seed=0)
        assert {name: len(part) for name, part in parts.items()} == {
            "train": 810,
            "validation": 90,
            "test": 100,
        }


def test_fewer_items_are_spread_over_training_and_test_set_as_all_are() -> None:
    parts = divide(published(), mnist(max_items=200), seed=0)
    assert [len(parts[name]) for name in SPLITS] == [135, 45, 20]
    assert parts["test"].min() >= 900 > max(parts["train"].max(), parts["validation"].max())
    with pytest.raises(InputError, match=r"data\.max_items: 1 items cannot be chosen by class"):
        divide(published(), mnist(max_items=10), seed=0)


def test_the_seed_decides_which_are_held_out() -> None:
    first, again, other = (divide(published(), mnist(), seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first["validation"], again["validation"])
    assert set(first["validation"]) != set(other["validation"])
    assert list(first["test"]) != list(other["test"])


def test_items_without_classes_are_split_all_the_same() -> None:
    parts = split(np.zeros(100, int), FRACTIONS, seed=0)
    assert {name: len(part) for name, part in parts.items()} == {
        "train": 60,
        "validation": 20,
        "test": 20,
    }
    assert len(subset(np.zeros(100, int), 30, seed=0)) == 30


@pytest.mark.parametrize("rare", [1, 2, 3, 4, 5])
def test_a_rare_class_is_in_train_first_and_then_in_validation(rare: int) -> None:
    labels = np.repeat([0, 1], [100, rare])
    for seed in range(5):
        parts = split(labels, FRACTIONS, seed)
        assert sorted(np.concatenate(list(parts.values()))) == list(range(100 + rare))
        train, validation, test = ((labels[parts[name]] == 1).sum() for name in SPLITS)
        assert train >= 1
        assert (validation >= 1) or test == 0
        assert rare < 5 or min(train, validation, test) >= 1


def test_a_rare_class_is_anywhere_in_train() -> None:
    """It is not last: tasks read the leading items."""
    labels = np.repeat([0, 1, 2, 3], [100, 1, 1, 1])
    places = [np.flatnonzero(labels[split(labels, FRACTIONS, s)["train"]])[-1] for s in range(20)]
    assert min(places) < 50


def test_parts_that_a_source_lacks_come_out_of_its_training_items() -> None:
    whole = published()
    for name in ("validation", "test"):
        parts = {"train": np.arange(900), name: np.arange(900, 1000)}
        found = divide(whole._replace(parts=parts), mnist(), seed=0)
        assert set(found[name]) == set(range(900, 1000))
        (other,) = {"validation", "test"} - {name}
        assert len(found[other]) == 225  # 0.2 of 0.6 + 0.2
        assert set(found["train"]) | set(found[other]) == set(range(900))


def test_too_few_items_are_refused() -> None:
    with pytest.raises(InputError, match=r"data\.split: 2 items cannot be split by class"):
        split(np.array([0, 0]), FRACTIONS, seed=0)
    with pytest.raises(InputError, match=r"data\.max_items: 1 items"):
        subset(np.array([0, 0, 1, 1]), 1, seed=0)
