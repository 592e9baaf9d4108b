"""β for wanted rates, for a program of one's own: arguments checked."""

from collections.abc import Callable, Sequence

import numpy as np

from hvae.config.training import Floats
from hvae.errors import InputError
from hvae.models import arguments
from hvae.models.arguments import instance, what
from hvae.models.hypernetwork import Range
from hvae.plane import inversion
from hvae.plane.inversion import Rates, Solution, Survey


def survey_rates(rates: Rates, box: Sequence[Range]) -> Survey:
    """The rates at every point of a lattice that is even in log β and has the box's corners.

    rates: (β_1, …, β_L) ↦ (R_1, …, R_L) in nats, the same every time; box: the lowest and the
    highest β of each layer. InputError names what cannot be used.
    """
    known = arguments.ranges("box", box)
    return inversion.survey(_checked(rates, len(known)), known)


def solve_rates(
    rates: Rates, box: Sequence[Range], wanted: Sequence[float], seen: Survey
) -> Solution:
    """β in the box with the `wanted` rates in nats, from what a survey of `rates` has `seen`."""
    known = arguments.ranges("box", box)
    layers = len(known)
    if (surveyed := instance("seen", seen, Survey).rates.shape[-1]) != layers:
        raise InputError(f"seen must be a survey of {layers} layers, as box is, got {surveyed}")
    return inversion.solve(
        _checked(rates, layers), known, arguments.rates("wanted", wanted, layers), seen
    )


def _checked(rates: object, layers: int) -> Callable[[Sequence[float]], Floats]:
    """The same function, of which anything but a number for each layer is refused."""
    if not callable(rates):
        raise InputError(f"rates must be a function of (β_1, …, β_L), got {what(rates)}")

    def checked(beta: Sequence[float]) -> Floats:
        found = arguments.numbers("what rates gives", rates(beta), "rate", layers)
        return np.array(found)

    return checked
