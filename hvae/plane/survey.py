"""What is in reach: the rates of one model on a coarse lattice over its box of β."""

import itertools
import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hvae.errors import InputError
from hvae.io.command import progress

Floats = NDArray[np.float64]
Range = tuple[float, float]
Rates = Callable[[Sequence[float]], Floats]  # (β_1, …, β_L) ↦ (R_1, …, R_L), the same every time

FINEST = 5  # values of each β_l
MOST = 125  # lattice points, unless two values an axis make more


class Survey(NamedTuple):
    """beta, rates: (points, L), in nats. Points whose rates are not finite are left out."""

    beta: Floats
    rates: Floats

    @property
    def low(self) -> Floats:
        """The least rate of each layer, (L,)."""
        return self.rates.min(0)

    @property
    def high(self) -> Floats:
        """The most rate of each layer, (L,)."""
        return self.rates.max(0)


def survey(rates: Rates, box: Sequence[Range]) -> Survey:
    """The rates at every point of a lattice that is even in log β and has the box's corners."""
    beta = lattice(box)
    found = np.array([rates(one) for one in progress(beta, "surveying the plane")])
    finite = np.isfinite(found).all(1)
    if not finite.any():
        raise InputError("the model has no finite rates anywhere in its box of β")
    return Survey(np.array(beta)[finite], found[finite])


def lattice(box: Sequence[Range]) -> list[tuple[float, ...]]:
    """Five values an axis, or fewer where there are many axes; one where it has no width."""
    free = sum(low < high for low, high in box)
    count = next((k for k in range(FINEST, 2, -1) if k**free <= MOST), 2)
    return list(itertools.product(*(_values(low, high, count) for low, high in box)))


def _values(low: float, high: float, count: int) -> list[float]:
    if low == high:
        return [low]
    inner = np.exp(np.linspace(math.log(low), math.log(high), count))[1:-1]
    return [low, *map(float, inner), high]
