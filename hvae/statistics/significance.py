"""p-values of differences with a standard error, and of many tests at once."""

import numpy as np
from scipy.stats import norm

from hvae.statistics.arguments import Numbers


def holm(p_values: Numbers) -> list[float]:
    """Adjusted p-values: rejecting those <= q keeps the family-wise error at q (Holm 1979).

    Sorted upwards, max_{j <= i} (m - j + 1) p_(j), at most 1; returned in the order given.
    Raises ValueError for p-values outside [0, 1].
    """
    p = np.asarray(p_values, dtype=np.float64)
    bad = p[~((p >= 0) & (p <= 1))]
    if len(bad):
        raise ValueError(f"p_values must lie in [0, 1], got {bad[0]}")
    order = np.argsort(p, kind="stable")
    adjusted = np.empty_like(p)
    adjusted[order] = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    return [float(value) for value in np.minimum(adjusted, 1)]


def one_sided(difference: float, error: float) -> float:
    """P of so large a difference where there is none; without any error, 0 or 1."""
    return float(norm.sf(difference / error)) if error > 0 else float(difference <= 0)


def two_sided(difference: float, error: float) -> float:
    """P of a difference as large either way where there is none; without any error, 0 or 1."""
    if error == 0:
        return float(difference == 0)
    return float(2 * norm.sf(abs(difference) / error))
