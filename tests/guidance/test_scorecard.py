"""Verdicts on planted tables: reproduced, not reproduced, undecided."""

from typing import Any

import numpy as np
import pytest

from hvae.guidance.claims import limits, splitting
from hvae.guidance.guide import scorecard
from hvae.results.places import places
from tests.guidance import planes
from tests.guidance.planes import Row


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


def test_all_four_claims_are_there_even_without_any_row() -> None:
    claims = scorecard([], [], {})
    verdicts = [claim.verdict for claim in claims]
    assert verdicts == ["undecided", "undecided", "not applicable", "not applicable"]
