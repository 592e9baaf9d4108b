"""Ratios to J°* against numbers worked out by hand, and what is counted."""

import math
from typing import Any

import pytest

from hvae.reports.sections.least_objective import Exactness, differences, exactness, shortfalls

EIGENVALUES, SIGMA = [1.0, 0.25], 0.5
CHEAP = 1 + math.log(4) / 2  # θ = 1/4: J°* = (1/4 + 1/4) / (2/4) + ½ log 4
DEAR = 2.5  # θ = 1: J°* = (1 + 1/4) / (2/4), and no rate


def point(name: str, beta: list[float], objective: float, **changes: Any) -> dict[str, Any]:
    betas = {f"beta_{layer}": b for layer, b in enumerate(beta, start=1)}
    row = {"point": name, "seed": 0, "objective": objective, "objective_se": 0.01, "status": "ok"}
    return row | betas | changes


def test_ratios_are_those_worked_out_by_hand() -> None:
    rows = [point("a", [1, 4], 1.1 * CHEAP), point("b", [4, 1], CHEAP), point("c", [4, 8], 5.0)]
    found = shortfalls(rows, 2, EIGENVALUES, SIGMA)
    assert [one.least for one in found] == pytest.approx([CHEAP, CHEAP, DEAR])
    assert [one.ratio for one in found] == pytest.approx([1.1, 1.0, 2.0])
    assert found[2].ratio_se == pytest.approx(0.01 / DEAR)
    assert found[0].beta == (1, 4)


def test_a_diverged_model_has_no_ratio() -> None:
    assert shortfalls([point("a", [1], math.nan, status="diverged")], 1, EIGENVALUES, SIGMA) == []


def test_what_is_near_far_and_too_good_is_counted() -> None:
    ratios = [0.999, 1.02, 1.05, 1.2, 0.9]  # the last is 15 standard errors below
    rows = [point(f"p{i}", [1], ratio * CHEAP) for i, ratio in enumerate(ratios)]
    counted = exactness(shortfalls(rows, 1, EIGENVALUES, SIGMA))
    assert counted == Exactness(5, 3, 4, pytest.approx(1.2), 1)


def test_chance_below_the_optimum_is_not_counted() -> None:
    rows = [point("a", [1], CHEAP - 0.029), point("b", [1], CHEAP - 0.031)]
    assert exactness(shortfalls(rows, 1, EIGENVALUES, SIGMA)).below == 1


def test_nothing_is_near_where_there_is_nothing() -> None:
    counted = exactness([])
    assert counted[:3] == (0, 0, 0)
    assert math.isnan(counted.worst)


def test_differences_pair_points_by_name() -> None:
    first = shortfalls([point("a", [1], CHEAP), point("b", [4], DEAR)], 1, EIGENVALUES, SIGMA)
    second = shortfalls([point("c", [1], 9.0), point("b", [4], 1.5 * DEAR)], 1, EIGENVALUES, SIGMA)
    (found,) = differences(first, second)
    assert found.beta == (4,)
    assert found.value == pytest.approx(0.5)
