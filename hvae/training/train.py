"""Train independent models: of a row of the grid or of the anchors, all of one seed.

They are many models at once, each for a β of its own: one architecture and seed, a β vector each.
Or train on from an amortized model, each at its β: that is what polishes it there.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from torch import Tensor

from hvae.config.base import Section, parse
from hvae.config.grid import Point
from hvae.config.model import Model
from hvae.config.training import Schedule
from hvae.io import command
from hvae.models.hierarchical import HierarchicalVAE
from hvae.training import checkpoint, history, loop, members
from hvae.training.history import Curve
from hvae.training.inputs import Material, material
from hvae.training.loop import Checkpoints
from hvae.training.objective import Costs, beta_factor, objective
from hvae.training.together import Members, TrainedModels, Work, joined


def train(
    model: HierarchicalVAE,
    betas: Sequence[Sequence[float]],
    data: Tensor,
    held_out: Tensor,
    settings: Schedule,
    seed: int,
    kept: Checkpoints | None = None,
    starts: Tensor | None = None,
) -> TrainedModels:
    """Train a copy of `model` for each β vector on `data` (items, n), on the device of `data`.

    A member keeps the weights of its lowest J_β on `held_out`, or its last ones, and is diverged
    once its weights are no longer finite or if it never reached a finite J_β. Each group of members
    is a part of `kept`.
    starts: the members' first weights, (G, P), in place of the model's own: a continuation. They
    are among those that a member keeps the best of, so that J_β on `held_out` never rises.
    """
    work = Work(model.to(data.device), data, held_out, settings, seed)
    first = work.starts(len(betas)) if starts is None else starts
    trained = []
    for part, group in enumerate(work.groups(len(betas))):
        members = AtBeta(work, first[group], betas[group], goes_on=starts is not None)
        if members.goes_on:
            members.look_at_start()
        what = f"training models: {len(members.beta)}"
        seconds = loop.run(members, settings, what, kept, part)
        trained.append(members.trained(seconds))
    return joined(trained)


class AtBeta(Members):
    """Members with a β vector each: J_β falls."""

    def __init__(
        self, work: Work, starts: Tensor, betas: Sequence[Sequence[float]], goes_on: bool
    ) -> None:
        super().__init__(work, starts, goes_on)
        self.beta = torch.tensor(betas, device=work.data.device)

    def losses(self, costs: Costs, step: int) -> Tensor:
        rising = self.beta * beta_factor(self.work.settings, step)
        return objective(costs, rising[:, None]).mean(1)

    def value(self, means: Costs, step: int) -> Tensor:
        return objective(means, self.beta)


class TrainingJob(Section):
    """What the trained models depend on, beside the data.

    start: the name of an amortized model that they go on from, among `models`.
    """

    model: Model
    training: Schedule
    points: list[Point]
    start: str | None = None


def main(arguments: argparse.Namespace) -> None:
    """Write a model and a card for each point, and their validation curves."""
    job = parse(TrainingJob, arguments.params)
    seed = job.points[0].seed
    given = material(arguments.data, job.model, seed)
    betas = [point.beta for point in job.points]
    kept = loop.checkpoints(arguments, job, job.points[0].model, job.start)
    starts = _starts(job, given, arguments.models)
    items = given.data, given.held_out
    trained = train(given.model, betas, *items, job.training, seed, kept, starts)
    known = constants(given.model, trained, given.data.shape[1])
    curves = list(_curves(job, trained, known))
    _save_models(job, trained, given, curves, arguments.models)
    history.save(arguments.history, curves)
    kept.remove()


def _starts(job: TrainingJob, given: Material, models: Path) -> Tensor | None:
    if job.start is None:
        return None
    amortized = checkpoint.going_on(models, job.start).to(given.data.device)
    return members.at(amortized, given.model, [point.beta for point in job.points]).weights


def constants(model: HierarchicalVAE, trained: TrainedModels, dimensions: int) -> list[float]:
    """Each member's likelihood constant in nats, under the weights that it keeps.

    One for all looks of a member, so that its lowest J° is where its lowest J_β is.
    """
    result = []
    for index in range(len(trained.weights)):
        model.load_state_dict(trained.member(index))
        result.append(model.likelihood.constant(dimensions))
    return result


def _save_models(
    job: TrainingJob, trained: TrainedModels, given: Material, curves: Sequence[Curve], folder: Path
) -> None:
    for index, (point, curve) in enumerate(zip(job.points, curves, strict=True)):
        card = checkpoint.Card(
            name=point.model,
            strategy="polished" if job.start else "independent",
            seed=point.seed,
            beta=point.beta,
            shape=list(given.shape),
            levels=given.model.likelihood.levels,
            model=job.model,
            parameters=sum(trained.layout.sizes[:-1]),
            status=history.status(curve.objective, bool(trained.diverged[index])),
            train_seconds=trained.seconds / len(job.points),
        )
        checkpoint.save(folder, card, trained.member(index))


def _curves(job: TrainingJob, trained: TrainedModels, constants: list[float]) -> Iterator[Curve]:
    for index, (point, constant) in enumerate(zip(job.points, constants, strict=True)):
        looks = {step: values[index].item() for step, values in trained.looks.items()}
        yield Curve(point.name, looks, constant)


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "data", "models", "history", "checkpoints")
    command.run(main, parser.parse_args())
