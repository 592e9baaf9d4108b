"""How well a score tells two samples apart: the area under the ROC curve, and its interval."""

import math

import numpy as np
from scipy.stats import rankdata

from hvae.statistics.estimate import Floats
from hvae.statistics.intervals import Interval
from hvae.statistics.proportion import wilson


def auroc(normal: Floats, outliers: Floats) -> Interval:
    """P(score of an outlier > score of a normal item) + ½ P(equal), of scores (n,) and (m,).

    ½ where scores tell nothing. The interval is that of Wilson (1927) for a share of `effective`
    items, so that it stays in [0, 1] and has a width where all outliers are above all others.
    """
    of_normal, of_outliers = placements(normal, outliers)
    value = float(of_outliers.mean())
    low, high = wilson(value, effective(of_normal, of_outliers))
    return {"value": value, "low": low, "high": high, "n": len(normal) + len(outliers)}


def placements(normal: Floats, outliers: Floats) -> tuple[Floats, Floats]:
    """The share of outliers above each normal item (n,), and of normal items below each outlier.

    Equal scores count half. Both have the AUROC as their mean (DeLong et al., 1988).
    """
    ranks = rankdata(np.concatenate([normal, outliers]))
    below_normal = ranks[: len(normal)] - rankdata(normal)
    below_outliers = ranks[len(normal) :] - rankdata(outliers)
    return 1 - below_normal / len(outliers), below_outliers / len(normal)


def effective(of_normal: Floats, of_outliers: Floats) -> float:
    """How many items N of a share a have its variance a (1 − a)/N in common with the AUROC a.

    The variance is the larger of two: DeLong's (1988), of the placements, which fits any law but
    is too small near a = 1; and that of Hanley & McNeil (1982), which supposes exponential laws,
    with the two samples in those of its two roles that make it larger.
    No law has more than a (1 − a)/min(n, m) (van Dantzig, 1951; Birnbaum & Klose, 1957).
    """
    n, m, a = len(of_normal), len(of_outliers), float(of_outliers.mean())
    if min(n, m) < 2:
        return 1.0
    delong = of_normal.var(ddof=1) / n + of_outliers.var(ddof=1) / m
    less, more = sorted([(1 - a) / (2 - a), a / (1 + a)])
    supposed = n * m / (1 + (min(n, m) - 1) * less + (max(n, m) - 1) * more)
    seen = a * (1 - a) / delong if delong > 0 else math.inf
    return float(max(min(supposed, seen), min(n, m)))
