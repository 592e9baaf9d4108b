"""What replication requires, on conclusions that are planted."""

import copy
from typing import Any

import pytest

from benchmarks.replication import conclusions, criteria, differing, report

POINTS = {"a": (4.0, 0.0), "b": (2.0, 2.0), "c": (0.0, 4.0)}


def guidance(seed: int = 0) -> dict[str, Any]:
    """The best split is b, a is as good, and c is worse."""
    a, b, c = (f"{name}{seed}" for name in POINTS)
    places = [
        {"point": f"{name}{seed}", "target": list(target), "beta": []}
        for name, target in POINTS.items()
    ]
    moves = [
        {"points": [a, b], "change": 0.1, "std_error": 0.1, "verdict": "undecided"},
        {"points": [b, c], "change": -0.9, "std_error": 0.1, "verdict": "less"},
    ]
    total = {"total": 4.0, "best": b, "region": [a, b], "worse": [c]}
    one = {"best": {"point": b}, "region": [a, b], "totals": [total], "moves": moves}
    gain = {"application": "denoising", "gain": 0.3, "std_error": 0.1, "verdict": "more"}
    loss = {"application": "denoising", "optimum": "generation", "std_error": 0.1}
    return {
        "places": places,
        "applications": {"denoising": one},
        "baseline": [gain],
        "losses": [loss | {"loss": 0.9, "verdict": "more"}],
        "scorecard": [{"claim": "Rates can be set", "verdict": "reproduced"}],
    }


def met(other: dict[str, Any]) -> list[bool]:
    return [one.met for one in criteria(conclusions(guidance()), conclusions(other))]


def test_the_same_conclusions_of_other_points_meet_everything() -> None:
    assert met(guidance(seed=3)) == [True] * 5
    numbers = [c.numbers for c in criteria(conclusions(guidance()), conclusions(guidance(3)))]
    assert numbers == ["1 of 1", "1 of 1", "0 of 4", "6 of 6", "0 of 1"]


def moved_best(other: dict[str, Any]) -> None:
    """To the split that is significantly worse in the first run."""
    one = other["applications"]["denoising"]
    one["best"]["point"] = one["totals"][0]["best"] = "c3"
    one["region"] = one["totals"][0]["region"] = ["b3", "c3"]


def other_sign(other: dict[str, Any]) -> None:
    other["baseline"][0] |= {"gain": -0.1, "verdict": "undecided"}


def opposite(other: dict[str, Any]) -> None:
    other["baseline"][0] |= {"gain": -0.3, "verdict": "less"}


def claimed(other: dict[str, Any]) -> None:
    other["scorecard"][0]["verdict"] = "not reproduced"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (moved_best, [False, False, True, True, True]),
        (other_sign, [True, True, True, False, True]),
        (opposite, [True, True, False, False, True]),
        (claimed, [True, True, True, True, False]),
    ],
)
def test_each_disagreement_is_found(change: Any, expected: list[bool]) -> None:
    other = copy.deepcopy(guidance(seed=3))
    change(other)
    assert met(other) == expected


def test_an_undecided_claim_contradicts_nothing() -> None:
    other = guidance(seed=3)
    other["scorecard"][0]["verdict"] = "undecided"
    assert met(other) == [True] * 5


def test_parameters_that_differ_are_named_but_for_the_seeds() -> None:
    one = {"experiment": "one", "grid": {"seeds": [0, 1]}, "training": {"steps": 1}}
    other = {"experiment": "other", "grid": {"seeds": [2, 3]}, "training": {"steps": 2}}
    assert differing(one, other) == ["training.steps"]
    page = report([conclusions(guidance()), conclusions(guidance(3))], ["x", "y"], ["steps"])
    assert "They differ in steps, too." in page
    assert "0 of 1 regions of a total have all of its splits on the left" in page
    assert "| denoising | 4 | (2, 2) | 2 | (2, 2) | 2 |" in page
    assert "| denoising | +0.3 ± 0.1 | more | +0.3 ± 0.1 | more |" in page
