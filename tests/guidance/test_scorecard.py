"""Verdicts on planted tables: reproduced, not reproduced, undecided."""

from typing import Any

import numpy as np
import pytest

from hvae.config.tasks import Name
from hvae.guidance.claims import Claim, deciding, differing, limits, scorecard, splitting
from hvae.results.places import places
from tests.guidance import planes
from tests.guidance.planes import Row, surface


def plane(se: float = 0.1, **changes: Any) -> list[Row]:
    errors = {f"rate_{layer}_se": se for layer in (1, 2)}
    return [row | errors | changes for row in planes.grid()]


def test_rates_that_fall_with_their_own_beta_split() -> None:
    claim = splitting(places(plane(), 2))
    assert claim.verdict == "reproduced"
    assert claim.numbers == {"pairs": 12, "falls": 12, "rises": 0}
    assert "12 of 12 pairs" in claim.ours


def test_errors_as_large_as_the_rates_leave_it_undecided() -> None:
    assert splitting(places(plane(se=8.0), 2)).verdict == "undecided"


def test_a_layer_that_stays_where_it_is_leaves_it_undecided() -> None:
    claim = splitting(places(plane(rate_2=3.0), 2))
    assert claim.verdict == "undecided"
    assert claim.numbers["falls"] == 6


def test_a_rate_that_rises_is_not_reproduced() -> None:
    rows = plane()
    rows[4]["rate_1"] = 11.0  # β = (1, 1), above R_1 at β_1 = 0.1
    claim = splitting(places(rows, 2))
    assert claim.verdict == "not reproduced"
    assert claim.numbers["rises"] == 1


def test_a_closed_layer_has_nothing_to_fall() -> None:
    rows = plane(se=1e-6)
    for row in rows:
        if row["beta_2"] >= 1:
            row["rate_2"] = 1e-4 * row["beta_2"]
    claim = splitting(places(rows, 2))
    assert claim.verdict == "reproduced"
    assert claim.numbers == {"pairs": 6 + 3, "falls": 9, "rises": 0}


def test_one_layer_has_nothing_to_split() -> None:
    assert splitting(places(planes.grid(axes=[planes.AXIS]), 1)).verdict == "undecided"
    assert splitting([]).verdict == "undecided"


def test_rates_that_say_nothing_of_beta_are_rarely_said_to_fall_or_rise() -> None:
    random = np.random.default_rng(0)
    runs = 300
    wrong = 0
    for _ in range(runs):
        rows = plane()
        for row in rows:
            row |= {f"rate_{layer}": 5 + 0.1 * random.standard_normal() for layer in (1, 2)}
        numbers = splitting(places(rows, 2)).numbers
        wrong += numbers["falls"] + numbers["rises"] > 0
    assert wrong / runs <= 0.1 + 3 * np.sqrt(0.1 * 0.9 / runs)  # 5 % each way


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (["holds", "undecided", "vacuous"], "reproduced"),
        (["holds", "violated"], "not reproduced"),
        (["undecided", "vacuous"], "undecided"),
        ([], "undecided"),
    ],
)
def test_limits_are_kept_where_some_hold_and_none_is_violated(
    verdicts: list[str], expected: str
) -> None:
    assert limits([{"verdict": verdict} for verdict in verdicts]).verdict == expected


def test_regions_apart_at_different_rates_are_different_wishes() -> None:
    near = surface("reconstruction", [9.0, 1.0, 1.0], se=0.01)
    far = surface("clustering", [0.1, 0.1, 0.9], se=0.01)
    claim = differing({"reconstruction": near, "clustering": far})
    assert claim.verdict == "reproduced"
    assert claim.numbers == {"pairs": 1, "apart": 1}
    assert "reconstruction at R₁ < 0.01 and R₂ = 1.000 ± 0.010 nats" in claim.ours


def test_one_and_the_same_point_for_all_is_no_difference() -> None:
    both = {name: surface(name, [9.0, 1.0], se=0.01) for name in ("reconstruction", "clustering")}
    assert differing(both).verdict == "not reproduced"
    assert differing({"clustering": both["clustering"]}).verdict == "undecided"


