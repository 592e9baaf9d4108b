"""Where to aim for an application, or for each, under a total rate if given: `hvae guide`."""

import argparse
import math
import textwrap

from hvae.config.params import Guidance
from hvae.errors import InputError, meant
from hvae.guidance.applications import applications
from hvae.guidance.choose import choose
from hvae.guidance.study import Study, condition, measured, study
from hvae.guidance.surface import Surface
from hvae.guidance.text import recommendation, seeds
from hvae.io import command
from hvae.results.experiment import Experiment
from hvae.results.verdict import WIDTH, warnings
from hvae.statistics.estimate import number


def main(arguments: argparse.Namespace) -> None:
    """Print a recommendation for the application, or for each if none is named.

    What holds for all of them follows once.
    """
    experiment = Experiment(arguments.results)
    params = experiment.params
    of = applications(params.tasks.entries)
    found = study(measured(experiment, of), params.guidance, of)
    names = [arguments.application] if arguments.application else list(found.surfaces)
    cautions: dict[str, None] = {}
    for name in names:
        try:
            said, caution = answer(found, asked(found, name), params.guidance, arguments.rate)
            print(textwrap.fill(said, WIDTH), end="\n\n")
            cautions[caution] = None
        except InputError as error:
            if arguments.application:
                raise
            print(f"{name.capitalize()}: {error}.\n")  # the others have an answer
    for remark in (*cautions, *warnings(experiment)):
        print(textwrap.fill(remark, WIDTH))


def answer(
    found: Study, surface: Surface, options: Guidance, rate: float | None
) -> tuple[str, str]:
    """The recommendation, and what is known of other trainings.

    InputError where no point may be chosen.
    """
    name = surface.application.name
    under = condition(name, options)
    if rate is not None:
        surface = limited(surface, rate)
        under = f" under a total rate of {rate:g} nats{under and ' and'}{under}"
    choice = choose(surface)
    if choice is None:
        raise InputError(f"no point of the plane is there for {name}{under}")
    means = found.means.get(name)
    remark = means and means.at(choice.best.place)
    said = recommendation(surface, choice, under, remark, found.unconverged)
    return said, seeds(choice.best)


def asked(found: Study, name: str) -> Surface:
    """The surface of the application; InputError for one that is unknown or was not measured."""
    surfaces = {one.application.name: one for one in found.surfaces.values()}
    surface = next((one for known, one in surfaces.items() if known == name), None)
    if surface is not None:
        return surface
    if name in found.applications:
        raise InputError(
            f"--for: {name} was not measured in this experiment, which has {', '.join(surfaces)}"
        )
    known = found.applications
    raise InputError(f"--for: must be one of {', '.join(known)}, got {name!r}{meant(name, known)}")


def limited(surface: Surface, rate: float) -> Surface:
    """The surface where R_total is at most `rate` nats; InputError where it is nowhere.

    Rates are those of test items. Validation items alone decide which point is best.
    """
    least = min((spot.place.total.value for spot in surface.spots), default=math.nan)
    if not math.isfinite(rate) or rate < least:
        raise InputError(
            f"--rate: must be at least {number(least)} nats, the least total rate of the points "
            f"that were measured, got {rate:g}"
        )
    return surface.without(lambda place: place.total.value <= rate)


if __name__ == "__main__":  # the former name of `hvae guide`
    command.alias("guide")
