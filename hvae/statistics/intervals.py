"""95 % intervals, as the columns value, low and high of a row; and p-values of differences.

Intervals of means use the normal law, those of statistics of counts the bootstrap, and those of
other statistics the jackknife over parts of a sample, which also estimates their bias.
"""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from hvae.statistics.arguments import Numbers
from hvae.statistics.estimate import Floats, Integers
from hvae.statistics.sampled import Interval, Sampled

NORMAL = 1.96
LEVEL = 0.95
RESAMPLES = 200  # of a bootstrap: they give its standard error to within 5 %
SEED = 0

Statistic = Callable[[Integers], Floats]


def mean(values: Floats) -> Sampled:
    """A mean over items ∓ 1.96 standard errors; an end may lie outside the range of the values."""
    value, n = float(values.mean()), len(values)
    half = NORMAL * float(values.std(ddof=1)) / math.sqrt(n)
    return Sampled({"value": value, "low": value - half, "high": value + half, "n": n}, values)


def psnr(errors: Floats) -> Sampled:
    """−10 log₁₀ of the mean of squared errors (items,) of data in [0, 1], in dB.

    Each error is per data dimension. The scores are linear in the errors, with the slope of the
    delta method: −10/ln 10 times an error relative to the mean. The interval is ∓ 1.96 standard
    errors. All are infinite where every error is 0.
    """
    mse, n = float(errors.mean()), len(errors)
    if mse == 0:
        ends = dict.fromkeys(("value", "low", "high"), math.inf)
        return Sampled(ends | {"n": n}, np.full(n, math.inf))
    return mean(-10 * math.log10(mse) - 10 / math.log(10) * (errors / mse - 1))


def bootstrap(
    statistics: Mapping[str, Statistic], samples: Integers, null: Floats
) -> dict[str, Interval]:
    """Intervals of statistics of the counts of independent samples, (samples, …).

    A plug-in statistic of how much samples depend or differ is biased upwards. The bias is largest,
    b, where they neither depend nor differ: b is the mean under `null`, probabilities in the shape
    of `samples`. With s the spread over samples redrawn from their own counts, the interval goes
    from value − b − 1.96 s to value + 1.96 s. It is too wide where the bias is less than b, and
    `low` may lie below the range of the statistic.
    """
    again, alike = (_redrawn(samples, probabilities) for probabilities in (samples, null))
    result = {}
    for name, statistic in statistics.items():
        value = float(statistic(samples[None]).item())
        half = NORMAL * float(statistic(again).std(ddof=1))
        bias = max(float(statistic(alike).mean()), 0.0)
        result[name] = {"value": value, "low": value - bias - half, "high": value + half}
    return result


def _redrawn(samples: Integers, probabilities: Floats | Integers) -> Integers:
    """Multinomial samples of the same sizes: (RESAMPLES, samples, …)."""
    random = np.random.default_rng(SEED)
    drawn = [
        random.multinomial(counts.sum(), p.ravel() / p.sum(), size=RESAMPLES)
        for counts, p in zip(samples, probabilities, strict=True)
    ]
    return np.stack(drawn, axis=1).reshape(RESAMPLES, *samples.shape)


class Jackknife(NamedTuple):
    """Statistics of whole samples, with their bias and standard error, arrays of one shape (…).

    degrees: the degrees of freedom of the standard error.
    """

    value: Floats
    bias: Floats
    std_error: Floats
    degrees: int

    def interval(self) -> tuple[Floats, Floats]:
        """The interval ∓ t s around the value, with and without its bias: (low, high), each (…).

        As in `bootstrap`, the interval covers what the bias may have added. An end may lie outside
        the range of the statistic.
        """
        half = stdtrit(self.degrees, (1 + LEVEL) / 2) * self.std_error
        corrected = self.value - self.bias
        return np.minimum(self.value, corrected) - half, np.maximum(self.value, corrected) + half


def jackknife(value: Floats, *left_out: Floats) -> Jackknife:
    """From the statistics without each of the K parts of a sample in turn, (K, …) for each sample.

    One sample has bias (K − 1)(θ̄ − θ̂) and variance (K − 1)/K Σ_k (θ_k − θ̄)² (Efron & Stein, 1981).
    Samples are independent, so their biases and variances add up. Only the bias of order 1/n is
    estimated.
    """
    bias, variance = np.zeros_like(value), np.zeros_like(value)
    for without in left_out:
        parts, middle = len(without), without.mean(0)
        bias += (parts - 1) * (middle - value)
        variance += (parts - 1) / parts * np.square(without - middle).sum(0)
    degrees = min(len(without) for without in left_out) - 1
    return Jackknife(value, bias, np.sqrt(variance), degrees)


def parts_of(items: int, parts: int) -> list[NDArray[np.int64]]:
    """The positions of each part's items: consecutive, with sizes that differ by one at most."""
    return np.array_split(np.arange(items), min(parts, items))


def without_each(sample: Floats, parts: int) -> list[Floats]:
    """The sample (items, …) without each of its parts in turn."""
    return [np.delete(sample, part, axis=0) for part in parts_of(len(sample), parts)]


def spread(found: Jackknife) -> dict[str, float]:
    """The columns value, low and high of one statistic."""
    low, high = found.interval()
    return {"value": float(found.value), "low": float(low), "high": float(high)}


def exponential(found: Jackknife) -> list[dict[str, float]]:
    """The same columns for several statistics that are logarithms, back on their own scale."""
    ends = (found.value, *found.interval())
    return [
        dict(zip(("value", "low", "high"), map(math.exp, numbers), strict=True))
        for numbers in zip(*ends, strict=True)
    ]


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


def one_sided(difference: float, error: float, degrees: float = math.inf) -> float:
    """The probability of a difference this large where there is none; 0 or 1 without any error.

    degrees: those of freedom of the error, by Student's t.
    """
    return float(stdtr(degrees, -difference / error)) if error > 0 else float(difference <= 0)
