"""Limits on counts of labels: information about the class, and how far two sets differ.

*Information.* f(z) is a cluster or a predicted class, fitted on train items. The Markov chain
y - x - z - f(z), with z sampled, gives I(y; f(z)) <= R_{>=l}. The functions take a table of test
counts [classes, outputs], at least 2 by 2.

*Total variation.* P is the law of images decoded from the posterior, Q from the prior. Data
processing, Pinsker and Bretagnolle & Huber (1979) give, for every event A, and so for the class
histograms of any fixed classifier,

    |P(A) - Q(A)| <= TV <= min(sqrt(KL / 2), sqrt(1 - exp(-KL))).

The plug-in values are biased upwards, so checks use estimates that choose on one half of the items
and measure on the other. All counts must hold at least two items. A ValueError names a bad
argument.
"""

import math

import numpy as np
from numpy.typing import NDArray

from hvae.statistics import arguments
from hvae.statistics.arguments import Numbers
from hvae.statistics.estimate import Estimate, Integers, split
from hvae.statistics.sampled import contingency, independent
from hvae.statistics.sampled import total_variation as difference


def total_variation_limit(divergence: float) -> float:
    """An upper limit of TV(P, Q), in [0, 1], when KL(P || Q) is at most `divergence` nats.

    Pinsker's sqrt(KL / 2) is the lower of the two up to KL = 1.59, by a factor of sqrt(2) where KL
    is small; beyond, it is Bretagnolle & Huber's sqrt(1 - exp(-KL)). For KL use
    R_{>=l} - I(x; z_{>=l}) with a *lower* estimate of the information. Negative values count as 0
    (estimates fluctuate), infinity gives 1. Raises ValueError for NaN.
    """
    kl = arguments.information("divergence", divergence)
    return math.sqrt(min(kl / 2, -math.expm1(-kl)))


def total_variation(first: Numbers, second: Numbers) -> float:
    """TV = 1/2 sum_c |p_c - q_c| of two histograms of counts: biased upwards, so only for display.

    Raises ValueError for fewer than two classes or items, and for histograms of unequal length.
    """
    return float(difference(np.stack(_histograms(first, second))))


def split_total_variation(first: Numbers, second: Numbers, rng: np.random.Generator) -> Estimate:
    """An estimate of the total variation whose expectation is at most TV, for use in a check.

    The event A = {c : p_c > q_c} is chosen on a random half of each sample, and P(A) - Q(A) is
    measured on the other halves. The standard error is that of the measurement given A. A poor
    choice of A only lowers the value. The items must be independent, within and between samples.
    Raises ValueError as `total_variation` does.
    """
    a, b = _histograms(first, second)
    (choose_a, a), (choose_b, b) = split(a, rng), split(b, rng)
    event = choose_a / choose_a.sum() > choose_b / choose_b.sum()
    return event_difference(event, a, b)


def event_difference(event: Numbers, first: Numbers, second: Numbers) -> Estimate:
    """P(A) - Q(A) <= TV for a set A of classes, given as truth values and chosen on *other* data.

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


Table = NDArray[np.integer]


def plug_in_information(table: Table) -> float:
    """I(y; f) of the table's frequencies, in nats: biased upwards, so only for display.

    The bias is about (classes - 1) (outputs - 1) / (2 items) when y and f are independent.
    """
    return _plug_in(arguments.counts("table", table, dimensions=2))


def split_information(table: Table, rng: np.random.Generator) -> Estimate:
    """An estimate whose expectation is at most I(y; f), in nats, for use in a check.

    r(y|f) is fitted on a random half of the items, and H(y) + mean log r(y|f) is measured on the
    other half. Its expectation is at most I(y; f) for any r (Barber & Agakov 2003). It may be
    negative.
    """
    return held_out_information(*split(arguments.counts("table", table, dimensions=2), rng))


def held_out_information(fitted: Table, table: Table) -> Estimate:
    """The same with r(y|f) from a table of *other* items, such as train: more power than a split.

    r(y|f) = (n_yf + M p_y) / (n_f + M) is shrunk towards the class shares p, with the weight of M
    items for M classes, so an uninformative f costs nothing. H(y) comes from the frequencies of the
    test items and is too low on average, which is the safe side. Two more items are counted in the
    cell that costs most: otherwise a sample that happens to lack rare mistakes would give too high
    a value with no error.
    """
    train = arguments.counts("fitted", fitted, dimensions=2, least_total=1)
    test = arguments.counts("table", table, dimensions=2, least_total=1)
    if train.shape != test.shape:
        raise ValueError(f"fitted must have the shape of table, {test.shape}, got {train.shape}")
    classes = len(train)
    shares = (train.sum(1, keepdims=True) + 1) / (train.sum() + classes)
    guess = (train + classes * shares) / (train.sum(0) + classes)
    own = np.maximum(test.sum(1, keepdims=True), 1) / test.sum()
    gain = np.log(guess / own)  # [classes, outputs], in nats for an item of that cell
    test.flat[gain.argmin()] += 2
    n = test.sum()
    mean = float((test * gain).sum() / n)
    variance = float((test * (gain - mean) ** 2).sum() / (n - 1))
    return Estimate(mean, float(np.sqrt(variance / n)))


def independence_p_value(table: Table, rng: np.random.Generator, permutations: int = 999) -> float:
    """The p-value of "f says nothing about y", by permuting the outputs among the items.

    (1 + number of permuted tables with at least as much information) / (1 + permutations), valid at
    any sample size (Phipson & Smyth 2010). It tests a limit of 0, not a positive limit.
    """
    counts = arguments.counts("table", table, dimensions=2)
    permutations = arguments.whole("permutations", permutations, least=1)
    labels, outputs = (
        np.repeat(side, counts.ravel()) for side in np.indices(counts.shape).reshape(2, -1)
    )
    found = _plug_in(counts) - 1e-12  # equal tables must not differ by rounding
    as_good = sum(
        _plug_in(contingency(labels, rng.permutation(outputs), counts.shape)) >= found
        for _ in range(permutations)
    )
    return (1 + as_good) / (1 + permutations)


def _plug_in(table: Integers) -> float:
    seen = table > 0
    expected = independent(table)
    return float((table[seen] * np.log(table[seen] / expected[seen])).sum() / table.sum())
