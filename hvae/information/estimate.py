"""An estimate with its standard error, and with the side on which its expectation errs."""

import math
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Kind = Literal["lower", "upper", "estimate"]


class Estimate(NamedTuple):
    """A value in nats per item: in expectation at most (lower) or at least (upper) the truth.

    saturated: too few items to tell how large the truth is. Such a value still errs on its own side
    only, but how far it errs is unknown.
    """

    kind: Kind
    value: float
    std_error: float
    saturated: bool = False


def finite(name: str, values: Any) -> Array:
    """`values` as an array of float64; ValueError where one is NaN or infinite."""
    array = np.asarray(values, dtype=np.float64)
    bad = array[~np.isfinite(array)]
    if bad.size:
        raise ValueError(f"{name} must be finite, got {bad[0]}")
    return array


def error_of_mean(values: Array) -> float:
    """The standard error of the mean of independent values, equal to their jackknife's."""
    return float(values.std(ddof=1) / math.sqrt(len(values)))
