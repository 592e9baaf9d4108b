"""The convolutional model of two layers as anyone would write it: eager modules on (N, c, h, w).

The layers are those of `hvae.models.backbones.conv` for 28×28 images, top-down, without skips.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import pad, softplus


class Plain(nn.Module):
    """z_1 is c maps of 4×4, z_2 a vector."""

    def __init__(self, c: int, top: int, sigma: float) -> None:
        super().__init__()
        self.c, self.sigma = c, sigma
        hidden, maps = 8 * c, c * 16
        self.down = nn.Sequential(
            nn.Conv2d(1, c, 4, 2, 1), nn.ReLU(), nn.Conv2d(c, c, 4, 2, 1), nn.ReLU()
        )
        self.last_down = nn.Sequential(nn.Conv2d(c, c, 4, 2, 1), nn.ReLU())
        self.features_2 = nn.Sequential(nn.Linear(maps, hidden), nn.SiLU())
        self.posterior_2 = perceptron(hidden, hidden, 2 * top)
        self.prior_1 = perceptron(top, hidden, 2 * maps)
        self.features_1 = nn.Conv2d(c, c, 3, 1, 1)
        self.above_1 = nn.Linear(top, maps)
        self.posterior_1 = nn.Conv2d(c, 2 * c, 3, 1, 1)
        self.start = nn.Conv2d(c, c, 1)
        self.first_up = nn.Sequential(nn.ConvTranspose2d(c, c, 4, 2, 1), nn.ReLU())
        self.up = nn.Sequential(
            nn.ConvTranspose2d(c, c, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(c, 1, 4, 2, 1)
        )

    def forward(self, x: Tensor, noise: Sequence[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        """Distortion, R_1 and R_2 of each item of x (N, 784), in nats."""
        x = x.view(-1, 1, 28, 28)
        h_1 = self.last_down(pad(self.down(x), (0, 1, 0, 1)))
        mean_2, raw_2 = self.posterior_2(self.features_2(h_1.flatten(1))).chunk(2, 1)
        std_2 = softplus(raw_2) + 1e-4
        z_2 = mean_2 + std_2 * noise[1]
        prior_mean, prior_raw = self.prior_1(z_2).view(-1, 2 * self.c, 4, 4).chunk(2, 1)
        prior_std = softplus(prior_raw) + 1e-4
        joint = self.features_1(h_1) + self.above_1(z_2).view(-1, self.c, 4, 4)
        change, raw_1 = self.posterior_1(torch.relu(joint)).chunk(2, 1)
        ratio = softplus(raw_1) + 1e-4
        z_1 = prior_mean + change + prior_std * ratio * noise[0].view(-1, self.c, 4, 4)
        decoded = self.up(self.first_up(self.start(z_1))[:, :, :7, :7])
        error = (x - decoded).square() / (2 * self.sigma**2)
        constant = math.log(2 * math.pi * self.sigma**2) / 2
        rate_1 = divergence(change / prior_std, ratio).flatten(1).sum(1)
        return (error + constant).flatten(1).sum(1), rate_1, divergence(mean_2, std_2).sum(1)


def perceptron(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    """One hidden layer."""
    return nn.Sequential(nn.Linear(inputs, hidden), nn.SiLU(), nn.Linear(hidden, outputs))


def divergence(mean: Tensor, std: Tensor) -> Tensor:
    """KL[N(mean, std²) ‖ N(0, 1)] of each entry."""
    return (std.square() + mean.square() - 1) / 2 - std.log()
