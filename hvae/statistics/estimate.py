"""Finite samples: estimates with their standard error, and independent halves of the items.

Plug-in information and total variation are never negative, so they are biased upwards: they find
something even where there is nothing. A quantity that is *chosen* on one half of the items and
*measured* on the other has no such bias, so checks use these.
"""

import math
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Row = dict[str, Any]  # a row of a table, by column
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Estimate(NamedTuple):
    """A value and its standard error, in the same unit."""

    value: float
    std_error: float


def error_of_mean(values: Floats) -> float:
    """The standard error of the mean of independent values, which the jackknife gives too."""
    return float(values.std(ddof=1) / math.sqrt(len(values)))


def propagated(function: Callable[[float], float], estimate: Estimate) -> Estimate:
    """f(v) and its standard error: the larger change of f over one standard error of v either way.

    v is an information. A value below zero counts as 0 before its error is added: limits are steep
    at 0 and flat below, and the error must not vanish there.
    """
    at, error = max(estimate.value, 0.0), estimate.std_error
    low, middle, high = (function(at + sign * error) for sign in (-1, 0, 1))
    return Estimate(middle, max(abs(high - middle), abs(middle - low)))


def split(counts: NDArray[Any], rng: np.random.Generator) -> tuple[Integers, Integers]:
    """The counts of a random half of the items and of the other half, in the shape of `counts`."""
    whole = np.asarray(counts, dtype=np.int64)
    half = rng.multivariate_hypergeometric(whole.ravel(), int(whole.sum()) // 2)
    first = half.reshape(whole.shape)
    return first, whole - first


def number(value: float) -> str:
    """A number as text, with three digits or all of a whole number; below 0.0005 it is 0."""
    if not math.isfinite(value):
        return "unknown"
    rounded = float(f"{value:.3g}") if abs(value) < 1000 else round(value)
    return "0" if abs(value) < 5e-4 else np.format_float_positional(rounded, trim="-")


Kind = Literal["lower", "upper", "estimate"]


class InformationEstimate(NamedTuple):
    """A value in nats per item; its expectation is at most (lower) or at least (upper) the truth.

    saturated: there are too few items to say how far the value is from the truth, or from its own
    expectation. A bound remains a bound in expectation.
    """

    kind: Kind
    value: float
    std_error: float
    saturated: bool = False


Named = tuple[str, InformationEstimate]  # the quantity's name in the table, and its estimate


def finite(name: str, values: Any) -> Floats:
    """`values` as an array of float64; ValueError if one is NaN or infinite."""
    array = np.asarray(values, dtype=np.float64)
    bad = array[~np.isfinite(array)]
    if bad.size:
        raise ValueError(f"{name} must be finite, got {bad[0]}")
    return array


def quantity(of: str, lowest: int, layers: int) -> str:
    """The name of I(`of`; z_{≥l}) in tables, such as `I(x;z1,z2)`; l is counted from 0."""
    return f"I({of};{','.join(f'z{layer + 1}' for layer in range(lowest, layers))})"
