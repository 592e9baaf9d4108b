"""95 % intervals of what tasks measure, as the columns value, low and high of a row.

Of means by the normal law; of statistics of counts by the bootstrap; of other statistics by the
jackknife over parts of a sample, which also tells their bias.
"""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from hvae.statistics.estimate import Floats, Integers

NORMAL = 1.96
LEVEL = 0.95
RESAMPLES = 200  # of a bootstrap: they tell its standard error to 5 %
SEED = 0

Interval = dict[str, float | int]
Statistic = Callable[[Integers], Floats]


def mean(values: Floats) -> Interval:
    """A mean over items ∓ 1.96 standard errors: an end may lie beyond what the mean can be."""
    value, n = float(values.mean()), len(values)
    half = NORMAL * float(values.std(ddof=1)) / math.sqrt(n)
    return {"value": value, "low": value - half, "high": value + half, "n": n}


def psnr(errors: Floats) -> Interval:
    """−10 log₁₀ of the mean of squared errors (items,) of data in [0, 1], in dB.

    Each error is per data dimension. The interval is ∓ 1.96 standard errors by the delta method,
    10/ln 10 times the relative error of the mean. Without any error all three are infinite.
    """
    mse, n = float(errors.mean()), len(errors)
    if mse == 0:
        return {"value": math.inf, "low": math.inf, "high": math.inf, "n": n}
    value = -10 * math.log10(mse)
    half = NORMAL * 10 / math.log(10) * float(errors.std(ddof=1)) / math.sqrt(n) / mse
    return {"value": value, "low": value - half, "high": value + half, "n": n}


def bootstrap(
    statistics: Mapping[str, Statistic], samples: Integers, null: Floats
) -> dict[str, Interval]:
    """Statistics of the counts of independent samples, (samples, …): one row of counts a sample.

    A plug-in statistic of how much samples depend or differ is biased upwards, and most so where
    they do not: by b, its mean under `null`, chances of the shape of `samples`. With s its spread
    over samples redrawn from their own counts, the interval goes from value − b − 1.96 s to
    value + 1.96 s. That is too wide where the bias is less than b, and `low` may lie below what
    the statistic can be.
    """
    again, alike = (_redrawn(samples, chances) for chances in (samples, null))
    result = {}
    for name, statistic in statistics.items():
        value = float(statistic(samples[None]).item())
        half = NORMAL * float(statistic(again).std(ddof=1))
        bias = max(float(statistic(alike).mean()), 0.0)
        result[name] = {"value": value, "low": value - bias - half, "high": value + half}
    return result


def _redrawn(samples: Integers, chances: Floats | Integers) -> Integers:
    """Multinomial samples of the same sizes: (RESAMPLES, samples, …)."""
    random = np.random.default_rng(SEED)
    drawn = [
        random.multinomial(counts.sum(), p.ravel() / p.sum(), size=RESAMPLES)
        for counts, p in zip(samples, chances, strict=True)
    ]
    return np.stack(drawn, axis=1).reshape(RESAMPLES, *samples.shape)


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
