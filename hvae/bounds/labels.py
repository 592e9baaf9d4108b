"""Information that a label-like output f(z) - a cluster, a predicted class - has about the class.

f is fitted on train. The Markov chain y - x - z - f(z) with z sampled gives I(y; f(z)) <= R_{>=l}.
All functions take a table of test counts [classes, outputs]. Two items are the least that they
accept, and two classes and two outputs. Errors are ValueErrors that name the argument.
"""

import numpy as np
from numpy.typing import NDArray

from hvae.statistics import arguments
from hvae.statistics.contingency import contingency, independent
from hvae.statistics.estimate import Estimate, Integers, split

Table = NDArray[np.integer]


def plug_in_information(table: Table) -> float:
    """I(y; f) of the table's frequencies, in nats: biased upwards, so for show only.

    The bias is about (classes - 1) (outputs - 1) / (2 items) when y and f are independent.
    """
    return _plug_in(arguments.counts("table", table, dimensions=2))


def split_information(table: Table, rng: np.random.Generator) -> Estimate:
    """An estimate whose expectation is at most I(y; f), in nats: what a check may use.

    A random half of the items fits r(y|f), the other half measures H(y) + mean log r(y|f), which in
    expectation is at most I(y; f) for any r (Barber & Agakov 2003). It may be negative.
    """
    return held_out_information(*split(arguments.counts("table", table, dimensions=2), rng))


def held_out_information(fitted: Table, table: Table) -> Estimate:
    """The same with r(y|f) from a table of *other* items, say of train: more power than a split.

    r(y|f) = (n_yf + M p_y) / (n_f + M) shrinks towards the class shares p by M = classes items, so
    that an r without content costs nothing. H(y) is that of the test items' frequencies, on average
    too low, and so on the safe side. Two more items are counted in the cell that costs most: rare
    mistakes that a sample happens to lack would otherwise leave too high a value and no error bar.
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
    """The p-value of "f knows nothing of y", by permuting the outputs among the items.

    (1 + number of permuted tables with at least the information) / (1 + permutations), valid at any
    sample size (Phipson & Smyth 2010). Speaks against a limit of 0, not against a positive one.
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
