"""One choice against another, in the application's own metric on test items.

Losses: the price of one model for two uses, that is what an application loses at the best place for
another. Gains: what more than one layer buys, the best of the plane against the best β-VAE of one.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

from hvae.config.tasks import Name
from hvae.guidance.applications import BUDGETED
from hvae.guidance.choose import LEVEL, Choice
from hvae.guidance.surface import Surface
from hvae.results.places import Place
from hvae.statistics.intervals import holm, two_sided

OVER, UNMEASURED = "over the budget", "not measured"  # why there is no loss
APART = 0.05  # part of the larger total rate by which two sides may differ and still compare


class Loss(NamedTuple):
    """In the application's own metric, on test items: its value at its best place, less that there.

    Positive is worse, whichever way the metric goes; below 0 the test items contradict the choice.
    Its standard error takes both errors to be independent, which errs on the safe side. Where the
    place may not be chosen, or has no value, there is a note in place of a number.
    """

    application: Name
    optimum: Name
    loss: float | None
    std_error: float | None
    note: str = ""


def losses(surfaces: Mapping[Name, Surface], choices: Mapping[Name, Choice]) -> list[Loss]:
    """Rows by application; in each, a loss for the best place of every one, its own included."""
    return [
        _loss(surfaces[mine], choices[mine], other, choices[other].best.place)
        for mine in choices
        for other in choices
    ]


def _loss(surface: Surface, choice: Choice, other: Name, place: Place) -> Loss:
    mine, spot = surface.application.name, surface.at(place)
    if spot is None:
        barred = any(one.place == place for one in surface.barred)
        return Loss(mine, other, None, None, OVER if barred else UNMEASURED)
    if spot == choice.best:
        return Loss(mine, other, 0.0, 0.0)
    lost = surface.metric.sign * (choice.best.test.value - spot.test.value)
    return Loss(mine, other, lost, math.hypot(choice.best.test.std_error, spot.test.std_error))


class Gain(NamedTuple):
    """In the application's own metric, on test items; above 0 more layers are the better choice.

    Both sides were chosen on validation. significant: two-sided, at 5 % over all applications
    (Holm, 1979), with both errors taken to be independent, which errs on the safe side. comparable:
    where rates are the price or were given, only if both sides spend about as much: each has only
    the points that were measured. What is not comparable is not significant.
    """

    application: Name
    ours: Choice
    single: Choice
    gain: float
    std_error: float
    p_value: float
    significant: bool
    comparable: bool


Chosen = Mapping[Name, tuple[Surface, Choice]]


def gains(ours: Chosen, single: Chosen) -> list[Gain]:
    """One for each application that both have by the same metric."""
    shared = [n for n in ours if n in single and ours[n][0].metric == single[n][0].metric]
    found = [_gain(name, *ours[name], single[name][1]) for name in shared]
    judged = [gain for gain in found if gain.comparable]
    adjusted = holm([gain.p_value for gain in judged])
    significant = {gain.application: p <= LEVEL for gain, p in zip(judged, adjusted, strict=True)}
    return [gain._replace(significant=significant.get(gain.application, False)) for gain in found]


def _gain(name: Name, surface: Surface, ours: Choice, single: Choice) -> Gain:
    first, second = ours.best.test, single.best.test
    value = surface.metric.sign * (first.value - second.value)
    error = math.hypot(first.std_error, second.std_error)
    free = name != BUDGETED and not ours.best.place.target
    comparable = free or _spend_alike(ours, single)
    p_value = two_sided(value, error)
    return Gain(name, ours, single, value, error, p_value, False, comparable)


def _spend_alike(ours: Choice, single: Choice) -> bool:
    totals = [choice.best.place.total.value for choice in (ours, single)]
    return max(totals) - min(totals) <= APART * max(totals)
