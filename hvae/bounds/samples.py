"""Finite samples: estimates with their standard error, and halves that do not know each other.

Plug-in information and total variation are never negative, so they are biased upwards: with nothing
to find they still find something. What is *chosen* on one half and *measured* on the other has no
such bias, and is what checks may use.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]


class Estimate(NamedTuple):
    """A value and its standard error, in the same unit."""

    value: float
    std_error: float


def split(counts: NDArray[Any], rng: np.random.Generator) -> tuple[Counts, Counts]:
    """The counts of a random half of the items, and those of the other half; any shape."""
    whole = np.asarray(counts, dtype=np.int64)
    half = rng.multivariate_hypergeometric(whole.ravel(), int(whole.sum()) // 2)
    first = half.reshape(whole.shape)
    return first, whole - first
