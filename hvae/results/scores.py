"""Scores of points as arrays: how two points are compared item by item.

The rows of `scores.parquet` that belong to one metric of one point stand together, so that one pass
over the table finds them all.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hvae.statistics.estimate import Floats, Integers


class ScoredMetric(NamedTuple):
    """What was measured, of any point: columns of `scores.parquet`."""

    task: str
    layers: str
    features: str
    method: str
    setting: str
    metric: str
    split: str


class PointScores(NamedTuple):
    """The scores (n,) of one point, and what each is of, as `tables.scores` says."""

    indices: Integers
    values: NDArray[np.floating]


def by_metric(table: pa.Table) -> dict[ScoredMetric, dict[str, PointScores]]:
    """The scores of every metric by point, in the order of the table."""
    names = ("point", *ScoredMetric._fields)
    columns = [table.unify_dictionaries()[name].combine_chunks() for name in names]
    codes = np.stack([column.indices.to_numpy() for column in columns])
    starts = np.flatnonzero(np.r_[True, (codes[:, 1:] != codes[:, :-1]).any(0)][: table.num_rows])
    indices, values = (table[name].to_numpy() for name in ("index", "value"))
    found: dict[ScoredMetric, dict[str, PointScores]] = {}
    for start, end in pairwise([*starts, table.num_rows]):
        point, *of = (
            column.dictionary[code].as_py()
            for column, code in zip(columns, codes[:, start].tolist(), strict=True)
        )
        one = PointScores(indices[start:end], values[start:end])
        found.setdefault(ScoredMetric(*of), {})[point] = one
    return found


def averaged(parts: Sequence[PointScores]) -> PointScores | None:
    """The mean over several settings, item by item; None where they are not of the same items."""
    first = parts[0].indices
    if any(not np.array_equal(one.indices, first) for one in parts):
        return None
    return PointScores(first, np.mean([one.values for one in parts], axis=0, dtype=np.float64))


class Stack(NamedTuple):
    """Scores of several points in each row, a training each: (rows, trainings, n).

    kept: the numbers of the rows, in the order of the values. indices: what a score is of, (n,).
    """

    kept: list[int]
    indices: Integers
    values: Floats


def stacked(rows: Sequence[Sequence[PointScores | None]]) -> Stack | None:
    """The rows whose scores are all of the same items, of those that most rows have.

    None where no row has scores of the same items in all its trainings. Rows have one length.
    """
    groups: dict[bytes, list[int]] = {}
    for number, row in enumerate(rows):
        items = {b"" if one is None else one.indices.tobytes() for one in row}
        if len(items) == 1 and items != {b""}:
            groups.setdefault(items.pop(), []).append(number)
    kept = max(groups.values(), key=len, default=[])
    known = [[one for one in rows[number] if one is not None] for number in kept]
    if not known:
        return None
    values = np.array([[one.values for one in row] for row in known], np.float64)
    return Stack(kept, known[0][0].indices, values)
