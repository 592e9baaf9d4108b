"""The scores of an application at its places, in the form that comparisons take.

The rows of `scores.parquet` that belong to one metric of one point stand together, so that one pass
over the table finds them all. It has millions of rows, so it is read in parts.

Places are compared item by item and training by training. So all of them need the same trainings
and the same items: those that most places have. A place that lacks one of these, since a training
diverged or a task skipped an item, is left out.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hvae.errors import InputError
from hvae.guidance.applications import Application
from hvae.results.quantities import Measure
from hvae.results.rates import Place
from hvae.statistics.comparison import Difference, Scores, across, difference, single
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


ByMetric = Mapping[ScoredMetric, Mapping[str, PointScores]]


class Variant(NamedTuple):
    """Which layers are read, by which method, and of which setting: "" for a mean over several."""

    layers: str
    method: str
    setting: str


class Way(NamedTuple):
    """A place, and one way to read z there."""

    place: Place
    variant: Variant


class PairedScores(NamedTuple):
    """Scores of ways on one split: (ways, trainings, n). items: the index of each item."""

    ways: tuple[Way, ...]
    items: Integers
    scores: Scores

    def row(self, way: Way) -> int:
        """Its number; ValueError where it is left out."""
        return self.ways.index(way)

    def rows(self, places: Sequence[Place]) -> list[int]:
        """The numbers of all ways at these places."""
        wanted = set(places)
        return [number for number, way in enumerate(self.ways) if way.place in wanted]

    def value(self, way: Way) -> float:
        """The mean over items and trainings: what a metric is, less its bias of order 1/n."""
        return float(self.scores.value[self.row(way)])

    def single(self, way: Way) -> Difference:
        """The value of one way, with its error over items and trainings."""
        return single(self.scores, self.row(way))

    def difference(self, first: Way, second: Way) -> Difference:
        """First less second, in the metric's unit."""
        return difference(self.scores, self.row(first), self.row(second))

    def across(self, first: Way, other: "PairedScores", second: Way) -> Difference | None:
        """First less second, of another lattice; None where items or trainings differ in number."""
        if self.scores.trainings != other.scores.trainings:
            return None
        if not np.array_equal(self.items, other.items):
            return None
        return across(self.scores, self.row(first), other.scores, other.row(second))


class ScoreTables(NamedTuple):
    """`scores.parquet` by metric and point, and the seed of each point."""

    by_metric: ByMetric
    seeds: Mapping[str, int]

    def paired(
        self,
        application: Application,
        metric: Measure,
        settings: Sequence[str],
        split: str,
        ways: Sequence[Way],
    ) -> PairedScores | None:
        """Of the ways that have all trainings and items; None where there are none.

        InputError where a row of `tasks` or of `selection` has no scores.
        """
        seeds = self._trainings([way.place for way in ways])
        whole = [way for way in ways if {self.seeds[point] for point in way.place.points} == seeds]

        def scored(way: Way, point: str) -> PointScores | None:
            variant, features = way.variant, application.task.features
            return averaged(
                [
                    self._one(
                        ScoredMetric(
                            application.name, variant.layers, features, variant.method,
                            setting, metric.name, split,
                        ),
                        point,
                    )
                    for setting in settings
                ]
            )  # fmt: skip

        found = stacked(
            [
                [scored(way, p) for p in sorted(way.place.points, key=self.seeds.__getitem__)]
                for way in whole
            ]
        )
        if found is None:
            return None
        kept = tuple(whole[number] for number in found.kept)
        return PairedScores(kept, found.indices, Scores(found.values))

    def _trainings(self, places: Sequence[Place]) -> set[int]:
        """The seeds that most places have; of as many, the most seeds."""
        sets = Counter(
            frozenset(self.seeds[point] for point in place.points)
            for place in dict.fromkeys(places)
        )
        common = max(sets.items(), key=lambda one: (one[1], len(one[0])), default=(frozenset(), 0))
        return set(common[0])

    def _one(self, of: ScoredMetric, point: str) -> PointScores:
        try:
            return self.by_metric[of][point]
        except KeyError:
            raise InputError(
                f"scores.parquet has no scores of {of.task}, {of.metric}, at point {point}, "
                f"which the table of {of.split} items has"
            ) from None
