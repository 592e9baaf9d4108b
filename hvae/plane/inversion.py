"""Which (β_1, …, β_L) gives the rates (R_1, …, R_L) that are wanted? No training is needed.

Least squares from a few points of a survey, the best of them first.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from hvae.plane.descent import CLOSE, Descent, miss, residuals
from hvae.plane.survey import Floats, Range, Rates, Survey

STARTS = 4  # points of the survey that are tried


class Solution(NamedTuple):
    """Where the rates come closest to what is wanted; all fields (L,), rates in nats.

    reached: whether each is within 2 % or 0.05 nats, what is larger; low, high: the least and the
    most rate of each layer that was seen in the box.
    """

    beta: Floats
    rates: Floats
    reached: bool
    low: Floats
    high: Floats


def solve(rates: Rates, box: Sequence[Range], wanted: Sequence[float], seen: Survey) -> Solution:
    """β in the box with the `wanted` rates, from what a survey of `rates` has `seen`."""
    aim = np.asarray(wanted, dtype=np.float64)
    remembered = lru_cache(maxsize=None)(rates)
    first, *others = _starts(seen, aim)
    best, values = seen.beta[first], seen.rates[first]
    for start in [first, *others] if miss(values, aim) > CLOSE else []:
        beta = Descent(remembered, box, aim, seen.beta[start]).end()
        if _rank(found := remembered(tuple(beta.tolist())), aim) < _rank(values, aim):
            best, values = beta, found
        if miss(values, aim) <= 1:
            break
    low, high = np.minimum(seen.low, values), np.maximum(seen.high, values)
    return Solution(best, values, bool(miss(values, aim) <= 1), low, high)


def _starts(seen: Survey, wanted: Floats) -> list[int]:
    """The best points, second among them the best that has at least the rates that are wanted.

    Where a layer is closed its rate says nothing about the way, so that one start is on its open
    side.
    """
    order = np.argsort(np.square(residuals(seen.rates, wanted)).sum(1), kind="stable").tolist()
    opened = [point for point in order if (seen.rates[point] >= wanted).all()]
    return list(dict.fromkeys([order[0], *opened[:1], *order]))[:STARTS]


def _rank(rates: Floats, wanted: Floats) -> tuple[bool, float]:
    """What is reached comes first, then what is closest."""
    return miss(rates, wanted) > 1, float(np.square(residuals(rates, wanted)).sum())
