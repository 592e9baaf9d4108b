"""How far apart two sets of images can be when the latents behind them differ by few nats.

For P (decoded from the posterior) and Q (decoded from the prior), data processing and Bretagnolle &
Huber (1979) give |P(A) - Q(A)| <= TV <= sqrt(1 - exp(-KL)) for every event A, and so for the class
histograms of any fixed classifier.
"""

import math

import numpy as np

from hvae.statistics import arguments, contingency
from hvae.statistics.arguments import Numbers
from hvae.statistics.estimate import Estimate, Integers, split


def total_variation_limit(divergence: float) -> float:
    """The largest TV(P, Q) when KL(P || Q) is at most `divergence` nats: sqrt(1 - exp(-KL)).

    For KL use R_{>=l} - I(x; z_{>=l}) with a *lower* estimate of the information. Negative values
    count as 0 (estimates fluctuate), infinity gives 1. Raises ValueError for NaN.
    """
    return math.sqrt(-math.expm1(-arguments.information("divergence", divergence)))


def total_variation(first: Numbers, second: Numbers) -> float:
    """TV = 1/2 sum_c |p_c - q_c| of two histograms of counts: biased upwards, so for show only.

    Raises ValueError for fewer than two classes or items, and for histograms of unequal length.
    """
    return float(contingency.total_variation(np.stack(_histograms(first, second))))


def split_total_variation(first: Numbers, second: Numbers, rng: np.random.Generator) -> Estimate:
    """An estimate of the total variation whose expectation is at most TV: what a check may use.

    A random half of each sample chooses the event A = {c : p_c > q_c}; the other halves measure
    P(A) - Q(A). The standard error is that of the measurement, given A; a poor choice of A only
    lowers the value. The items must be independent, within and between the samples.
    Raises ValueError as `total_variation` does.
    """
    a, b = _histograms(first, second)
    (choose_a, a), (choose_b, b) = split(a, rng), split(b, rng)
    event = choose_a / choose_a.sum() > choose_b / choose_b.sum()
    return event_difference(event, a, b)


def event_difference(event: Numbers, first: Numbers, second: Numbers) -> Estimate:
    """P(A) - Q(A) <= TV for a set A of classes (a truth value a class) chosen on *other* data.

    The standard error counts one more item inside and one outside (after Agresti & Caffo 2000), so
    that it is never 0. Raises ValueError as `total_variation` does.
    """
    a, b = _histograms(first, second, least=1)
    inside = np.asarray(event, dtype=np.bool_)
    if inside.shape != a.shape:
        raise ValueError(
            f"event must have {len(a)} entries like the histograms, got {inside.shape}"
        )
    value = a[inside].sum() / a.sum() - b[inside].sum() / b.sum()
    variance = sum(_variance(int(c[inside].sum()), int(c.sum())) for c in (a, b))
    return Estimate(float(value), math.sqrt(variance))


def _variance(successes: int, n: int) -> float:
    p = (successes + 1) / (n + 2)
    return p * (1 - p) / n


def _histograms(first: Numbers, second: Numbers, least: int = 2) -> tuple[Integers, Integers]:
    a = arguments.counts("first", first, dimensions=1, least_total=least)
    b = arguments.counts("second", second, dimensions=1, least_total=least)
    if len(a) != len(b):
        raise ValueError(f"second must have {len(a)} classes like first, got {len(b)}")
    return a, b
