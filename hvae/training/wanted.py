"""Rates that are wanted, (r_1, …, r_L) in nats, and how near others come to them."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from hvae.statistics.estimate import number

Floats = NDArray[np.float64]
RELATIVE, ABSOLUTE = 0.02, 0.05  # a rate is reached within 2 % or 0.05 nats, what is larger
OFFSET = ABSOLUTE / RELATIVE
FAR = 2.5  # times as much: what misses its target by more could not be trained to it


def residuals(rates: Floats, wanted: Floats) -> Floats:
    """log[(R_l + c) / (r_l + c)] with c = 2.5 nats, of shape (..., L).

    0.02 is 2 % of a large rate or 0.05 nats of a small one.
    """
    return np.log((rates + OFFSET) / (wanted + OFFSET))


def miss(rates: Floats, wanted: Floats) -> float:
    """The largest deviation of a layer's rate as a multiple of what is allowed."""
    return float((np.abs(rates - wanted) / np.maximum(RELATIVE * wanted, ABSOLUTE)).max())


def shown(values: Iterable[float]) -> str:
    """(5, 2.31)."""
    return f"({', '.join(map(number, values))})"
