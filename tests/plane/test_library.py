"""Rates to β for a program of one's own: any kind of numbers, and a sentence where none fit."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import hvae
from hvae.errors import InputError
from hvae.plane.amortized_model import survey
from tests.plane.test_inversion import BOX, coupled

WANTED = coupled([0.3, 2.0])
SEEN = survey(coupled, [BOX] * 2)


def test_rates_of_any_kind_are_surveyed_and_solved() -> None:
    known = hvae.solve_rates(coupled, [BOX] * 2, WANTED, SEEN)
    assert known.reached
    for rates, box, wanted in [
        (lambda beta: coupled(beta).tolist(), np.array([BOX] * 2), WANTED.tolist()),
        (lambda beta: torch.tensor(coupled(beta)), [list(BOX)] * 2, torch.tensor(WANTED)),
    ]:
        seen = hvae.survey_rates(rates, box)
        np.testing.assert_array_equal(seen.rates, SEEN.rates)
        found = hvae.solve_rates(rates, box, wanted, seen)
        np.testing.assert_array_equal(found.beta, known.beta)


def test_whole_rates_are_taken() -> None:
    assert hvae.solve_rates(coupled, [BOX] * 2, [3, 5], SEEN).rates.shape == (2,)


def solved(**changes: Any) -> Callable[[], Any]:
    given = {"rates": coupled, "box": [BOX] * 2, "wanted": WANTED, "seen": SEEN}
    return lambda: hvae.solve_rates(**given | changes)


def surveyed(**changes: Any) -> Callable[[], Any]:
    return lambda: hvae.survey_rates(**{"rates": coupled, "box": [BOX] * 2} | changes)


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (solved(wanted=[1.0]), "wanted must have a rate for each of 2 layers, got 1"),
        (solved(wanted=[1.0, -2.0]), "wanted must be finite rates that are not negative, got -2"),
        (
            solved(wanted=[np.nan, 1.0]),
            "wanted must be finite rates that are not negative, got nan",
        ),
        (
            solved(wanted=[np.inf, 1.0]),
            "wanted must be finite rates that are not negative, got inf",
        ),
        (solved(wanted="1 2"), "wanted must be a list of numbers, one for each layer, got '1 2'"),
        (solved(wanted=3.0), "wanted must be a list of numbers, one for each layer, got 3.0"),
        (solved(box=[BOX]), "seen must be a survey of 1 layers, as box is, got 2"),
        (solved(box=[(10.0, 0.1)] * 2), "box[0] must be a range (low, high) of β"),
        (solved(seen=None), "seen must be a Survey, got None"),
        (solved(rates=[1.0, 2.0]), "rates must be a function of (β_1, …, β_L), got [1.0, 2.0]"),
        (
            surveyed(box=[]),
            "box must be a list with a range of β (low, high) for each layer, got []",
        ),
        (surveyed(box=[(0.0, 1.0)] * 2), "box[0] must be positive"),
        (surveyed(rates=lambda beta: coupled(beta)[:1]), "must have a rate for each of 2 layers"),
        (surveyed(rates=lambda beta: None), "what rates gives must be a list of numbers"),
    ],
)
def test_what_cannot_be_solved_is_refused(call: Callable[[], Any], problem: str) -> None:
    with pytest.raises(InputError, match=re.escape(problem)):
        call()
