"""Many models at once: one architecture and seed, a β vector each, their weights rows of a matrix.

Members share batches and noise (common random numbers) and nothing else: every operation acts on
each row alone. So a member ends as it would have ended alone, and one that turns NaN leaves the
others untouched.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from hvae.config.training import Schedule
from hvae.data.seeded import Stream
from hvae.models.hierarchical import HierarchicalVAE
from hvae.models.noise import draw, generator
from hvae.training import loop
from hvae.training.history import looks
from hvae.training.inputs import batch
from hvae.training.members import State, WeightLayout, flatten, look, member_losses
from hvae.training.objective import beta_factor, learning_rate
from hvae.training.resume import Checkpoints

# How many members train together, by whether the model is convolutional and by device. Matrix
# products of many members are one product, up to where memory stops it from being faster. The
# convolutions of many members are grouped ones, which on a CPU are slower than one member after
# the other (`benchmarks/conv.md`). It is no matter of how many there are in all, so a member's
# rounding is not either.
TOGETHER = {(False, "cpu"): 64, (False, "cuda"): 512, (True, "cpu"): 1, (True, "cuda"): 8}


class TrainedModels(NamedTuple):
    """G trained members, in the order of their β vectors."""

    weights: Tensor  # (G, P), a member a row
    layout: WeightLayout
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
    kept: Checkpoints | None = None,
) -> TrainedModels:
    """Train a copy of `model` for each β vector on `data` (items, n), on the device of `data`.

    A member keeps the weights of its lowest J_β on `held_out`, and is diverged once its weights are
    no longer finite or if it never reached a finite J_β. Each group of members is a part of `kept`.
    """
    model.to(data.device)
    size = TOGETHER[model.convolutional, data.device.type]
    groups = [betas[first : first + size] for first in range(0, len(betas), size)]
    trained = []
    for part, group in enumerate(groups):
        members = _Members(model, group, data, held_out, settings, seed)
        seconds = loop.run(members, settings, f"training models: {len(group)}", kept, part)
        trained.append(members.trained(seconds))
    return _joined(trained)


class _Members:
    """Members that train together, as `loop.Trainable` asks of them."""

    def __init__(
        self,
        model: HierarchicalVAE,
        betas: Sequence[Sequence[float]],
        data: Tensor,
        held_out: Tensor,
        settings: Schedule,
        seed: int,
    ) -> None:
        self.model, self.data, self.held_out = model, data, held_out
        self.settings, self.seed = settings, seed
        start, self.layout = flatten(model)
        self.weights = start.repeat(len(betas), 1).requires_grad_()
        self.beta = torch.tensor(betas, device=data.device)
        together = TOGETHER[model.convolutional, data.device.type] > 1
        self.loss = member_losses(model, self.layout, together)
        source = generator(Stream.VALIDATION, seed)
        self.noise = draw(model.latents, len(held_out), source, data.device)
        decay = settings.weight_decay
        self.adam = torch.optim.AdamW([self.weights], weight_decay=decay, fused=True)
        self.moments = loop.adam_moments(self.adam)
        self.best = self.weights.detach().clone()
        self.lowest = torch.full_like(self.beta[:, 0], torch.inf)
        self.looks = {step: torch.zeros_like(self.lowest) for step in looks(settings)}

    def step(self, step: int) -> None:
        settings = self.settings
        x, noise = batch(self.data, self.model.latents, settings.batch_size, self.seed, step)
        self.adam.zero_grad()
        rising = self.beta * beta_factor(settings, step)
        self.loss(self.weights, rising, x, noise).sum().backward()
        self.adam.param_groups[0]["lr"] = learning_rate(settings, step)
        self.adam.step()

    @torch.no_grad()
    def look(self, step: int) -> None:
        found = look(self.loss, self.weights, self.beta, self.held_out, self.noise)
        better = found < self.lowest
        self.looks[step].copy_(found)
        self.lowest.copy_(torch.where(better, found, self.lowest))
        self.best.copy_(torch.where(better[:, None], self.weights, self.best))

    def state(self) -> State:
        own = {"weights": self.weights.detach(), "best": self.best, "lowest": self.lowest}
        return own | self.moments | {f"look.{step}": one for step, one in self.looks.items()}

    def trained(self, seconds: float) -> TrainedModels:
        diverged = ~self.weights.detach().isfinite().all(1) | self.lowest.isinf()
        buffers = dict(self.model.named_buffers())
        return TrainedModels(self.best, self.layout, buffers, diverged, self.looks, seconds)


def _joined(groups: Sequence[TrainedModels]) -> TrainedModels:
    """The members of all groups, in order."""
    return TrainedModels(
        weights=torch.cat([group.weights for group in groups]),
        layout=groups[0].layout,
        buffers=groups[0].buffers,
        diverged=torch.cat([group.diverged for group in groups]),
        looks={
            step: torch.cat([group.looks[step] for group in groups]) for step in groups[0].looks
        },
        seconds=sum(group.seconds for group in groups),
    )
