"""95 % intervals of what tasks measure, as the columns value, low and high of a row."""

import math
from collections.abc import Callable, Mapping

import numpy as np
from scipy.special import betaincinv

from hvae.statistics.estimate import Floats, Integers

NORMAL = 1.96
TAIL = 0.025  # beyond either end
RESAMPLES = 200  # of a bootstrap: they tell its standard error to 5 %
SEED = 0

Numbers = dict[str, float | int]
Statistic = Callable[[Integers], Floats]


def share(count: int, n: int) -> Numbers:
    """A share of n items with its exact binomial interval (Clopper & Pearson, 1934).

    Its ends are quantiles of beta laws, which are much quicker to load than tests of shares.
    """
    low = betaincinv(count, n - count + 1, TAIL) if count > 0 else 0.0
    high = betaincinv(count + 1, n - count, 1 - TAIL) if count < n else 1.0
    return {"value": count / n, "low": float(low), "high": float(high), "n": n}


def mean(values: Floats) -> Numbers:
    """A mean over items ∓ 1.96 standard errors: an end may lie beyond what the mean can be."""
    value, n = float(values.mean()), len(values)
    half = NORMAL * float(values.std(ddof=1)) / math.sqrt(n)
    return {"value": value, "low": value - half, "high": value + half, "n": n}


def psnr(errors: Floats) -> Numbers:
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
) -> dict[str, Numbers]:
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
