"""The ratio of two models' means, both measured on the same items, and a verdict on it.

The standard error comes from the delta method on the items' paired values, so the difficulty of an
item that both models share cancels. Each verdict is taken alone, at 95 %. There is no Holm
correction, since the question is how good a model is at each place, not whether a theorem fails
anywhere.
"""

import math
from typing import Literal, NamedTuple

import numpy as np
from scipy.special import ndtri

from hvae.statistics import arguments
from hvae.statistics.arguments import Numbers
from hvae.statistics.estimate import Floats, error_of_mean

Verdict = Literal["holds", "violated", "undecided"]

ONE_SIDED, TWO_SIDED = float(ndtri(0.95)), float(ndtri(0.975))


class Ratio(NamedTuple):
    """A ratio (dimensionless), its standard error, and the 95 % interval from both."""

    value: float
    std_error: float
    low: float
    high: float


def of_means(above: Numbers, below: Numbers) -> Ratio:
    """ρ = mean(a) / mean(b) of paired values, with se = sd(a − ρ b) / (mean(b) √n).

    Raises ValueError unless both have the same length of at least two, all values are finite, and
    mean(b) > 0.
    """
    a, b = _paired(above, below)
    scale = arguments.positive("the mean of the second values", float(b.mean()))
    value = float(a.mean()) / scale
    return _interval(value, error_of_mean(a - value * b) / scale)


def of_perplexities(above: Numbers, below: Numbers, dimensions: int) -> Ratio:
    """ρ = exp(mean(a − b) / n) for code lengths a and b in nats, of items with n dimensions.

    It compares densities whose constants differ, such as those with a learned σ. Their nats depend
    on the units of x, so a ratio means nothing, but the units cancel in the difference. At equal
    rates, with the best σ for each, it is the ratio of root mean squared errors.
    se = ρ sd(a − b) / (n √items). Raises the errors of `of_means`.
    """
    a, b = _paired(above, below)
    difference = (a - b) / arguments.whole("dimensions", dimensions, least=1)
    value = math.exp(difference.mean())
    return _interval(value, value * error_of_mean(difference))


def verdict(ratio: Ratio, tolerance: float) -> Verdict:
    """Is the ratio at most 1 + tolerance?

    It *holds* if the one-sided 95 % upper end is at most 1 + tolerance, is *violated* if the lower
    end is above it, and is *undecided* otherwise, also if there is no ratio.
    """
    limit, reach = 1 + tolerance, ONE_SIDED * ratio.std_error
    if ratio.value + reach <= limit:
        return "holds"
    return "violated" if ratio.value - reach > limit else "undecided"


NO_RATIO = Ratio(math.nan, math.nan, math.nan, math.nan)


def _paired(above: Numbers, below: Numbers) -> tuple[Floats, Floats]:
    a, b = np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)
    if a.ndim != 1 or a.shape != b.shape or len(a) < 2:
        raise ValueError(f"paired values must be two equal lists, got {a.shape} and {b.shape}")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise ValueError("paired values must be finite numbers")
    return a, b


def _interval(value: float, error: float) -> Ratio:
    return Ratio(value, error, value - TWO_SIDED * error, value + TWO_SIDED * error)
