"""Find β for the rates that were asked for, and measure the model there as any other point."""

import argparse
import math
import sys
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import numpy as np
import torch
from pydantic import Field

from hvae.config.base import Section, Seed, parse
from hvae.config.grid import Point, Target
from hvae.config.params import Extraction
from hvae.io import command, tables
from hvae.latents import measure
from hvae.plane.amortized_model import AmortizedModel, HeldOut
from hvae.plane.inversion import Solution
from hvae.training import checkpoint
from hvae.training.checkpoint import Card
from hvae.training.wanted import number, shown


class TargetsJob(Section):
    """What the targets of one seed depend on; shared: the name of the amortized model."""

    seed: Seed
    evaluation: Extraction
    shared: str
    targets: Annotated[list[Target], Field(min_length=1)]


@torch.inference_mode()
def main(arguments: argparse.Namespace) -> None:
    """Write the targets, their plain models, and the row's part of `points` and `items`."""
    job = parse(TargetsJob, arguments.params)
    held_out = HeldOut(arguments.data, job.evaluation, job.seed)
    amortized, test = AmortizedModel(arguments.models, job.shared, held_out), held_out.items("test")
    done, rows = [], []
    for target in command.progress(job.targets, "finding targets"):
        solution = sought(amortized, target.rates)
        card = card_at(amortized, target.name, solution)
        if card.status == "unreachable":
            print(f"{target.name}: {out_of_reach(target.rates, solution)}", file=sys.stderr)
        beta = solution.beta.tolist()
        model = amortized.at(beta)
        checkpoint.save(arguments.models, card, model.state_dict())
        point = Point(name=target.name, beta=beta, seed=target.seed, model=target.name)
        settings = measure.MeasurementJob(seed=job.seed, evaluation=job.evaluation, points=[point])
        done.append(measure.rows(settings, point, card, model, test))
        rows.append(_row(target, solution, _found(card)))
    layers = len(amortized.box)
    tables.write(tables.from_rows(rows, tables.targets(layers)), arguments.found)
    measure.write(done, layers, arguments.points, arguments.items)


def _found(card: Card) -> str:
    """Whether there is a β of these rates, however well the model there is trained."""
    return "ok" if card.status in tables.MEASURED else card.status


def sought(amortized: AmortizedModel, wanted: Sequence[float]) -> Solution:
    """The β of these rates; of a model that diverged, the middle of its box without any rates."""
    if amortized.trained:
        return amortized.solve(wanted)
    middle = np.sqrt(np.prod(amortized.box, axis=1))
    nothing = np.full(len(middle), math.nan)
    return Solution(middle, nothing, False, nothing, nothing)


def card_at(amortized: AmortizedModel, name: str, solution: Solution) -> Card:
    """The card of the plain model at the β that was found."""
    known = amortized.card
    lost = known.status in tables.MEASURED and not solution.reached
    status = {"status": "unreachable"} if lost else {}
    return known.model_copy(update={"name": name, "beta": solution.beta.tolist()} | status)


def _row(target: Target, found: Solution, status: str) -> dict[str, Any]:
    numbers: dict[str, Iterable[float]] = {
        "wanted": target.rates,
        "beta": found.beta,
        "rate": found.rates,
        "low": found.low,
        "high": found.high,
    }
    row = {"point": target.name, "seed": target.seed, "status": status}
    for name, values in numbers.items():
        row |= tables.by_layer(name, map(float, values))
    return row


def found(solution: Solution) -> str:
    """Where the rates are, and what they are there."""
    return f"β = {shown(solution.beta)} gives R = {shown(solution.rates)} nats on validation data"


def out_of_reach(wanted: Sequence[float], solution: Solution) -> str:
    """What is in reach instead, layer by layer, and what comes closest."""
    layers = enumerate(zip(solution.low, solution.high, strict=True), start=1)
    ranges = (f"R_{layer} from {number(low)} to {number(high)}" for layer, (low, high) in layers)
    return (
        f"R = {shown(wanted)} nats is out of reach: in its box of β the model has "
        f"{', '.join(ranges)}, and not every combination of them; nearest, {found(solution)}"
    )


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "data", "models", "found", "points", "items")
    command.run(main, parser.parse_args())
