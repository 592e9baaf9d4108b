"""Find β for the rates that were asked for, and measure the model there as any other point."""

import argparse
import math
import sys
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import numpy as np
import torch
from pydantic import Field

from hvae.config.grid import Target
from hvae.config.params import Extraction, Point, Section, Seed, parse
from hvae.io import command, tables
from hvae.latents import measure
from hvae.plane import words
from hvae.plane.amortized_model import Bench, Shared
from hvae.plane.inversion import Solution
from hvae.training import checkpoint
from hvae.training.checkpoint import Card


class Job(Section):
    """What the targets of one seed depend on; shared: the name of the model for the plane."""

    seed: Seed
    evaluation: Extraction
    shared: str
    targets: Annotated[list[Target], Field(min_length=1)]


@torch.inference_mode()
def main(arguments: argparse.Namespace) -> None:
    """Write the targets, their plain models, and the row's part of `points` and `items`."""
    job = parse(Job, arguments.params)
    bench = Bench(arguments.data, job.evaluation, job.seed)
    shared, test = Shared(arguments.models, job.shared, bench), bench.items("test")
    done, rows = [], []
    for target in command.progress(job.targets, "finding targets"):
        solution = sought(shared, target.rates)
        card = card_at(shared, target.name, solution)
        if card.status == "unreachable":
            print(f"{target.name}: {words.out_of_reach(target.rates, solution)}", file=sys.stderr)
        beta = solution.beta.tolist()
        model = shared.at(beta)
        checkpoint.save(arguments.models, card, model.state_dict())
        point = Point(name=target.name, beta=beta, seed=target.seed, model=target.name)
        settings = measure.Job(seed=job.seed, evaluation=job.evaluation, points=[point])
        done.append(measure.rows(settings, point, card, model, test))
        rows.append(_row(target, solution, _found(card)))
    layers = len(shared.box)
    tables.write(tables.from_rows(rows, tables.targets(layers)), arguments.found)
    measure.write(done, layers, arguments.points, arguments.items)


def _found(card: Card) -> str:
    """Whether there is a β of these rates, however well the model there is trained."""
    return "ok" if card.status in tables.MEASURED else card.status


def sought(shared: Shared, wanted: Sequence[float]) -> Solution:
    """The β of these rates; of a model that diverged, the middle of its box without any rates."""
    if shared.trained:
        return shared.solve(wanted)
    middle = np.sqrt(np.prod(shared.box, axis=1))
    nothing = np.full(len(middle), math.nan)
    return Solution(middle, nothing, False, nothing, nothing)


def card_at(shared: Shared, name: str, solution: Solution) -> Card:
    """The card of the plain model at the β that was found."""
    known = shared.card
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
    layered = {
        f"{name}_{layer}": float(value)
        for name, values in numbers.items()
        for layer, value in enumerate(values, start=1)
    }
    return {"point": target.name, "seed": target.seed, **layered, "status": status}


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "data", "models", "found", "points", "items")
    command.run(main, parser.parse_args())
