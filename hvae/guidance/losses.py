"""What one application loses at the best place for another: the price of one model for two uses."""

import math
from collections.abc import Mapping
from typing import NamedTuple

from hvae.config.guidance import Name
from hvae.guidance.choose import Choice
from hvae.guidance.surface import Surface
from hvae.results.places import Place

OVER, UNMEASURED = "over the budget", "not measured"


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
