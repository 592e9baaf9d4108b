"""Checks of the arguments that bounds take: numbers, class shares, counts."""

import math
import operator
from collections.abc import Sequence
from typing import Any, SupportsFloat, SupportsIndex, cast

import numpy as np
from numpy.typing import NDArray

from hvae.statistics.estimate import Floats

Numbers = Sequence[float] | NDArray[Any]

KINDS = "buifO"  # numpy's kinds of real numbers, and objects, which may be None for nan
SUM_TOLERANCE = 1e-6  # float32 shares of many classes sum to one within this


def not_nan(name: str, value: float) -> float:
    """`value` as a float; infinities pass. Raises ValueError for NaN and for non-numbers."""
    if math.isnan(found := _number(name, value)):
        raise ValueError(f"{name} must be a number, got {value}")
    return found


def finite(name: str, value: float) -> float:
    """`value` as a float. Raises ValueError for NaN, infinities and non-numbers."""
    if not math.isfinite(found := _number(name, value)):
        raise ValueError(f"{name} must be a finite number, got {value}")
    return found


def _number(name: str, value: object) -> float:
    """A number of any type, or an array of a single one; text is refused, even "1"."""
    try:
        return float(cast(SupportsFloat, None if isinstance(value, str | bytes) else value))
    except (TypeError, ValueError, RuntimeError):
        raise ValueError(f"{name} must be a number, got {value!r}") from None


def positive(name: str, value: float) -> float:
    """`value` as a float. Raises ValueError unless 0 < value < infinity."""
    if finite(name, value) <= 0:
        raise ValueError(f"{name} must be positive, got {value}")
    return float(value)


def not_negative(name: str, value: float) -> float:
    """`value` as a float; infinity passes. Raises ValueError for NaN and values below zero."""
    if not_nan(name, value) < 0:
        raise ValueError(f"{name} must not be negative, got {value}")
    return float(value)


def information(name: str, value: float) -> float:
    """An information in nats; infinity passes, and an estimate below zero counts as 0."""
    return max(not_nan(name, value), 0.0)


def whole(name: str, value: SupportsIndex, least: int) -> int:
    """`value` as an int. Raises ValueError unless it is a whole number and at least `least`."""
    try:
        number = operator.index(value)
    except TypeError:
        raise ValueError(f"{name} must be a whole number, got {value!r}") from None
    if number < least:
        raise ValueError(f"{name} must be at least {least}, got {number}")
    return number


def numbers(name: str, values: object) -> Floats:
    """An array of any shape. Raises ValueError where an element is not a number, such as text."""
    try:
        array = np.asarray(values)
        if array.dtype.kind not in KINDS:
            raise TypeError
        return array.astype(np.float64)
    except (TypeError, ValueError, RuntimeError):  # such as lists of different lengths
        raise ValueError(f"{name} must be a list of numbers, got {values!r}") from None


def vector(name: str, values: Numbers, least: int = 1) -> Floats:
    """A one-dimensional array of finite numbers that are not negative, at least `least` of them."""
    array = numbers(name, values)
    if array.ndim != 1 or len(array) < least:
        raise ValueError(f"{name} must be a list of at least {least} numbers, got {values!r}")
    bad = array[~(np.isfinite(array) & (array >= 0))]
    if len(bad):
        raise ValueError(f"{name} must be finite and not negative, got {bad[0]}")
    return array


def shares(name: str, values: Numbers, least: int = 1) -> Floats:
    """Class shares: a vector that sums to one, returned without rescaling."""
    array = vector(name, values, least)
    total = math.fsum(array)
    if abs(total - 1) > SUM_TOLERANCE:
        raise ValueError(f"{name} must sum to one, got a sum of {total}")
    return array


def counts(name: str, values: Any, dimensions: int, least_total: int = 2) -> NDArray[np.int64]:
    """A histogram or table of counts: whole numbers, at least two cells a side, enough items."""
    array = np.asarray(values)
    if array.ndim != dimensions or min(array.shape) < 2:
        raise ValueError(f"{name} must have {dimensions} sides of at least 2, got {array.shape}")
    real = array.astype(np.float64)
    bad = real[~(np.isfinite(real) & (real >= 0) & (real == np.floor(real)))]
    if bad.size:
        raise ValueError(f"{name} must hold whole numbers of items, got {bad.flat[0]}")
    if real.sum() < least_total:
        raise ValueError(f"{name} must count at least {least_total} items, got {int(real.sum())}")
    return array.astype(np.int64)
