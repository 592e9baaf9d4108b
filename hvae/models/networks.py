"""Backbones: the networks that a `HierarchicalVAE` is built from."""

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from hvae.models.distributions import Normal

SMALLEST_STD = 1e-4  # keeps KL and log-density finite when a layer is nearly noiseless


def mlp(inputs: int, width: int, outputs: int) -> nn.Sequential:
    """One hidden layer of `width` units."""
    return nn.Sequential(nn.Linear(inputs, width), nn.SiLU(), nn.Linear(width, outputs))


class GaussianHead(nn.Module):
    """A network of some inputs that gives a diagonal Gaussian over one layer's latent."""

    def __init__(self, inputs: int, width: int, latent: int) -> None:
        super().__init__()
        self.net = mlp(inputs, width, 2 * latent)

    def forward(self, *inputs: Tensor) -> Normal:
        mean, raw = self.net(torch.cat(inputs, -1)).chunk(2, -1)
        return Normal(mean, softplus(raw) + SMALLEST_STD)


class BottomUp(nn.Module):
    """Features h_1, …, h_L of x, each computed from the one below: shapes (..., width)."""

    def __init__(self, inputs: int, width: int, layers: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.Linear(size, width), nn.SiLU())
            for size in [inputs] + [width] * (layers - 1)
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        features = []
        for block in self.blocks:
            x = block(x)
            features.append(x)
        return features