def test_optima_that_errors_may_have_moved_are_undecided() -> None:
    one = surface("reconstruction", [1.1, 1.0], se=0.5)
    other = surface("clustering", [0.5, 0.6], se=0.5)
    assert differing({"reconstruction": one, "clustering": other}).verdict == "undecided"


def test_places_apart_with_the_same_rates_are_no_different_wishes() -> None:
    totals = [4.0, 4.0]
    one = surface("reconstruction", [9.0, 1.0], se=0.01, totals=totals)
    other = surface("clustering", [0.1, 0.9], se=0.01, totals=totals)
    assert differing({"reconstruction": one, "clustering": other}).verdict == "undecided"


def test_a_budget_alone_is_no_different_wish() -> None:
    near = surface("reconstruction", [9.0, 1.0], se=0.01)
    tight = surface("compression", [9.0, 1.0], se=0.01).without(lambda p: p.beta[0] > 0)
    assert differing({"reconstruction": near, "compression": tight}).verdict == "undecided"


NAMES: tuple[Name, ...] = ("clustering", "classification", "regression", "generation")


def alike(values: dict[Name, list[float]], se: float = 0.01, uppers: float = 1.0) -> Claim:
    """Points of nearly the same total rate, of which each gives the upper layer more by so much."""
    every = {
        name: surface(
            name, given, se=se, totals=[5 + 0.001 * i for i in range(len(given))],
            uppers=[uppers * i for i in range(len(given))],
        )
        for name, given in values.items()
    }  # fmt: skip
    return deciding(every)


def test_equal_total_rates_with_different_values_are_not_decided_by_them() -> None:
    claim = alike({"clustering": [0.2, 0.8], "classification": [0.5, 0.9]})
    assert claim.verdict == "reproduced"
    assert claim.numbers == {"pairs": 1, "applications": 2, "comparisons": 2, "differ": 2}
    assert claim.ours.endswith("clustering in 1 of 1 and classification in 1 of 1")


def test_one_application_or_a_few_comparisons_are_too_few() -> None:
    same = [0.5, 0.5 + 1e-6, 0.5 - 1e-6, 0.5]
    one = alike({"clustering": [0.2, 0.8, 0.5]} | dict.fromkeys(NAMES[1:], same[:3]))
    assert one.verdict == "undecided"
    assert (one.numbers["differ"], one.numbers["comparisons"]) == (3, 12)
    few = alike(dict.fromkeys(NAMES[2:], same * 5) | {name: [0.2, 0.8] for name in NAMES[:2]})
    assert few.verdict == "undecided"
    assert (few.numbers["differ"], few.numbers["applications"]) == (2, 4)


def test_the_same_split_is_no_test_of_the_claim() -> None:
    claim = alike({"clustering": [0.2, 0.8], "classification": [0.5, 0.9]}, uppers=0.1)
    assert claim.verdict == "undecided"
    assert claim.numbers["pairs"] == 0


@pytest.mark.parametrize(
    ("values", "se", "expected"),
    [
        ([0.50, 0.501, 0.90, 0.1], 0.001, "not reproduced"),  # the same, as far as it matters
        ([0.50, 0.52, 0.90, 0.1], 0.1, "undecided"),
    ],
)
def test_equal_total_rates_with_equal_values(values: list[float], se: float, expected: str) -> None:
    totals, uppers = [5.0, 5.0, 20.0, 1.0], [0.0, 1.0, 0.0, 0.0]
    one = surface("clustering", values, se=se, totals=totals, uppers=uppers)
    assert deciding({"clustering": one}).verdict == expected


def test_without_equal_total_rates_nothing_is_decided() -> None:
    one = surface("clustering", [0.1, 0.9], se=0.01, totals=[1.0, 9.0], uppers=[0.0, 3.0])
    assert deciding({"clustering": one}).verdict == "undecided"


def test_chance_is_rarely_taken_for_a_difference() -> None:
    random = np.random.default_rng(0)
    runs = 300
    wrong = 0
    for _ in range(runs):
        values = {n: (0.5 + 0.1 * random.standard_normal(6)).tolist() for n in NAMES[:2]}
        wrong += alike(values, se=0.1).numbers["differ"] > 0
    assert wrong / runs <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)


def test_all_four_claims_are_there_even_without_any_row() -> None:
    claims = scorecard([], [], {})
    assert [claim.verdict for claim in claims] == ["undecided"] * 4
