"""Estimates of information: a value, its standard error, and the side on which it errs."""

from typing import Any, Literal, NamedTuple

import numpy as np

from hvae.statistics.estimate import Floats

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
