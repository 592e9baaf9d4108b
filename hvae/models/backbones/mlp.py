"""Multi-layer perceptrons, for items of any shape, which they take as vectors."""

import math

import torch
from torch import Tensor, nn

from hvae.models.backbones.backbone import Backbone, BackbonePlan
from hvae.models.distributions import GAUSSIAN, Family, Latent


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
