"""Shares of independent items: their exact and score intervals, and an exact test."""

import math

from scipy.special import betainc, betaincinv

from hvae.statistics import arguments
from hvae.statistics.intervals import NORMAL, Interval

TAIL = 0.025  # beyond either end of a 95 % interval


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
    """The score interval (Wilson, 1927) of a share of `items` items, not always a whole number."""
    weight = NORMAL**2 / items
    centre = (share + weight / 2) / (1 + weight)
    half = math.sqrt(share * (1 - share) * weight + weight**2 / 4) / (1 + weight)
    # an end is at the share itself where that is 0 or 1, but for rounding
    return min(max(centre - half, 0.0), share), max(min(centre + half, 1.0), share)


def _ends(correct: int, n: int, tail: float) -> tuple[float, float]:
    """Quantiles of beta laws: much quicker to load from scipy.special than scipy.stats is."""
    low = betaincinv(correct, n - correct + 1, tail) if correct > 0 else 0.0
    high = betaincinv(correct + 1, n - correct, 1 - tail) if correct < n else 1.0
    return float(low), float(high)


def _counted(correct: int, n: int) -> tuple[int, int]:
    n = arguments.whole("n", n, least=1)
    correct = arguments.whole("correct", correct, least=0)
    if correct > n:
        raise ValueError(f"correct must be at most n = {n}, got {correct}")
    return correct, n
