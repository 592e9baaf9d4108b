"""The value of an application over the plane, on validation and on test items."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from hvae.guidance.applications import Application, Metric
from hvae.guidance.series import Series, Value, Variant, chosen_metric, series
from hvae.results.places import Place, Row, over_seeds
from hvae.statistics.estimate import Estimate

NORMAL = 1.96


class Spot(NamedTuple):
    """An application at a place, by the variant (layers, method) that is best there on validation.

    score is the value on validation, negative where less is better; variants is how many there are.
    """

    place: Place
    variant: Variant
    validation: Value
    test: Value
    score: float
    variants: int


class Surface(NamedTuple):
    """An application over the places that have it; problems are what it is a mean over, if named.

    barred: places that are measured, but may not be chosen.
    """

    application: Application
    metric: Metric
    problems: tuple[str, ...]
    spots: tuple[Spot, ...]
    barred: tuple[Spot, ...] = ()

    @property
    def places(self) -> list[Place]:
        """Wherever it was measured."""
        return [spot.place for spot in (*self.spots, *self.barred)]

    def at(self, place: Place) -> Spot | None:
        """What it is worth at a place that may be chosen."""
        return next((spot for spot in self.spots if spot.place == place), None)

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
) -> Surface | None:
    """From rows of both tables; None where no place is measured on validation and on test."""
    metric = chosen_metric(application, selection)
    if metric is None:
        return None
    sides = series(application, metric, selection), series(application, metric, tasks)
    spots = [spot for place in plane for spot in _spot(place, metric, *sides)]
    return Surface(application, metric, sides[0].problems, tuple(spots)) if spots else None


def _spot(place: Place, metric: Metric, validation: Series, test: Series) -> list[Spot]:
    """Of all ways to read z at the place, the one that is best on validation."""
    there = {
        variant: (first, second)
        for variant in validation.values
        for first in [_at(place, validation.values[variant])]
        for second in [_at(place, test.values.get(variant, {}))]
        if first is not None and second is not None
    }
    if not there:
        return []
    best = max(there, key=lambda variant: metric.sign * there[variant][0].value)
    first, second = there[best]
    return [Spot(place, best, first, second, metric.sign * first.value, len(there))]


def _at(place: Place, values: Mapping[str, Value]) -> Value | None:
    """The mean over the place's points, all of which must have a value."""
    found = [values[point] for point in place.points if point in values]
    if len(found) < len(place.points):
        return None
    return found[0] if len(found) == 1 else pooled(found)


def pooled(values: Sequence[Value]) -> Value:
    """A mean over seeds with the interval that its standard error gives."""
    mean, error = over_seeds([Estimate(one.value, one.std_error) for one in values])
    return Value(mean, error, mean - NORMAL * error, mean + NORMAL * error)
