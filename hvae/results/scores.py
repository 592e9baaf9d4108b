"""Scores of points as arrays: how two points are compared item by item.

The rows of `scores.parquet` that belong to one metric of one point stand together, so that one pass
over the table finds them all.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hvae.errors import InputError
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
    values: NDArray[np.float32]


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


def aligned(scores: Mapping[str, PointScores], points: Sequence[str]) -> Floats:
    """The scores of these points, (points, n), in which a column is one item.

    InputError where they are not of the same items.
    """
    first = scores[points[0]].indices
    for point in points:
        if not np.array_equal(scores[point].indices, first):
            raise InputError(f"scores: points {points[0]} and {point} are not of the same items")
    return np.stack([scores[point].values for point in points]).astype(np.float64)
