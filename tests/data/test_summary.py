"""What is left out where there are too few items, with the reason and its numbers."""

from typing import Any

import numpy as np
import pytest

from hvae.config.base import parse
from hvae.config.params import Params
from hvae.data.source import Source
from hvae.data.summary import ItemLimits, left_out, no_classes, plan, summary

NAMES = ("good", "bad")


def labels(train: list[int], validation: list[int], test: list[int]) -> dict[str, np.ndarray]:
    """Labels with these numbers of items of each class, for each split."""
    counts = {"train": train, "validation": validation, "test": test}
    return {name: np.repeat([0, 1], some) for name, some in counts.items()}


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        (([9, 2], [5, 1], [5, 1]), None),
        (
            ([9, 1], [5, 1], [5, 1]),
            "of the 10 train items that are evaluated 9 are of class good",
        ),
        (([9, 2], [5, 0], [5, 1]), "of the 5 validation items that are evaluated 5 are of"),
        (([9, 2], [5, 1], [0, 4]), "of the 4 test items that are evaluated 4 are of class bad"),
        (([0, 9], [5, 1], [5, 1]), "of the 9 train items that are evaluated 9 are of class bad"),
    ],
)
def test_classes_can_be_told_apart_where_two_have_items(
    counts: tuple[list[int], list[int], list[int]], reason: str | None
) -> None:
    found = no_classes(labels(*counts), NAMES)
    assert (found is None) == (reason is None)
    assert reason is None or found.startswith(reason)


def test_a_source_without_classes_has_nothing_to_leave_out() -> None:
    alone = {name: np.zeros(5, int) for name in ("train", "validation", "test")}
    assert no_classes(alone, ("all",)) is None
    assert left_out(alone, ("all",), ItemLimits(max_items=5, max_train={"classification": 5})) == []


def test_leading_items_decide_and_one_reason_is_told_once() -> None:
    whole = labels([40, 3], [20, 2], [20, 2])
    limits = ItemLimits(
        max_items=100, max_train={"classification": 43, "clustering": 40, "more": 40}
    )
    (sentence,) = left_out(whole, NAMES, limits)
    assert sentence.startswith("clustering and more are left out: of the 40 train items")
    first = limits.model_copy(update={"max_items": 10})
    (sentence,) = left_out(whole, NAMES, first)
    assert sentence.startswith("classification, clustering and more are left out: of the 10 train")


def test_a_distance_takes_three_held_out_items() -> None:
    limits = ItemLimits(max_items=100, max_train={})
    (sentence,) = left_out(labels([4, 4], [1, 1], [2, 2]), NAMES, limits)
    assert sentence.startswith("the Fréchet distance of draws is left out: a split has 2 items")
    assert left_out(labels([4, 4], [2, 1], [2, 2]), NAMES, limits) == []


def test_a_plan_is_of_what_an_experiment_looks_into(config: dict[str, Any]) -> None:
    config["evaluation"]["max_items"] = 70
    config["tasks"]["clustering"]["max_train"] = 50
    found = plan(parse(Params, config))
    assert found.max_items == 70
    assert (found.max_train["classification"], found.max_train["clustering"]) == (2000, 50)


def test_what_was_read_is_told_in_one_line_and_what_was_left_out_in_more() -> None:
    x = np.arange(24, dtype=np.uint8).reshape(6, 4)
    source = Source(x, np.array([0, 0, 1, 1, 1, 2]), (2, 2), ("a", "b", "c"), levels=256)
    places = {"train": np.array([0, 2, 5]), "validation": np.array([3]), "test": np.array([1])}
    line, note, *absent = summary(source._replace(notes=("1 file was left out",)), places)
    assert line == (
        "5 items of shape 2×2 of the source's 6; whole numbers from 0 to 23 of 256 levels; "
        "3 classes (a: 2, b: 2, c: 1); splits: train 3, validation 1, test 1"
    )
    assert note == "1 file was left out"
    assert absent == ["validation has no item of class a, c", "test has no item of class b, c"]


def test_many_classes_are_told_by_their_ends_and_floats_by_their_range() -> None:
    x = np.linspace(-1.5, 2.5, 100, dtype=np.float32)[:, None]
    names = tuple(f"c{number}" for number in range(30))
    whole = np.r_[np.arange(30), np.zeros(70, np.int64)]
    source = Source(x, whole, (1,), names, bounded=False)
    line, *_ = summary(source, {"train": np.arange(100)})
    assert "values from -1.5 to 2.5; 30 classes (from 1 of c1 to 71 of c0)" in line
    plain = source._replace(labels=whole * 0, classes=("all",))
    assert "; no classes; " in summary(plain, {"train": np.arange(100)})[0]
