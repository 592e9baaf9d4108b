"""Tables of counts of two sets of labels, and how far the two agree or differ."""

from collections.abc import Iterator, Sequence

import numpy as np

from hvae.statistics.estimate import Floats, Integers, Row


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
