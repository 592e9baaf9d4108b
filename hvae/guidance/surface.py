"""The value of an application over the plane, on validation and on test items.

Rows of one table become values by variant (how z is read) and point. Both tables together become
the surface over places, with the scores by which places are compared. Points that take too many
bits are barred as candidates for compression.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from statistics import mean
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from hvae.guidance.applications import Application, by_file
from hvae.guidance.paired import PairedScores, ScoreTables, Variant, Way
from hvae.results.quantities import Measure
from hvae.results.rates import Place, over_seeds
from hvae.statistics.comparison import Difference
from hvae.statistics.estimate import Estimate, Row

NORMAL = 1.96
LENGTH = {"task": "compression", "layers": "", "metric": "bits_per_dim"}


class Value(NamedTuple):
    """A value, its standard error, and its 95 % interval."""

    value: float
    std_error: float
    low: float
    high: float


class Series(NamedTuple):
    """The values by variant and point, and the settings that each is a mean over."""

    values: Mapping[Variant, Mapping[str, Value]]
    settings: tuple[str, ...]


def chosen_metric(application: Application, rows: Iterable[Row]) -> Measure | None:
    """The first of its metrics that the rows have, None where they have none."""
    there = {row["metric"] for row in rows if _counts(application, row)}
    return next((metric for metric in application.metrics if metric.name in there), None)


def series(application: Application, metric: Measure, rows: Iterable[Row]) -> Series:
    """The values of an application; each a mean over the settings, all of which it must have."""
    mine = [row for row in rows if _counts(application, row) and row["metric"] == metric.name]
    settings = tuple(application.task.judged(list(dict.fromkeys(row["setting"] for row in mine))))
    only = settings[0] if len(settings) == 1 else ""
    found: dict[Variant, dict[str, list[Value]]] = {}
    for row in mine:
        if row["setting"] in settings:
            variant = Variant(row["layers"], row["method"], only)
            found.setdefault(variant, {}).setdefault(row["point"], []).append(value(row))
    whole = {
        variant: {p: _mean(values) for p, values in by.items() if len(values) == len(settings)}
        for variant, by in found.items()
    }
    return Series(whole, settings)


def value(row: Row) -> Value:
    """A row's numbers."""
    return Value(row["value"], row["std_error"], row["low"], row["high"])


def _mean(values: Sequence[Value]) -> Value:
    """The values are of the same items, so the error of their mean is at most the mean error."""
    return Value(*(float(column) for column in np.mean(values, axis=0)))


def _counts(application: Application, row: Row) -> bool:
    """Whether a row of the table is about it, of a point, and a number with an error."""
    return bool(
        row["task"] == application.name
        and row["features"] == application.task.features
        and row["point"]
        and all(math.isfinite(row[name]) for name in Value._fields)
    )


class Spot(NamedTuple):
    """An application at a place, by the variant that is best there on validation.

    score is the mean of the scores on validation, negative where less is better.
    """

    place: Place
    variant: Variant
    validation: Value
    test: Value
    score: float

    @property
    def way(self) -> Way:
        return Way(self.place, self.variant)


class Surface(NamedTuple):
    """An application over the places that have it; settings are what it is a mean over.

    barred: places that are measured, but may not be chosen. left_out: those that lack a training or
    some items, so that they are not compared. candidates: the scores of all ways on validation,
    from which one chooses; test: those of each spot's own way on test items. costs: bits per data
    dimension of a place's files on validation; none where a place costs its total rate.
    """

    application: Application
    metric: Measure
    settings: tuple[str, ...]
    spots: tuple[Spot, ...]
    candidates: PairedScores
    test: PairedScores
    barred: tuple[Spot, ...] = ()
    left_out: tuple[Place, ...] = ()
    costs: Mapping[Place, float] = MappingProxyType({})

    def spent(self, place: Place) -> float:
        """What a place costs: its files where they are measured, else its total rate in nats."""
        return self.costs.get(place, place.total.value)

    @property
    def everywhere(self) -> tuple[Spot, ...]:
        """Barred spots, too."""
        return (*self.spots, *self.barred)

    @property
    def places(self) -> list[Place]:
        """Those that are compared, barred ones too."""
        return [spot.place for spot in self.everywhere]

    @property
    def trainings(self) -> int:
        """How many there are at each place."""
        return self.test.scores.trainings

    def at(self, place: Place) -> Spot | None:
        """What it is worth at a place that may be chosen."""
        return next((spot for spot in self.spots if spot.place == place), None)

    def better(self, first: Spot, second: Spot) -> Difference:
        """By how much the first is better on test items: in the metric, above 0 for better."""
        found, sign = self.test.difference(first.way, second.way), self.metric.sign
        return found._replace(value=sign * found.value)

    def without(self, allowed: Callable[[Place], bool]) -> "Surface":
        """The same, with those places barred that are not allowed."""
        kept = tuple(spot for spot in self.spots if allowed(spot.place))
        lost = tuple(spot for spot in self.spots if not allowed(spot.place))
        return self._replace(spots=kept, barred=self.barred + lost)


