"""The jackknife over parts of samples: the error and the bias of a statistic that is no mean."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from hvae.statistics.estimate import Floats

LEVEL = 0.95


class Jackknife(NamedTuple):
    """Of statistics (…): their values on whole samples, bias and standard error, all (…).

    degrees: of freedom of the standard error.
    """

    value: Floats
    bias: Floats
    std_error: Floats
    degrees: int

    def interval(self) -> tuple[Floats, Floats]:
        """Ends ∓ t s that hold the value with and without its bias: (low, high), each (…).

        So an end reaches as far as the bias may have moved the value, as those of `bootstrap` do.
        It may lie beyond what the statistic can be.
        """
        half = stdtrit(self.degrees, (1 + LEVEL) / 2) * self.std_error
        corrected = self.value - self.bias
        return np.minimum(self.value, corrected) - half, np.maximum(self.value, corrected) + half


def jackknife(value: Floats, *left_out: Floats) -> Jackknife:
    """From the statistics without each of the K parts of a sample in turn, (K, …) a sample.

    Of one sample: bias (K − 1)(θ̄ − θ̂), variance (K − 1)/K Σ_k (θ_k − θ̄)² (Efron & Stein, 1981).
    Samples are independent, so theirs add up. The bias is that of order 1/n alone.
    """
    bias, variance = np.zeros_like(value), np.zeros_like(value)
    for without in left_out:
        parts, middle = len(without), without.mean(0)
        bias += (parts - 1) * (middle - value)
        variance += (parts - 1) / parts * np.square(without - middle).sum(0)
    degrees = min(len(without) for without in left_out) - 1
    return Jackknife(value, bias, np.sqrt(variance), degrees)


def parts_of(items: int, parts: int) -> list[NDArray[np.int64]]:
    """Places of the items of each part: consecutive, of equal sizes but for one item."""
    return np.array_split(np.arange(items), min(parts, items))


def without_each(sample: Floats, parts: int) -> list[Floats]:
    """The sample (items, …) without each of its parts in turn."""
    return [np.delete(sample, part, axis=0) for part in parts_of(len(sample), parts)]


def spread(found: Jackknife) -> dict[str, float]:
    """The columns value, low and high of one statistic."""
    low, high = found.interval()
    return {"value": float(found.value), "low": float(low), "high": float(high)}


def exponential(found: Jackknife) -> list[dict[str, float]]:
    """The same of each of several statistics that are logarithms, back on their own scale."""
    ends = (found.value, *found.interval())
    return [
        dict(zip(("value", "low", "high"), map(math.exp, numbers), strict=True))
        for numbers in zip(*ends, strict=True)
    ]
