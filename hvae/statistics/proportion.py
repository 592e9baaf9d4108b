"""Shares of independent items, and of pairs of items: intervals and an exact test.

The share of pairs is the area under the ROC curve (AUROC): how well a score tells two samples
apart.
"""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv

from hvae.statistics import arguments
from hvae.statistics.estimate import Floats
from hvae.statistics.intervals import NORMAL
from hvae.statistics.sampled import Interval, Sampled, of_two_samples

TAIL = 0.025  # beyond either end of a 95 % interval


def hits(right: NDArray[np.bool_]) -> Sampled:
    """The share of items (n,) that are right, with its exact binomial interval."""
    return Sampled(share(int(right.sum()), len(right)), right.astype(np.float64))


def share(count: int, n: int) -> Interval:
    """A share of n items with its exact binomial interval (Clopper & Pearson, 1934)."""
    low, high = _ends(count, n, TAIL)
    return {"value": count / n, "low": low, "high": high, "n": n}


def clopper_pearson(correct: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """The exact two-sided interval of the proportion (Clopper & Pearson 1934), as (low, high).

    Raises ValueError unless 0 <= correct <= n, n >= 1 and 0 < level < 1.
    """
    correct, n = _counted(correct, n)
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}")
    return _ends(correct, n, (1 - level) / 2)


def at_least(correct: int, n: int, proportion: float) -> float:
    """P[Binomial(n, proportion) >= correct]: the exact p-value of "at most this proportion".

    Raises ValueError unless 0 <= correct <= n, n >= 1 and 0 <= proportion <= 1.
    """
    correct, n = _counted(correct, n)
    if not 0 <= proportion <= 1:
        raise ValueError(f"proportion must lie in [0, 1], got {proportion}")
    return float(betainc(correct, n - correct + 1, proportion)) if correct > 0 else 1.0


def wilson(share: float, items: float) -> tuple[float, float]:
    """The score interval (Wilson, 1927) of a share of `items` items, which may be a fraction."""
    weight = NORMAL**2 / items
    centre = (share + weight / 2) / (1 + weight)
    half = math.sqrt(share * (1 - share) * weight + weight**2 / 4) / (1 + weight)
    # a share of 0 or 1 is an end of its interval; rounding must not move it
    return min(max(centre - half, 0.0), share), max(min(centre + half, 1.0), share)


def _ends(correct: int, n: int, tail: float) -> tuple[float, float]:
    """Quantiles of beta laws, from scipy.special, which loads much faster than scipy.stats."""
    low = betaincinv(correct, n - correct + 1, tail) if correct > 0 else 0.0
    high = betaincinv(correct + 1, n - correct, 1 - tail) if correct < n else 1.0
    return float(low), float(high)


def _counted(correct: int, n: int) -> tuple[int, int]:
    n = arguments.whole("n", n, least=1)
    correct = arguments.whole("correct", correct, least=0)
    if correct > n:
        raise ValueError(f"correct must be at most n = {n}, got {correct}")
    return correct, n


def auroc(normal: Floats, outliers: Floats) -> Sampled:
    """P(score of an outlier > score of a normal item) + ½ P(equal), of scores (n,) and (m,).

    ½ where scores tell nothing. The interval is Wilson's (1927) for a share of `effective` items.
    So it stays in [0, 1], and has a width even where every outlier is above every normal item. The
    scores, of normal items first, are their placements, whose error is DeLong's (1988); the
    standard error is at least that of a share of `effective` items.
    """
    of_normal, of_outliers = placements(normal, outliers)
    value, items = float(of_outliers.mean()), effective(of_normal, of_outliers)
    low, high = wilson(value, items)
    interval = {"value": value, "low": low, "high": high, "n": len(normal) + len(outliers)}
    scores = of_two_samples(value, of_normal, of_outliers)
    return Sampled(interval, scores, least=math.sqrt(value * (1 - value) / items))


def placements(normal: Floats, outliers: Floats) -> tuple[Floats, Floats]:
    """The share of outliers above each normal item (n,), and of normal items below each outlier.

    Equal scores count half. Both have the AUROC as their mean (DeLong et al., 1988).
    """
    return 1 - _share_below(normal, outliers), _share_below(outliers, normal)


def _share_below(values: Floats, others: Floats) -> Floats:
    ordered = np.sort(others)
    below, not_above = (np.searchsorted(ordered, values, side) for side in ("left", "right"))
    return (below + not_above) / (2 * len(others))


def effective(of_normal: Floats, of_outliers: Floats) -> float:
    """The number N of items for which a share a has the variance of the AUROC a, a (1 − a)/N.

    The variance is the larger of two estimates. DeLong's (1988), from the placements, fits any law
    but is too small near a = 1. Hanley & McNeil's (1982) assumes exponential laws; it depends on
    which sample is which, and the larger value counts. No law has a variance above
    a (1 − a)/min(n, m) (van Dantzig, 1951; Birnbaum & Klose, 1957).
    """
    n, m, a = len(of_normal), len(of_outliers), float(of_outliers.mean())
    if min(n, m) < 2:
        return 1.0
    delong = of_normal.var(ddof=1) / n + of_outliers.var(ddof=1) / m
    less, more = sorted([(1 - a) / (2 - a), a / (1 + a)])
    assumed = n * m / (1 + (min(n, m) - 1) * less + (max(n, m) - 1) * more)
    observed = a * (1 - a) / delong if delong > 0 else math.inf
    return float(max(min(assumed, observed), min(n, m)))
