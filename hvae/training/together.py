"""Members that train together: one architecture and seed, their weights rows of one matrix.

Members share batches and noise (common random numbers) and nothing else: every operation acts on
each row alone. So a member ends as it would have ended alone, and one that turns NaN leaves the
others untouched. What falls is the business of those who inherit.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.linalg import vector_norm

from hvae.config.training import Schedule
from hvae.data.seeded import Stream
from hvae.models.distributions import draw, generator
from hvae.models.hierarchical import HierarchicalVAE
from hvae.training.adam import Adam
from hvae.training.history import looks
from hvae.training.inputs import batch
from hvae.training.members import State, WeightLayout, flatten, mean_costs, member_costs
from hvae.training.objective import Costs, learning_rate, rising

# How many members train together, by whether the model is convolutional and by device. Matrix
# products of many members are one product, up to where memory stops it from being faster. The
# convolutions of many members are grouped ones, which on a CPU are slower than one member after
# the other (`benchmarks/conv.md`). It is no matter of how many there are in all, so on a CPU a
# member's rounding is not either. On CUDA the last group may have fewer, and round otherwise.
TOGETHER = {(False, "cpu"): 64, (False, "cuda"): 512, (True, "cpu"): 1, (True, "cuda"): 8}
# The part of the steps over which the learning rate rises where members go on from a trained model.
# Without it the first step took convolutions from 78 nats to 11,500 (`benchmarks/rates.md`).
RISE = 0.1
LONGEST = 2  # times its usual length: as long as the gradient of such a member may be


class TrainedModels(NamedTuple):
    """G trained members, in the order in which they were asked for."""

    weights: Tensor  # (G, P), a member a row
    layout: WeightLayout
    buffers: State  # what all members share, such as σ
    diverged: Tensor  # (G,) bool; the weights of such a member must not be used
    looks: dict[int, Tensor]  # by step, what falls, on held-out data in nats per item: (G,)
    seconds: float  # wall-clock time of all members together

    def member(self, index: int) -> State:
        """The state of one member, as `load_state_dict` takes it."""
        state = self.layout.state(self.weights[index]) | self.buffers
        return {name: tensor.cpu().clone() for name, tensor in state.items()}


class Work(NamedTuple):
    """What all members share; data and held_out are (items, n), on one device."""

    model: HierarchicalVAE
    data: Tensor
    held_out: Tensor
    settings: Schedule
    seed: int

    @property
    def size(self) -> int:
        """How many members train together."""
        return TOGETHER[self.model.convolutional, self.data.device.type]

    def groups(self, members: int) -> Iterator[slice]:
        """The members of each group, in order."""
        yield from (slice(first, first + self.size) for first in range(0, members, self.size))

    def starts(self, members: int) -> Tensor:
        """The weights (members, P) of the model for each of them."""
        return flatten(self.model)[0].repeat(members, 1)


class Members(ABC):
    """Members that train together from `starts`, (G, P), as `loop.Trainable` asks of them.

    goes_on: these are weights of a trained model.
    """

    def __init__(self, work: Work, starts: Tensor, goes_on: bool) -> None:
        model, data, self.held_out, settings, seed = self.work = work
        self.goes_on = goes_on
        _, self.layout = flatten(model)
        self.weights = starts.clone().requires_grad_()
        self.spend = member_costs(model, self.layout, work.size > 1)
        source = generator(Stream.VALIDATION, seed)
        self.noise = draw(model.latents, len(self.held_out), source, data.device)
        self.adam = Adam([self.weights], settings.weight_decay)
        self.best = self.weights.detach().clone()
        self.lowest = torch.full_like(self.best[:, 0], torch.inf)
        self.looks = {step: torch.zeros_like(self.lowest) for step in looks(settings)}

    @abstractmethod
    def losses(self, costs: Costs, step: int) -> Tensor:
        """What falls at a step, (G,), by the costs of each item of a batch."""

    @abstractmethod
    def value(self, means: Costs, step: int) -> Tensor:
        """What is looked at, (G,), by the mean costs of held-out items."""

    def better(self, found: Tensor, means: Costs, step: int) -> Tensor:
        """Which members' weights are better than those kept, (G,), by what is looked at now."""
        return found < self.lowest

    def keep(self, better: Tensor, found: Tensor) -> None:
        """Keep what these members are now, with its value."""
        self.lowest.copy_(torch.where(better, found, self.lowest))
        self.best.copy_(torch.where(better[:, None], self.weights, self.best))

    def step(self, step: int) -> None:
        work, settings = self.work, self.work.settings
        given = settings.batch_size, work.seed, step, settings.batches
        x, noise = batch(work.data, work.model.latents, *given)
        self.adam.forget()
        self.losses(self.spend(self.weights, x, noise), step).sum().backward()
        rate = learning_rate(settings, step)
        if self.goes_on:
            self.shorten()
            rate = rising(settings, step, RISE)
        self.adam.step(rate)

    def shorten(self) -> None:
        """Clip the gradient of each member at LONGEST times its usual length.

        Else it can grow tenfold a step until the weights leap, and what goes on from there is a
        worse model. Clipping: Pascanu, Mikolov & Bengio (2013); of hierarchical VAEs: Child (2021).
        """
        gradients = self.weights.grad
        if gradients is not None:
            length = vector_norm(gradients, dim=1, keepdim=True)
            longest = LONGEST * vector_norm(self.adam.usual(0), dim=1, keepdim=True)
            gradients.mul_(torch.where(length > longest, longest / length, 1))

    def look_at_start(self) -> None:
        """Before the first step: the first weights are kept until there are better ones."""
        self.looks = {0: torch.zeros_like(self.lowest)} | self.looks
        self.look(0)

    @torch.no_grad()
    def look(self, step: int) -> None:
        means = mean_costs(self.spend, self.weights, self.held_out, self.noise)
        found = self.value(means, step)
        self.looks[step].copy_(found)
        better = self.better(found, means, step)
        self.keep(torch.ones_like(better) if self.work.settings.keep == "last" else better, found)

    def state(self) -> State:
        own = {"weights": self.weights.detach(), "best": self.best, "lowest": self.lowest}
        moments = {f"adam.{name}": one for name, one in self.adam.state().items()}
        return own | moments | {f"look.{step}": one for step, one in self.looks.items()}

    def trained(self, seconds: float) -> TrainedModels:
        """The members with the weights that are kept."""
        diverged = ~self.weights.detach().isfinite().all(1) | ~self.lowest.isfinite()
        buffers = dict(self.work.model.named_buffers())
        return TrainedModels(self.best, self.layout, buffers, diverged, self.looks, seconds)


def joined(groups: Sequence[TrainedModels]) -> TrainedModels:
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
