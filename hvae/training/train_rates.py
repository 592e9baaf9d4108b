"""Train models to rates that were asked for, all of one seed."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
from pydantic import Field

from hvae.config.base import Section, parse
from hvae.config.grid import Point
from hvae.config.model import Model
from hvae.config.training import FAR, RateSchedule, miss, shown
from hvae.io import command
from hvae.training import checkpoint, history, loop, members
from hvae.training.checkpoint import Card
from hvae.training.history import Curve
from hvae.training.inputs import Material, material
from hvae.training.loop import Checkpoints
from hvae.training.members import Start, State
from hvae.training.to_rates import TrainedToRates, train_to_rates
from hvae.training.train import constants


class RateTrainingJob(Section):
    """What the models depend on, beside the data.

    start: the name of an amortized model, among `models`, that they go on from, each at the β whose
    rates are nearest; from scratch without one.
    """

    model: Model
    training: RateSchedule
    points: Annotated[list[Point], Field(min_length=1)]
    start: str | None = None


class RateModel(NamedTuple):
    """A model that was trained to rates, as it is stored."""

    card: Card
    state: State
    curve: Curve


def main(arguments: argparse.Namespace) -> None:
    """Write a model and a card for each target, and their validation curves."""
    job = parse(RateTrainingJob, arguments.params)
    kept = loop.checkpoints(arguments, job, job.points[0].name, job.start)
    found = models(job, arguments.data, arguments.models, kept)
    for card, state, _ in found:
        checkpoint.save(arguments.models, card, state)
        if told := problem(card):
            print(f"{card.name}: {told}", file=sys.stderr)
    history.save(arguments.history, [one.curve for one in found])
    kept.remove()


def models(
    job: RateTrainingJob, data: Path, folder: Path, kept: Checkpoints | None = None
) -> list[RateModel]:
    """A model for each target, of prepared `data`; `folder` has the amortized one, if any."""
    wanted, seed = [target.rates for target in job.points], job.points[0].seed
    given = material(data, job.model, seed)
    start = _start(given, folder, job.start, wanted, seed) if job.start else None
    items = given.data, given.held_out
    trained = train_to_rates(given.model, wanted, *items, job.training, seed, kept, start)
    known = constants(given.model.cpu(), trained.models, given.data.shape[1])
    looks = trained.models.looks.items()
    result = []
    for index, (target, constant) in enumerate(zip(job.points, known, strict=True)):
        curve = Curve(target.name, {step: v[index].item() for step, v in looks}, constant)
        card = _card(job, given, trained, index, curve)
        result.append(RateModel(card, trained.models.member(index), curve))
    return result


def _start(
    given: Material, folder: Path, name: str, wanted: Sequence[Sequence[float]], seed: int
) -> Start:
    amortized = checkpoint.going_on(folder, name).to(given.data.device)
    plain = given.model.to(given.data.device)
    return members.nearest(amortized, plain, wanted, given.held_out, seed)


def _card(
    job: RateTrainingJob, given: Material, trained: TrainedToRates, index: int, curve: Curve
) -> Card:
    target, prices = job.points[index], trained.prices[index].tolist()
    diverged = bool(trained.models.diverged[index])
    rates = trained.rates[index].double().cpu().numpy()
    met = diverged or miss(rates, np.array(target.rates)) <= FAR
    return Card(
        name=target.name,
        strategy="rates",
        seed=target.seed,
        beta=checkpoint.priced(prices),
        target=target.rates,
        rates=None if diverged else rates.tolist(),
        prices=None if diverged else prices,
        shape=list(given.shape),
        levels=given.model.likelihood.levels,
        model=job.model,
        parameters=sum(trained.models.layout.sizes[:-1]),
        status=history.status(curve.objective, diverged) if met else "unreachable",
        train_seconds=trained.models.seconds / len(job.points),
    )


def problem(card: Card) -> str | None:
    """What is to be said of a target that was not met, or that is above what a layer can use."""
    if card.target is None or card.rates is None or card.prices is None:  # it diverged
        return None
    wanted, rates, prices = map(shown, (card.target, card.rates, card.prices))
    if card.status == "unreachable":
        return (
            f"R = {wanted} nats was not met: the model that was trained to it has R = {rates} nats "
            f"on validation data, where λ = {prices}; more steps may meet it, or no model can"
        )
    if any(rate > 0 >= price for rate, price in zip(card.target, card.prices, strict=True)):
        return (
            f"R = {wanted} nats is met by waste: λ = {prices}, and a layer whose price is not "
            "positive costs more than it can use"
        )
    return None


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "data", "models", "history", "checkpoints")
    command.run(main, parser.parse_args())
