"""One model for the whole box of β (Dosovitskiy & Djolonga, ICLR 2020; Bae et al., ICLR 2023).

Each item of a batch is given a β of its own, and what falls is::

    E_β E_x w(β) J_β,        w(β) = 1 / (1 + Σ_l β_l)

Any positive w keeps the optimum at every β; this one keeps dear layers from drowning the others.
What is kept is a moving average of the weights, which the noise of β does not shake.
"""

import math
import time
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from hvae.command import progress
from hvae.models.chunks import chunks
from hvae.models.conditioning import at, condition_of
from hvae.models.hierarchical import HierarchicalVAE
from hvae.models.noise import Stream, draw, generator
from hvae.params import Schedule
from hvae.training import schedule
from hvae.training.batches import batch, on_device
from hvae.training.flat import State
from hvae.training.objective import objective

MEMORY = 0.998  # of the moving average, a step
RISE = 0.02  # the part of the steps over which the learning rate rises
FLOOR = 0.03  # of the least β_l of an item, when warming up starts
BEYOND = 1.6  # how far draws reach before they are brought back to the edges of the box
LOOKS = 3  # at each held-out item, each time at another β


class Shared(NamedTuple):
    """One trained model of the plane.

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
    model: HierarchicalVAE, data: Tensor, held_out: Tensor, settings: Schedule, seed: int
) -> Shared:
    """Train a conditioned `model` in place on `data` (items, n), on the device of `data`.

    It keeps the averaged weights of the lowest weighted objective on `held_out`, and is diverged if
    that was never finite.
    """
    started = time.perf_counter()
    model.to(data.device)
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(MEMORY))
    adam = _adam(model, settings.weight_decay)
    look = _look(model, held_out, seed)
    looks: dict[int, float] = {}
    best, lowest = _copied(model), math.inf
    for step in progress(range(1, settings.steps + 1), "training one model for the plane"):
        x, noise = batch(data, model.latents, settings.batch_size, seed, step)
        beta = draw_beta(condition_of(model).box, len(x), generator(Stream.BETA, seed, step))
        adam.zero_grad()
        values = losses(model, x, beta, warmed(beta, settings, step), noise)
        (weight(beta) * values).mean().backward()
        for group in adam.param_groups:
            group["lr"] = learning_rate(settings, step)
        adam.step()
        average.update_parameters(model)
        if step % settings.validate_every == 0 or step == settings.steps:
            looks[step] = seen(cast(HierarchicalVAE, average.module), look)
            if looks[step] < lowest:
                best, lowest = _copied(average.module), looks[step]
    seconds = time.perf_counter() - started
    return Shared(best, lowest == math.inf, looks, seconds)


def learning_rate(settings: Schedule, step: int) -> float:
    """The rate of `schedule`, after a rise over the first steps: at first all β pull at once."""
    return schedule.learning_rate(settings, step) * min(1, step / (RISE * settings.steps))


def _adam(model: nn.Module, weight_decay: float) -> torch.optim.AdamW:
    """Of the plain model's weights alone: decay of the rest would draw all β to one model."""
    told = list(condition_of(model).parameters())
    plain = [weight for weight in model.parameters() if all(weight is not one for one in told)]
    decaying: dict[str, Any] = {"params": plain, "weight_decay": weight_decay}
    return torch.optim.AdamW([decaying, {"params": told}], weight_decay=0, fused=True)


def draw_beta(box: Tensor, items: int, source: torch.Generator) -> Tensor:
    """A β for each item, (items, L): log β_l within its range, denser towards the ends of it.

    s = 1.6 sin(π/2 · u), u uniform, with what lies beyond the ends brought back to them. There the
    model has neighbours on one side only, and the objective is at its most extreme.
    """
    low, high = box.log().unbind(-1)
    u = 2 * torch.rand(items, len(box), generator=source) - 1
    s = (BEYOND * (u * math.pi / 2).sin()).clamp(-1, 1).to(box)
    return (low + (high - low) * (1 + s) / 2).exp()


def warmed(beta: Tensor, settings: Schedule, step: int) -> Tensor:
    """What stands for β (items, L) in the objective at a step: at first its least β_l is `FLOOR`.

    From there it rises to β, evenly in log β, the ratios of an item's β_l as they are. So dear
    layers learn to carry something before they close, and each in the layer that it belongs in.
    """
    left = schedule.warming(settings, step)
    return beta * (FLOOR / beta.amin(-1, keepdim=True)) ** left


def weight(beta: Tensor) -> Tensor:
    """w(β) = 1 / (1 + Σ_l β_l), of shape (...) for β of (..., L)."""
    return 1 / (1 + beta.sum(-1))


def losses(
    model: HierarchicalVAE, x: Tensor, told: Tensor, beta: Tensor, noise: list[Tensor]
) -> Tensor:
    """J_β of each item, for a model that is `told` a β of each: the same, but while warming up."""
    at(model, told)
    return objective(model(x, noise), beta)


def _look(model: HierarchicalVAE, held_out: Tensor, seed: int) -> Look:
    source = generator(Stream.VALIDATION, seed)
    x = held_out.repeat(LOOKS, 1)
    noise = on_device(held_out, draw(model.latents, len(x), source))
    return Look(x, draw_beta(condition_of(model).box, len(x), source), noise)


@torch.no_grad()
def seen(model: HierarchicalVAE, look: Look) -> float:
    """The weighted mean of J_β over a look, some items at a time."""
    parts = chunks(look.x, [look.beta, *look.noise])
    total = sum(
        float((weight(beta) * losses(model, x, beta, beta, noise)).sum())
        for x, (beta, *noise) in parts
    )
    return total / float(weight(look.beta).sum())


def _copied(model: nn.Module) -> State:
    return {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}
