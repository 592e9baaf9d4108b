"""Ask an experiment where to aim for an application, under a total rate if that is given.

python -m hvae.guidance --results results/digits --for classification --rate 8
"""

import argparse
import math
from pathlib import Path

from hvae.errors import InputError
from hvae.guidance.applications import applications
from hvae.guidance.choose import choose
from hvae.guidance.study import Study, condition, measured, study
from hvae.guidance.surface import Surface
from hvae.guidance.text import recommendation, seeds
from hvae.io import command
from hvae.results.experiment import Experiment
from hvae.statistics.estimate import number


def main(arguments: argparse.Namespace) -> None:
    """Print the recommendation."""
    experiment = Experiment(arguments.results)
    params = experiment.params
    of = applications(params.tasks.entries)
    found = study(measured(experiment), params.guidance, of)
    surface = asked(found, arguments.application)
    under = condition(surface.application.name, params.guidance)
    if arguments.rate is not None:
        surface = limited(surface, arguments.rate)
        under = f" under a total rate of {arguments.rate:g} nats{under and ' and'}{under}"
    choice = choose(surface)
    if choice is None:
        raise InputError(f"no point of the plane is there for {surface.application.name}{under}")
    means = found.means.get(surface.application.name)
    remark = means and means.at(choice.best.place)
    print(recommendation(surface, choice, under, remark), seeds(choice.best))


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
    raise InputError(f"--for: must be one of {', '.join(found.applications)}, got {name!r}")


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


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--results", type=Path, required=True, help="an experiment's folder")
    parser.add_argument("--for", dest="application", required=True, help="an application")
    parser.add_argument("--rate", type=float, help="the most that R_1 + … + R_L may be, in nats")
    parser.add_argument("--verbose", action="store_true", help="show the traceback of an error")
    command.run(main, parser.parse_args())
