"""Many models at once: one architecture and seed, a β vector each, their weights rows of a matrix.

Members share batches and noise (common random numbers) and nothing else: every operation acts on
each row alone. So a member ends as it would have ended alone, and one that turns NaN leaves the
others untouched.
"""

import time
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from hvae.command import progress
from hvae.models.hierarchical import HierarchicalVAE
from hvae.models.noise import Stream, draw, generator
from hvae.params import Schedule
from hvae.training import schedule
from hvae.training.batches import batch, on_device
from hvae.training.flat import Layout, State, flatten
from hvae.training.losses import look, member_losses

# How many members train together, by whether the model is convolutional and by device. Matrix
# products of many members are one product, up to where memory stops it from being faster. The
# convolutions of many members are grouped ones, which on a CPU are slower than one member after
# the other (`benchmarks/conv.md`). It is no matter of how many there are in all, so a member's
# rounding is not either.
TOGETHER = {(False, "cpu"): 64, (False, "cuda"): 512, (True, "cpu"): 1, (True, "cuda"): 8}


class Trained(NamedTuple):
    """G trained members, in the order of their β vectors."""

    weights: Tensor  # (G, P), a member a row
    layout: Layout
    buffers: State  # what all members share, such as σ
    diverged: Tensor  # (G,) bool; the weights of such a member must not be used
    looks: dict[int, Tensor]  # by step, J_β on held-out data in nats per item: (G,)
    seconds: float  # wall-clock time of all members together

    def member(self, index: int) -> State:
        """The state of one member, as `load_state_dict` takes it."""
        state = self.layout.state(self.weights[index]) | self.buffers
        return {name: tensor.cpu().clone() for name, tensor in state.items()}


def train(
    model: HierarchicalVAE,
    betas: Sequence[Sequence[float]],
    data: Tensor,
    held_out: Tensor,
    settings: Schedule,
    seed: int,
) -> Trained:
    """Train a copy of `model` for each β vector on `data` (items, n), on the device of `data`.

    A member keeps the weights of its lowest J_β on `held_out`, and is diverged once its weights are
    no longer finite or if it never reached a finite J_β.
    """
    model.to(data.device)
    size = TOGETHER[model.convolutional, data.device.type]
    groups = [betas[first : first + size] for first in range(0, len(betas), size)]
    return _joined([_train_group(model, group, data, held_out, settings, seed) for group in groups])


def _train_group(
    model: HierarchicalVAE,
    betas: Sequence[Sequence[float]],
    data: Tensor,
    held_out: Tensor,
    settings: Schedule,
    seed: int,
) -> Trained:
    started = time.perf_counter()
    start, layout = flatten(model)
    weights = start.repeat(len(betas), 1).requires_grad_()
    beta = torch.tensor(betas, device=data.device)
    together = TOGETHER[model.convolutional, data.device.type] > 1
    loss = member_losses(model, layout, together)
    look_noise = on_device(
        data, draw(model.latents, len(held_out), generator(Stream.VALIDATION, seed))
    )
    adam = torch.optim.AdamW([weights], weight_decay=settings.weight_decay, fused=True)
    best, lowest = weights.detach().clone(), torch.full_like(beta[:, 0], torch.inf)
    looks: dict[int, Tensor] = {}
    for step in progress(range(1, settings.steps + 1), f"training models: {len(betas)}"):
        x, noise = batch(data, model.latents, settings.batch_size, seed, step)
        adam.zero_grad()
        rising = beta * schedule.beta_factor(settings, step)
        loss(weights, rising, x, noise).sum().backward()
        adam.param_groups[0]["lr"] = schedule.learning_rate(settings, step)
        adam.step()
        if step % settings.validate_every == 0 or step == settings.steps:
            looks[step] = look(loss, weights, beta, held_out, look_noise)
            better = looks[step] < lowest
            lowest = torch.where(better, looks[step], lowest)
            best = torch.where(better[:, None], weights.detach(), best)
    diverged = ~weights.detach().isfinite().all(1) | lowest.isinf()
    seconds = time.perf_counter() - started
    return Trained(best, layout, dict(model.named_buffers()), diverged, looks, seconds)


def _joined(groups: Sequence[Trained]) -> Trained:
    """The members of all groups, in order."""
    return Trained(
        weights=torch.cat([group.weights for group in groups]),
        layout=groups[0].layout,
        buffers=groups[0].buffers,
        diverged=torch.cat([group.diverged for group in groups]),
        looks={
            step: torch.cat([group.looks[step] for group in groups]) for step in groups[0].looks
        },
        seconds=sum(group.seconds for group in groups),
    )
