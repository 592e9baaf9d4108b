"""Backbones: what they are built from, the networks that they supply, and those of perceptrons.

Networks exchange flat vectors only. Multi-layer perceptrons take items of any shape as vectors.
"""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from hvae.config.sizes import channels
from hvae.models.distributions import GAUSSIAN, Family, Latent


class BackbonePlan(NamedTuple):
    """What a backbone is built from.

    shape: the shape of an item; outputs: how many numbers the decoder gives for a pixel.
    latents: the widths in the parameters, z_1 first; width: units of hidden layers, or base
    channels. conditional: whether posterior heads see z_{>l}; skip: whether the decoder sees
    z_{>1}. top: the family of z_L, Gaussian if the backbone keeps z_L spatial.
    shortcut: whether heads and decoder have linear maps beside their hidden layer, and features
    of x have x beside them. options: what parameters say to a backbone of the user's own.
    """

    shape: tuple[int, ...]
    outputs: int
    latents: Sequence[int]
    width: int
    conditional: bool
    skip: bool
    top: Family = GAUSSIAN
    shortcut: bool = False
    options: Mapping[str, Any] = MappingProxyType({})

    @property
    def pixels(self) -> int:
        """The number of pixels of an item."""
        return math.prod(self.shape) // channels(self.shape)

    def above(self, layer: int) -> Sequence[int]:
        """The widths of the layers above a layer; layers are counted from 0."""
        return self.latents[layer + 1 :]

    def seen(self, layer: int) -> Sequence[int]:
        """The widths of the layers that the posterior head of a layer sees."""
        return self.above(layer) if self.conditional else ()

    def family(self, layer: int) -> Family:
        """The family of a layer's distributions: all layers below the top are Gaussian."""
        return GAUSSIAN if self.above(layer) else self.top


class Backbone(NamedTuple):
    """The networks of L layers; lists over layers start with z_1.

    bottom_up: x (..., n) ↦ features h_1, …, h_L of x, each (..., m_l).
    posterior: for each layer, (h_l, and z_{l+1}, …, z_L if conditional) ↦ a distribution of z_l.
    prior: for each layer but the top, (z_{l+1}, …, z_L) ↦ p(z_l | z_{>l}).
    decoder: z_1, or with skips z_1, …, z_L ↦ the parameters of the likelihood for every pixel.
    latents: the sizes d_l of the flat z_l.
    convolutional: whether most of the work is convolutions, rather than matrix products.
    """

    bottom_up: nn.Module
    posterior: nn.ModuleList
    prior: nn.ModuleList
    decoder: nn.Module
    latents: tuple[int, ...]
    convolutional: bool


def mlp(plan: BackbonePlan) -> Backbone:
    """One hidden layer of `width` units in every network.

    ::

        x (n) ─► h_1 (width) ─► h_2 (width) ─► …
                  │              │
                  ▼              ▼
        x̂ (n) ◄─ z_1 (d_1) ◄─── z_2 (d_2) ◄─ …

    With `shortcut`, heads and decoder also have a linear map beside their hidden layer, and all
    features have x beside them.
    """
    layers = range(len(plan.latents))
    n = math.prod(plan.shape)
    features = plan.width + (n if plan.shortcut else 0)
    decoded = plan.latents if plan.skip else plan.latents[:1]
    return Backbone(
        bottom_up=MlpBottomUp(n, plan.width, len(plan.latents), plan.shortcut),
        posterior=nn.ModuleList(
            Head(
                features + sum(plan.seen(layer)),
                plan.width,
                plan.latents[layer],
                plan.family(layer),
                plan.shortcut,
            )
            for layer in layers
        ),
        prior=nn.ModuleList(
            Head(sum(plan.above(layer)), plan.width, plan.latents[layer], shortcut=plan.shortcut)
            for layer in layers[:-1]
        ),
        decoder=perceptron(sum(decoded), plan.width, plan.pixels * plan.outputs, plan.shortcut),
        latents=tuple(plan.latents),
        convolutional=False,
    )


class Joint(nn.Sequential):
    """Modules in sequence; the first takes all inputs side by side."""

    def forward(self, *inputs: Tensor) -> Tensor:
        result = torch.cat(inputs, -1)
        for module in self:
            result = module(result)
        return result


class Beside(Joint):
    """x ↦ (f(x), x), where f is the modules in sequence."""

    def forward(self, *inputs: Tensor) -> Tensor:
        return torch.cat([super().forward(*inputs), *inputs], -1)


def perceptron(inputs: int, width: int, outputs: int, shortcut: bool = False) -> Joint:
    """One hidden layer of `width` units: W_2 SiLU(W_1 x), plus W_3 x with a `shortcut`.

    W_2 and W_3 are then parts of one matrix, which multiplies the hidden layer with x beside it.
    """
    hidden = nn.Linear(inputs, width), nn.SiLU()
    if shortcut:
        return Joint(Beside(*hidden), nn.Linear(width + inputs, outputs))
    return Joint(*hidden, nn.Linear(width, outputs))


class Head(nn.Module):
    """A perceptron from its inputs to the distribution of one layer's latent."""

    def __init__(
        self,
        inputs: int,
        width: int,
        latent: int,
        family: Family = GAUSSIAN,
        shortcut: bool = False,
    ) -> None:
        super().__init__()
        self.family = family
        self.net = perceptron(inputs, width, family.numbers * latent, shortcut)

    def forward(self, *inputs: Tensor) -> Latent:
        return self.family.read(self.net(*inputs))


class MlpBottomUp(nn.Module):
    """Features h_1, …, h_L of x, each computed from the one below: shapes (..., width).

    With a `shortcut`, each has x beside it: (..., width + inputs).
    """

    def __init__(self, inputs: int, width: int, layers: int, shortcut: bool = False) -> None:
        super().__init__()
        self.shortcut = shortcut
        between = width + (inputs if shortcut else 0)
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.Linear(size, width), nn.SiLU())
            for size in [inputs, *[between] * (layers - 1)][:layers]
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        features = []
        below = x
        for block in self.blocks:
            below = block(below)
            if self.shortcut:
                below = torch.cat([below, x], -1)
            features.append(below)
        return features
