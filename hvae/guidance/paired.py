"""The scores of an application at its places, in the form that comparisons take.

Places are compared item by item and training by training. So all of them need the same trainings
and the same items: those that most places have. A place that lacks one of these, since a training
diverged or a task skipped an item, is left out.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from hvae.errors import InputError
from hvae.guidance.applications import Application
from hvae.results.quantities import Measure
from hvae.results.rates import Place
from hvae.results.scores import PointScores, ScoredMetric, averaged, stacked
from hvae.statistics.comparison import Difference, Scores, across, difference
from hvae.statistics.estimate import Integers

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
