"""Reverse water-filling: how a Gaussian source best spreads its rate over its directions.

At the water level t a direction of variance v gets distortion min(v, t) and rate 1/2 log+(v / t)
(Cover & Thomas 2006, section 10.3.3). Directions carry weights, so that the conditional curve of a
mixture is the same computation: D(t) = sum_i w_i min(v_i, t), R(t) = sum_i w_i/2 log+(v_i / t).
"""

import math
from typing import NamedTuple

import numpy as np

from hvae.statistics.estimate import Floats


class Filling(NamedTuple):
    """A point of the curve: total rate in nats and total squared error, per data item."""

    rate: float
    distortion: float


def at_level(level: float, variances: Floats, weights: Floats) -> Filling:
    """The point at the water level t > 0."""
    above = variances > level
    rate = (weights[above] * np.log(variances[above] / level)).sum() / 2
    return Filling(float(rate), float((weights * np.minimum(variances, level)).sum()))


def at_rate(rate: float, variances: Floats, weights: Floats) -> Filling:
    """The point that costs `rate` >= 0 nats.

    With the k largest v_i above the level,
    log t = [ sum_{i<=k} w_i log v_i - 2 rate ] / sum_{i<=k} w_i.
    """
    v, w = _falling(variances, weights)
    if math.isinf(rate) or len(v) == 0:
        return Filling(rate, 0.0)
    width, logs = np.cumsum(w), np.cumsum(w * np.log(v))
    needed = (logs - width * np.log(v)) / 2  # the rate at which direction k begins to get some
    k = max(1, int(np.searchsorted(needed, rate, side="right")))
    level = math.exp((logs[k - 1] - 2 * rate) / width[k - 1])
    return Filling(rate, float((w * np.minimum(v, level)).sum()))


def at_distortion(distortion: float, variances: Floats, weights: Floats) -> Filling:
    """The point with a total squared error of `distortion` >= 0, or with none of the rate.

    With the k largest v_i above the level, t = [ distortion - sum_{i>k} w_i v_i ] / sum_{i<=k} w_i.
    """
    v, w = _falling(variances, weights)
    mass = float((w * v).sum())
    if distortion >= mass:
        return Filling(0.0, mass)
    if distortion == 0:
        return Filling(math.inf, 0.0)
    width, below = np.cumsum(w), w * v
    rest = np.append(np.cumsum(below[:0:-1])[::-1], 0.0)  # summed from the small end: no cancelling
    k = max(1, int(np.sum(width * v + rest >= distortion)))
    return Filling(at_level((distortion - rest[k - 1]) / width[k - 1], v, w).rate, distortion)


def _falling(variances: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Variances in falling order with their weights, without those that need no rate."""
    used = (variances > 0) & (weights > 0)
    order = np.argsort(-variances[used], kind="stable")
    return variances[used][order], weights[used][order]
