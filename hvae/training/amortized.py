"""Train the amortized model: one for a whole box of β.

After Dosovitskiy & Djolonga (ICLR 2020) and Bae et al. (ICLR 2023). Each item of a batch is given a
β of its own, and what falls is::

    E_β E_x w(β) J_β,        w(β) = 1 / (1 + Σ_l β_l)

Any positive w keeps the optimum at every β; this one keeps costly layers from drowning the others.
What is kept is a moving average of the weights, which the noise of β does not shake.
"""

import argparse
import copy
import math
from typing import Annotated, NamedTuple

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.optim.swa_utils import get_ema_multi_avg_fn

from hvae.config.base import Section, Seed, parse
from hvae.config.model import Model
from hvae.config.training import Schedule
from hvae.data.seeded import Stream
from hvae.io import command
from hvae.models.distributions import draw, generator
from hvae.models.hierarchical import HierarchicalVAE, chunks
from hvae.models.hypernetwork import at, hypernetwork_of
from hvae.training import checkpoint, history, loop, objective
from hvae.training.adam import Adam
from hvae.training.history import Curve, looks
from hvae.training.inputs import Material, batch, material
from hvae.training.loop import Checkpoints
from hvae.training.members import State
from hvae.training.objective import draw_beta, warmed, weight

MEMORY = 0.998  # of the moving average, a step; less at first: it is the mean of all steps so far
RISE = 0.02  # the part of the steps over which the learning rate rises: all β pull at once
LOOKS = 3  # at each held-out item, each time at another β


class TrainedPlane(NamedTuple):
    """One trained amortized model.

    looks: by step, E_β E_x w(β) J_β / E_β w(β) on held-out data, in nats per item.
    """

    state: State
    diverged: bool
    looks: dict[int, float]
    seconds: float


class Look(NamedTuple):
    """What a look at held-out data compares, the same every time: a β and noise for each item."""

    x: Tensor
    beta: Tensor
    noise: list[Tensor]


def train(
    model: HierarchicalVAE,
    data: Tensor,
    held_out: Tensor,
    settings: Schedule,
    seed: int,
    kept: Checkpoints | None = None,
) -> TrainedPlane:
    """Train a conditioned `model` in place on `data` (items, n), on the device of `data`.

    `model` ends with the weights of the last step. What is kept is the `state` of the result: the
    averaged weights of the lowest weighted objective on `held_out`, or the last ones. It is
    diverged if that objective is not finite.
    """
    plane = _Plane(model.to(data.device), data, held_out, settings, seed)
    seconds = loop.run(plane, settings, "training one model for the plane", kept)
    values = {step: one.item() for step, one in plane.looks.items()}
    return TrainedPlane(plane.best, not plane.lowest.isfinite(), values, seconds)


class _Plane:
    """An amortized model in training, as `loop.Trainable` asks of it."""

    def __init__(
        self, model: HierarchicalVAE, data: Tensor, held_out: Tensor, settings: Schedule, seed: int
    ) -> None:
        self.model, self.data, self.settings, self.seed = model, data, settings, seed
        self.average = copy.deepcopy(model)
        self.averaged, self.weights = (list(one.parameters()) for one in (self.average, model))
        self.adams = _adams(model, settings.weight_decay)
        self.same = _look(model, held_out, seed)
        self.best = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        self.lowest = torch.tensor(math.inf, dtype=torch.float64)
        self.looks = {step: torch.zeros_like(self.lowest) for step in looks(settings)}

    def step(self, step: int) -> None:
        model, settings, seed = self.model, self.settings, self.seed
        given = settings.batch_size, seed, step, settings.batches
        x, noise = batch(self.data, model.latents, *given)
        beta = draw_beta(hypernetwork_of(model).box, len(x), generator(Stream.BETA, seed, step))
        for adam in self.adams:
            adam.forget()
        values = losses(model, x, beta, warmed(beta, settings, step), noise)
        (weight(beta) * values).mean().backward()
        for adam in self.adams:
            adam.step(objective.rising(settings, step, RISE))
        # without `AveragedModel`, which is slow in each step
        average_in = get_ema_multi_avg_fn(min(MEMORY, 1 - 1 / step))
        average_in(self.averaged, self.weights, step)

    def look(self, step: int) -> None:
        found = self.looks[step].fill_(seen(self.average, self.same))
        if found < self.lowest or self.settings.keep == "last":
            self.lowest.copy_(found)
            for name, tensor in self.average.state_dict().items():
                self.best[name].copy_(tensor)

    def state(self) -> State:
        parts = {
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "best": self.best,
            "look": {str(step): one for step, one in self.looks.items()},
        } | {f"adam.{index}": adam.state() for index, adam in enumerate(self.adams)}
        named = {f"{part}.{n}": one for part, state in parts.items() for n, one in state.items()}
        return named | {"lowest": self.lowest}


def _adams(model: nn.Module, weight_decay: float) -> tuple[Adam, Adam]:
    """Of the plain model's weights, which alone decay, and of the rest.

    Decay of the rest would draw all β to one model.
    """
    of_beta = list(hypernetwork_of(model).parameters())
    plain = [weight for weight in model.parameters() if all(weight is not one for one in of_beta)]
    return Adam(plain, weight_decay), Adam(of_beta)


def losses(
    model: HierarchicalVAE, x: Tensor, given: Tensor, beta: Tensor, noise: list[Tensor]
) -> Tensor:
    """J_β of each item, for a model conditioned on a β `given` for each: the same after warm-up."""
    at(model, given)
    return objective.objective(model(x, noise), beta)


def _look(model: HierarchicalVAE, held_out: Tensor, seed: int) -> Look:
    source = generator(Stream.VALIDATION, seed)
    x = held_out.repeat(LOOKS, 1)
    noise = draw(model.latents, len(x), source, held_out.device)
    return Look(x, draw_beta(hypernetwork_of(model).box, len(x), source), noise)


@torch.no_grad()
def seen(model: HierarchicalVAE, look: Look) -> float:
    """The weighted mean of J_β over a look, some items at a time."""
    parts = chunks(look.x, [look.beta, *look.noise])
    total = sum(
        float((weight(beta) * losses(model, x, beta, beta, noise)).sum())
        for x, (beta, *noise) in parts
    )
    return total / float(weight(look.beta).sum())


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
