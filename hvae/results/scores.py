"""Scores of points as arrays: how two points are compared item by item.

The rows of `scores.parquet` that belong to one metric of one point stand together, so that one pass
over the table finds them all. It has millions of rows, so it is read in parts.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
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


Scored = dict[ScoredMetric, dict[str, PointScores]]


def by_metric(
    parts: Iterable[pa.Table], wanted: Callable[[ScoredMetric], bool] = lambda of: True
) -> Scored:
    """The scores of every wanted metric by point, in the order of the table, of which these are
    parts.

    A part is let go of before the next one is read. What is kept of it are values, since most
    metrics are of the same items, whose indices are kept once.
    """
    known: dict[bytes, Integers] = {}
    found: Scored = {}
    for point, of, one in (run for part in parts for run in _runs(part, wanted)):
        by_point = found.setdefault(of, {})
        whole = _joined(by_point[point], one) if point in by_point else one
        kept = known.setdefault(whole.indices.tobytes(), whole.indices)
        by_point[point] = whole._replace(indices=kept)
    return found


def _joined(first: PointScores, rest: PointScores) -> PointScores:
    """Of a run that the end of a part has cut."""
    indices = np.concatenate([first.indices, rest.indices])
    return PointScores(indices, np.concatenate([first.values, rest.values]))


def _runs(
    table: pa.Table, wanted: Callable[[ScoredMetric], bool]
) -> Iterator[tuple[str, ScoredMetric, PointScores]]:
    """Copies of the rows that stand together, of one point and one wanted metric."""
    names = ("point", *ScoredMetric._fields)
    columns = [table.unify_dictionaries()[name].combine_chunks() for name in names]
    codes = np.stack([column.indices.to_numpy() for column in columns])
    starts = np.flatnonzero(np.r_[True, (codes[:, 1:] != codes[:, :-1]).any(0)][: table.num_rows])
    indices, values = (table[name].to_numpy() for name in ("index", "value"))
    for start, end in pairwise([*starts, table.num_rows]):
        point, *of = (
            column.dictionary[code].as_py()
            for column, code in zip(columns, codes[:, start].tolist(), strict=True)
        )
        if wanted(metric := ScoredMetric(*of)):
            yield point, metric, PointScores(indices[start:end].copy(), values[start:end].copy())


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
