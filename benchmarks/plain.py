"""Convolutional models of two layers as anyone would write them: eager modules on (N, c, h, w).

`Plain` has the layers of `hvae.models.backbones.conv` for 28×28 images, top-down, without skips.
`TwoPasses` has layers of the sizes that Xiao & Bamler (ICLR 2023) published, and none of their
code: z_1 and z_2 each have convolutions of their own over the image. An item takes it 1.4 times as
many multiplications.
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
        self.down = halvings(c)
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
        rate_1 = divergence(change / prior_std, ratio).flatten(1).sum(1)
        return distortion(x, decoded, self.sigma), rate_1, divergence(mean_2, std_2).sum(1)


class TwoPasses(nn.Module):
    """z_1 is c maps of 4×4, z_2 a vector; the posterior of z_1 reads the image and z_2."""

    def __init__(self, c: int, top: int, sigma: float) -> None:
        super().__init__()
        self.c, self.sigma = c, sigma
        maps = c * 16
        self.pass_2 = nn.Sequential(halvings(c), nn.Conv2d(c, c, 4), nn.ReLU(), nn.Flatten())
        self.posterior_2 = nn.Linear(maps, 2 * top)
        self.pass_1 = halvings(c)
        self.above_1 = nn.Sequential(nn.Linear(top, maps), nn.ReLU(), nn.Unflatten(1, (c, 4, 4)))
        self.widened_1 = nn.Sequential(nn.ConvTranspose2d(c, c, 4), nn.ReLU())
        self.posterior_1 = nn.Sequential(
            nn.Conv2d(2 * c, c, 4), nn.ReLU(), nn.Conv2d(c, 2 * c, 3, 1, 1)
        )
        self.prior_1 = nn.Sequential(
            nn.Linear(top, maps // 2), nn.ReLU(), nn.Linear(maps // 2, 2 * maps)
        )
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(c, c, 4), nn.ReLU(),
            nn.ConvTranspose2d(c, c, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(c, 1, 4, 2, 1),
        )  # fmt: skip

    def forward(self, x: Tensor, noise: Sequence[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        """Distortion, R_1 and R_2 of each item of x (N, 784), in nats."""
        x = x.view(-1, 1, 28, 28)
        mean_2, raw_2 = self.posterior_2(self.pass_2(x)).chunk(2, 1)
        std_2 = softplus(raw_2)
        z_2 = mean_2 + std_2 * noise[1]
        joint = torch.cat([self.widened_1(self.above_1(z_2)), self.pass_1(x)], 1)
        mean_1, raw_1 = self.posterior_1(joint).chunk(2, 1)
        std_1 = softplus(raw_1)
        prior_mean, prior_raw = self.prior_1(z_2).view(-1, 2 * self.c, 4, 4).chunk(2, 1)
        prior_std = softplus(prior_raw)
        decoded = self.decoder(mean_1 + std_1 * noise[0].view(-1, self.c, 4, 4))
        rate_1 = divergence((mean_1 - prior_mean) / prior_std, std_1 / prior_std).flatten(1).sum(1)
        return distortion(x, decoded, self.sigma), rate_1, divergence(mean_2, std_2).sum(1)


def halvings(c: int) -> nn.Sequential:
    """From an image of 28×28 to c maps of 7×7."""
    return nn.Sequential(nn.Conv2d(1, c, 4, 2, 1), nn.ReLU(), nn.Conv2d(c, c, 4, 2, 1), nn.ReLU())


def perceptron(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    """One hidden layer."""
    return nn.Sequential(nn.Linear(inputs, hidden), nn.SiLU(), nn.Linear(hidden, outputs))


def divergence(mean: Tensor, std: Tensor) -> Tensor:
    """KL[N(mean, std²) ‖ N(0, 1)] of each entry."""
    return (std.square() + mean.square() - 1) / 2 - std.log()


def distortion(x: Tensor, decoded: Tensor, sigma: float) -> Tensor:
    """−log N(x; x̂, σ²) of each item, in nats."""
    error = (x - decoded).square() / (2 * sigma**2)
    return (error + math.log(2 * math.pi * sigma**2) / 2).flatten(1).sum(1)
