"""What the model for a plane costs, in independent trainings: their steps timed side by side.

Of an experiment that has run, whose data are still prepared. All train on one thread, in
alternation in one process, and medians over rounds are compared; a training is as long as its
parameters say. Of convolutions there is a plain loop beside, of the same layers.

    python -m benchmarks.price results/digits-certified
"""

import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from benchmarks import conv
from hvae.config.base import parse
from hvae.config.model import Model
from hvae.config.params import Params
from hvae.config.training import RateSchedule, Schedule
from hvae.io import command
from hvae.training import amortized
from hvae.training.inputs import material
from hvae.training.to_rates import train_to_rates
from hvae.training.train import train

PLANE = "the model for the plane"
ROUNDS = 9
STEPS = 100


class Training(NamedTuple):
    """steps: how many it takes; seconds: of a step and a model, as a few of them take now."""

    steps: int
    seconds: Callable[[], float]


def main() -> None:
    """Print a Markdown table."""
    command.steady()
    command.keep_memory()  # for the plain loop as well, since it is the same process
    params = parse(Params, (Path(sys.argv[1]) / "params.json").read_text())
    trainings = contestants(params, Path("data/prepared") / params.experiment)
    times: dict[str, list[float]] = {name: [] for name in trainings}
    for _ in range(ROUNDS):
        for name, one in trainings.items():
            times[name].append(one.seconds())
    print(f"{params.experiment}: {ROUNDS} rounds of {STEPS} steps in alternation, one thread.\n")
    show({name: one.steps for name, one in trainings.items()}, times)


def contestants(params: Params, data: Path) -> dict[str, Training]:
    """The model for the plane, and what may be trained in its place or goes on from it."""
    anchors = [point.beta for point in next(iter(params.anchors().values()))]
    options = params.certification.training
    shared, beside = short(Schedule, params.training), short(Schedule, options)

    def plane() -> float:
        given = material(data, params.model, 0, params.grid.box())
        return amortized.train(given.model, given.data, given.held_out, shared, 0).seconds / STEPS

    def together(betas: list[list[float]]) -> float:
        given = material(data, params.model, 0)
        trained = train(given.model, betas, given.data, given.held_out, beside, 0)
        return trained.seconds / STEPS / len(betas)

    found = {
        PLANE: Training(params.training.steps, plane),
        f"one of {len(anchors)} that train together": Training(
            options.steps, lambda: together(anchors)
        ),
        "one that trains alone": Training(options.steps, lambda: together(anchors[:1])),
    }
    if has_plain_layers(params):
        found["one in a plain loop of the same layers"] = Training(
            options.steps, plain(data, params, beside)
        )
    if targets := params.grid.targets():
        found["one at given rates"] = to_rates(data, params, targets[len(targets) // 2])
    return found


def to_rates(data: Path, params: Params, wanted: list[float]) -> Training:
    """Of a model at given rates, from its own start; one that goes on takes as long a step."""
    settings = short(RateSchedule, params.training.rates)

    def seconds() -> float:
        given = material(data, params.model, 0)
        items = given.data, given.held_out
        return train_to_rates(given.model, [wanted], *items, settings, 0).models.seconds / STEPS

    return Training(params.training.rates.steps, seconds)


def has_plain_layers(params: Params) -> bool:
    """Whether the model has the layers of `benchmarks.plain`."""
    like = parse(Model, conv.MODEL | {"latents": [conv.CHANNELS, params.model.latents[-1]]})
    same = like.model_copy(update={"conditioning": params.model.conditioning})
    return params.model == same and params.data.extent.shape == (28, 28)


def plain(data: Path, params: Params, settings: Schedule) -> Callable[[], float]:
    """A plain loop that has taken some steps, as every loop has before it is timed."""
    items = material(data, params.model, 0).data
    step = conv.plain_step(items, params.model.latents[-1], settings.batch_size)
    for number in range(conv.WARM_UP):
        step(number)

    def seconds() -> float:
        started = time.perf_counter()
        for number in range(STEPS):
            step(number)
        return (time.perf_counter() - started) / STEPS

    return seconds


S = TypeVar("S", bound=Schedule)


def short(kind: type[S], settings: Schedule) -> S:
    """The same training for a few steps, with a look at their end."""
    options = settings.model_dump(include=set(kind.model_fields))
    return parse(kind, options | {"steps": STEPS, "validate_every": STEPS})


def show(steps: Mapping[str, int], times: Mapping[str, Sequence[float]]) -> None:
    """Medians of a step, and how many trainings of each kind take as long as that of the plane."""
    print(
        "| one such training | ms a step and model: median (lowest, highest) | steps "
        f"| cost of {PLANE} ÷ cost of one such training |"
    )
    print("| --- | ---: | ---: | ---: |")
    medians = {name: statistics.median(found) for name, found in times.items()}
    whole = steps[PLANE] * medians[PLANE]
    for name, found in times.items():
        median, low, high = (1e3 * one for one in (medians[name], min(found), max(found)))
        cell, count = f"{median:.1f} ({low:.1f}, {high:.1f})", steps[name]
        print(f"| {name} | {cell} | {count:,} | {whole / (count * medians[name]):.1f} |")


if __name__ == "__main__":
    main()