def surface(
    application: Application,
    plane: Sequence[Place],
    selection: Sequence[Row],
    tasks: Sequence[Row],
    scores: ScoreTables,
) -> Surface | None:
    """From rows of both tables and their scores; None where no place is measured on both splits."""
    metric = chosen_metric(application, selection)
    if metric is None:
        return None
    sides = series(application, metric, selection), series(application, metric, tasks)
    settings = sides[0].settings
    values = {way: pair for place in plane for way, pair in _both(place, *sides)}
    candidates = scores.paired(application, metric, settings, "validation", list(values))
    if candidates is None:
        return None
    best = _best_ways(candidates, metric)
    test = scores.paired(application, metric, settings, "test", best)
    if test is None:
        return None
    spots = tuple(
        Spot(*way, *values[way], metric.sign * candidates.value(way)) for way in test.ways
    )
    compared = {spot.place for spot in spots}
    left_out = tuple(dict.fromkeys(way.place for way in values if way.place not in compared))
    return Surface(
        application, metric, settings, spots, candidates, test, left_out=left_out
    )  # fmt: skip


def _both(
    place: Place, validation: Series, test: Series
) -> Iterator[tuple[Way, tuple[Value, Value]]]:
    """Every way to read z at the place, with what it gives on either split."""
    for variant in validation.values:
        first = _at(place, validation.values[variant])
        second = _at(place, test.values.get(variant, {}))
        if first is not None and second is not None:
            yield Way(place, variant), (first, second)


def _best_ways(candidates: PairedScores, metric: Measure) -> list[Way]:
    """Of all ways at each place, the first of the best on validation."""
    found: dict[Place, Way] = {}
    best: dict[Place, float] = {}
    for way, value in zip(candidates.ways, metric.sign * candidates.scores.value, strict=True):
        if way.place not in found or value > best[way.place]:
            found[way.place], best[way.place] = way, value
    return list(found.values())


def _at(place: Place, values: Mapping[str, Value]) -> Value | None:
    """The mean over the place's points, all of which must have a value.

    Of several seeds its interval is what their standard error gives.
    """
    found = [values[point] for point in place.points if point in values]
    if len(found) < len(place.points):
        return None
    if len(found) == 1:
        return found[0]
    middle, error = over_seeds([Estimate(one.value, one.std_error) for one in found])
    return Value(middle, error, middle - NORMAL * error, middle + NORMAL * error)


def bits(selection: Sequence[Row]) -> dict[str, float]:
    """Bits per data dimension of each point, on validation items: of files, or else of rates."""
    lengths = [row for row in selection if all(row[name] == text for name, text in LENGTH.items())]
    of_files = {row["point"]: row["value"] for row in lengths if by_file(row)}
    return of_files or {row["point"]: row["value"] for row in lengths if row["method"] == "rate"}


def within(surface: Surface, selection: Sequence[Row], most: float) -> Surface:
    """The surface with those places barred that take more than `most`, or whose cost is unknown."""
    known = bits(selection)
    costs = {
        place: mean(known.get(point, math.inf) for point in place.points)
        for place in surface.places
    }
    kept = surface.without(lambda place: costs[place] <= most)
    return kept._replace(costs=costs) if any(map(by_file, selection)) else kept
