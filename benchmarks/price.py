"""What one model for a plane costs, in independent trainings: their steps timed side by side.

Of an experiment that has run, whose data are still prepared. All train on one thread, in
alternation in one process, and medians over rounds are compared; a training is as long as its
parameters say.

    python -m benchmarks.price results/digits-certified
"""

import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hvae.config.base import parse
from hvae.config.params import Params
from hvae.config.training import Schedule
from hvae.io import command
from hvae.training import amortized
from hvae.training.inputs import material
from hvae.training.train import train

PLANE = "the one model"
ROUNDS = 9
STEPS = 100


def main() -> None:
    """Print a Markdown table."""
    command.steady()
    params = parse(Params, (Path(sys.argv[1]) / "params.json").read_text())
    trainings = contestants(params, Path("data/prepared") / params.experiment)
    times: dict[str, list[float]] = {name: [] for name in trainings}
    for _ in range(ROUNDS):
        for name, one in trainings.items():
            times[name].append(one())
    show(params, times)


def contestants(params: Params, data: Path) -> dict[str, Callable[[], float]]:
    """Trainings that say how long a step of a model took them, in seconds."""
    anchors = [point.beta for point in next(iter(params.anchors().values()))]
    shared = short(params.training.at_beta())
    beside = short(params.certification.training.at_beta())

    def plane() -> float:
        given = material(data, params.model, 0, params.grid.box())
        return amortized.train(given.model, given.data, given.held_out, shared, 0).seconds / STEPS

    def together(betas: list[list[float]]) -> float:
        given = material(data, params.model, 0)
        trained = train(given.model, betas, given.data, given.held_out, beside, 0)
        return trained.seconds / STEPS / len(betas)

    return {
        PLANE: plane,
        f"one of {len(anchors)} that train together": lambda: together(anchors),
        "one that trains alone": lambda: together(anchors[:1]),
    }


def short(settings: Mapping[str, Any]) -> Schedule:
    """The same training for a few steps, with a look at their end."""
    return parse(Schedule, {**settings, "steps": STEPS, "validate_every": STEPS})


def show(params: Params, times: Mapping[str, Sequence[float]]) -> None:
    """Medians of a step, and how many trainings of each kind the one model's takes as long as."""
    print(f"{params.experiment}: {ROUNDS} rounds of {STEPS} steps in alternation, one thread.\n")
    print("| | ms a step and model: median (lowest, highest) | steps | the one model takes |")
    print("| --- | ---: | ---: | ---: |")
    medians = {name: statistics.median(found) for name, found in times.items()}
    whole = params.training.steps * medians[PLANE]
    for name, found in times.items():
        steps = (params.training if name == PLANE else params.certification.training).steps
        median, low, high = (1e3 * one for one in (medians[name], min(found), max(found)))
        cell = f"{median:.1f} ({low:.1f}, {high:.1f})"
        print(f"| {name} | {cell} | {steps:,} | {whole / (steps * medians[name]):.1f} of it |")


if __name__ == "__main__":
    main()
