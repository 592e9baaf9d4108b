"""A statistic as *scores*: one value for each item, by which two statistics are compared in pairs.

Of a mean over items they are the items' own values. Any other smooth statistic T of n items has the
pseudo-values n T − (n − 1) T_{−i} of the jackknife, with T_{−i} the statistic without item i (Tukey
1958): their mean is T less its bias of order 1/n. Either way the standard error is sd/√n. So the
difference of two statistics of the same items is the mean of the differences of their scores, with
the sd/√n of these as its error: whatever the items have in common cancels, and the bias as well.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from hvae.statistics.estimate import Floats, Integers, Row, error_of_mean

Interval = dict[str, float | int]  # the columns value, low, high and n of a row
BATCH = 256  # tables with an item left out, at a time


class Sampled(NamedTuple):
    """A statistic with its 95 % interval, and its scores (n,).

    least: what its standard error is at least, where the scores may show too little.
    """

    interval: Interval
    scores: Floats
    least: float = 0.0

    @property
    def std_error(self) -> float:
        """sd/√n of the scores; nan of a single one, or where the statistic is not finite."""
        known = len(self.scores) > 1 and bool(np.isfinite(self.scores).all())
        return max(error_of_mean(self.scores), self.least) if known else math.nan

    @property
    def row(self) -> Row:
        """The columns value, low, high, n and std_error."""
        return self.interval | {"std_error": self.std_error}


def pseudo_values(value: float, left_out: Floats) -> Floats:
    """The scores (n,) of a statistic with this value, from its values without each item, (n,)."""
    return len(left_out) * value - (len(left_out) - 1) * left_out


def of_two_samples(mean: float, first: Floats, second: Floats) -> Floats:
    """The scores (n + m,), with this mean, of a statistic of two independent samples.

    first, second: the scores of either when the other is fixed, (n,) and (m,), of which the spread
    alone counts. They are scaled so that s²/N of all N = n + m is s₁²/n + s₂²/m. Without two of
    each there are no scores, and all are nan.
    """
    n, m = len(first), len(second)
    if min(n, m) < 2:
        return np.full(n + m, math.nan)
    whole = (n + m) * (n + m - 1)
    parts = [
        (part - part.mean()) * math.sqrt(whole / (len(part) * (len(part) - 1)))
        for part in (first, second)
    ]
    return mean + np.concatenate(parts)


def numbered(first: Integers, second: Integers) -> Integers:
    """Indices of the scores of two samples: i of items of the first, −1 − j of the second."""
    return np.concatenate([first, -1 - second])


def of_table(
    statistic: Callable[[Integers], Floats], table: Integers, cells: tuple[Integers, Integers]
) -> Floats:
    """The scores (n,) of a statistic of a table of counts (M, K), whose items lie in these cells.

    An item's score depends on its cell alone. The statistic takes tables (…, M, K).
    """
    occupied = np.argwhere(table)
    parts = [
        statistic(table - _ones(table.shape, some))
        for some in np.split(occupied, range(BATCH, len(occupied), BATCH))
    ]
    without = np.zeros(table.shape)
    without[tuple(occupied.T)] = np.concatenate(parts)
    return pseudo_values(float(statistic(table)), without[cells])


def _ones(shape: tuple[int, ...], cells: Integers) -> Integers:
    """Tables (cells, M, K) with a single item, each in its own cell."""
    found = np.zeros((len(cells), *shape), np.int64)
    found[np.arange(len(cells)), *cells.T] = 1
    return found


def contingency(first: Integers, second: Integers, shape: tuple[int, int]) -> Integers:
    """How many items have each pair of labels 0, 1, …: a table of this shape."""
    flat = np.bincount(first * shape[1] + second, minlength=shape[0] * shape[1])
    return flat.reshape(shape)


def nmi(tables: Integers) -> Floats:
    """Normalised mutual information 2 I / (H_1 + H_2) of tables (…, M, K), from 0 to 1.

    Plug-in, so biased upwards in small samples; 1 where both have one label, as in scikit-learn.
    """
    p = tables / tables.sum((-2, -1), keepdims=True)
    first, second = _entropy(p.sum(-1)), _entropy(p.sum(-2))
    both = _entropy(p.reshape(*p.shape[:-2], -1))
    total = first + second
    known = total > 0
    return np.where(known, 2 * (total - both) / np.where(known, total, 1), 1.0)


def ari(tables: Integers) -> Floats:
    """Adjusted Rand index of tables (…, M, K): 1 for the same partition, 0 expected by chance.

    Hubert & Arabie (1985); 1 where both have one label.
    """
    together, first, second = _pairs(tables).sum((-2, -1)), *_margins(tables)
    expected = first * second / _pairs(tables.sum((-2, -1)))
    range_ = (first + second) / 2 - expected
    known = range_ != 0
    return np.where(known, (together - expected) / np.where(known, range_, 1), 1.0)


def total_variation(histograms: Integers) -> Floats:
    """½ Σ_k |p_k − q_k| of two histograms (…, 2, M), from 0 to 1; plug-in, so biased upwards."""
    p = histograms / histograms.sum(-1, keepdims=True)
    return np.abs(p[..., 0, :] - p[..., 1, :]).sum(-1) / 2


def independent(table: Integers) -> Floats:
    """The expected table with the same margins where the two labels are independent, (M, K)."""
    return np.outer(table.sum(1), table.sum(0)) / table.sum()


def count_rows(table: Integers, groups: Sequence[str], outputs: Sequence[str]) -> Iterator[Row]:
    """The columns group, output and count of `counts.parquet`; a pair without items has no row."""
    for group, output in np.argwhere(table):
        count = int(table[group, output])
        yield {"group": groups[group], "output": outputs[output], "count": count}


def _entropy(p: Floats) -> Floats:
    return -(p * np.log(np.where(p > 0, p, 1))).sum(-1)


def _pairs(counts: Integers) -> Floats:
    return counts * (counts - 1.0) / 2


def _margins(tables: Integers) -> tuple[Floats, Floats]:
    return _pairs(tables.sum(-1)).sum(-1), _pairs(tables.sum(-2)).sum(-1)
