"""Train the one model of a whole plane."""

import argparse
import math
from typing import Annotated

from pydantic import Field

from hvae.config.params import Model, Schedule, Section, Seed, parse
from hvae.io import command
from hvae.training import checkpoint, history, resume, schedule
from hvae.training.amortized import Shared, train
from hvae.training.history import Curve
from hvae.training.inputs import Material, material


class Job(Section):
    """What the model depends on, beside the data: of the grid, its box alone.

    name: of the model's files; box: the range of each β_l.
    """

    model: Model
    training: Schedule
    name: str
    seed: Seed
    box: Annotated[list[checkpoint.Range], Field(min_length=1)]


def main(arguments: argparse.Namespace) -> None:
    """Write the model, its card, and its validation curve."""
    job = parse(Job, arguments.params)
    given = material(arguments.data, job.model, job.seed, job.box)
    kept = resume.checkpoints(arguments, job, job.name)
    shared = train(given.model, given.data, given.held_out, job.training, job.seed, kept)
    card = _card(job, given, shared)
    curve = Curve(job.name, shared.looks, _constant(job, given, shared, card))
    status = schedule.status(curve.objective, shared.diverged)
    checkpoint.save(arguments.models, card.model_copy(update={"status": status}), shared.state)
    history.save(arguments.history, [curve])
    kept.remove()


def _constant(job: Job, given: Material, shared: Shared, card: checkpoint.Card) -> float:
    """The likelihood's constant in nats, in the middle of the box."""
    given.model.cpu().load_state_dict(shared.state)
    middle = checkpoint.plain(card, given.model, [math.sqrt(a * b) for a, b in job.box])
    return middle.likelihood.constant(given.data.shape[1])


def _card(job: Job, given: Material, shared: Shared) -> checkpoint.Card:
    return checkpoint.Card(
        name=job.name,
        strategy="amortized",
        seed=job.seed,
        beta=job.box,
        shape=list(given.shape),
        levels=given.model.likelihood.levels,
        model=job.model,
        parameters=sum(weight.numel() for weight in given.model.parameters()),
        status="diverged" if shared.diverged else "ok",
        train_seconds=shared.seconds,
    )


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "data", "models", "history", "checkpoints")
    command.run(main, parser.parse_args())
