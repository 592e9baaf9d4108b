"""Which (β_1, …, β_L) gives the rates (R_1, …, R_L) that are wanted? No training is needed.

From the best points of a survey, nonlinear least squares in log β within the box (Branch, Coleman &
Li 1999; scipy's `trf`) of::

    r_l = log[ (R_l + c) / (wanted_l + c) ],        c = 2.5 nats

c makes 0.02 in r_l mean 2 % of a large rate or 0.05 nats of a small one, and lets a layer be closed
(rate 0), where r_l is flat in β_l.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.optimize import least_squares

from hvae.plane.survey import Floats, Range, Rates, Survey

RELATIVE, ABSOLUTE = 0.02, 0.05  # a rate is reached within 2 % or 0.05 nats, what is larger
OFFSET = ABSOLUTE / RELATIVE
STARTS = 5  # points of the survey that are tried
STEP = 0.03  # of log β, for derivatives: weights are float32
EVALUATIONS = 30  # of each start, beside derivatives


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
    order = np.argsort(np.square(residuals(seen.rates, aim)).sum(1), kind="stable")[:STARTS]
    remembered = lru_cache(maxsize=None)(rates)
    best, values = seen.beta[order[0]], seen.rates[order[0]]
    for start in seen.beta[order]:
        if miss(values, aim) <= 1:
            break
        beta = _descended(remembered, box, aim, start)
        if _rank(found := remembered(tuple(beta.tolist())), aim) < _rank(values, aim):
            best, values = beta, found
    low, high = np.minimum(seen.low, values), np.maximum(seen.high, values)
    return Solution(best, values, bool(miss(values, aim) <= 1), low, high)


def _rank(rates: Floats, wanted: Floats) -> tuple[bool, float]:
    """What is reached comes first, then what is closest."""
    return miss(rates, wanted) > 1, float(np.square(residuals(rates, wanted)).sum())


def residuals(rates: Floats, wanted: Floats) -> Floats:
    """r_l, of shape (..., L)."""
    return np.log((rates + OFFSET) / (wanted + OFFSET))


def miss(rates: Floats, wanted: Floats) -> float:
    """The largest deviation of a layer's rate as a multiple of what is allowed."""
    return float((np.abs(rates - wanted) / np.maximum(RELATIVE * wanted, ABSOLUTE)).max())


def _descended(rates: Rates, box: Sequence[Range], wanted: Floats, start: Floats) -> Floats:
    """The end of one descent; axes without width stay where they are."""
    low, high = np.log(np.array(box)).T
    free = low < high
    if not free.any():
        return start

    def beta(point: Floats) -> Floats:
        whole = np.log(start)
        whole[free] = point
        return np.where(free, np.exp(whole), start)

    def function(point: Floats) -> Floats:
        return residuals(rates(tuple(beta(point).tolist())), wanted)

    def jacobian(point: Floats) -> Floats:
        steps = np.minimum(STEP, (high - low)[free] / 4)
        steps = np.where(point + steps <= high[free], steps, -steps)
        here = function(point)
        columns = [(function(point + row) - here) / row.sum() for row in np.diag(steps)]
        return np.stack(columns, axis=1)

    bounds, x0 = (low[free], high[free]), np.log(start)[free]
    limits = {"gtol": 1e-5, "xtol": 1e-5, "max_nfev": EVALUATIONS}
    return np.clip(
        beta(least_squares(function, x0, jacobian, bounds, **limits).x), *np.array(box).T
    )
