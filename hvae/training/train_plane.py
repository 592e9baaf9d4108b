"""Train the amortized model: one for a whole box of β."""

import argparse
import math
from typing import Annotated

from pydantic import Field

from hvae.config.base import Section, Seed, parse
from hvae.config.model import Model
from hvae.config.training import Schedule
from hvae.io import command
from hvae.training import checkpoint, history, loop
from hvae.training.amortized import TrainedPlane, train
from hvae.training.history import Curve
from hvae.training.inputs import Material, material


class PlaneTrainingJob(Section):
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
    job = parse(PlaneTrainingJob, arguments.params)
    given = material(arguments.data, job.model, job.seed, job.box)
    kept = loop.checkpoints(arguments, job, job.name)
    trained = train(given.model, given.data, given.held_out, job.training, job.seed, kept)
    card = _card(job, given, trained)
    curve = Curve(job.name, trained.looks, _constant(job, given, trained, card))
    status = history.status(curve.objective, trained.diverged)
    checkpoint.save(arguments.models, card.model_copy(update={"status": status}), trained.state)
    history.save(arguments.history, [curve])
    kept.remove()


def _constant(
    job: PlaneTrainingJob, given: Material, trained: TrainedPlane, card: checkpoint.Card
) -> float:
    """The likelihood's constant in nats, in the middle of the box."""
    given.model.cpu().load_state_dict(trained.state)
    middle = checkpoint.plain(card, given.model, [math.sqrt(a * b) for a, b in job.box])
    return middle.likelihood.constant(given.data.shape[1])


def _card(job: PlaneTrainingJob, given: Material, trained: TrainedPlane) -> checkpoint.Card:
    return checkpoint.Card(
        name=job.name,
        strategy="amortized",
        seed=job.seed,
        beta=job.box,
        shape=list(given.shape),
        levels=given.model.likelihood.levels,
        model=job.model,
        parameters=sum(weight.numel() for weight in given.model.parameters()),
        status="diverged" if trained.diverged else "ok",
        train_seconds=trained.seconds,
    )


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "data", "models", "history", "checkpoints")
    command.run(main, parser.parse_args())
