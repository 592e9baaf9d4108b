"""Likelihoods p(x | z): what the decoder's output means, and what an error costs in nats."""

import math

import torch
from torch import Tensor, nn

from hvae.models.distributions import Normal


class Gaussian(nn.Module):
    """N(x; x̂, σ² I) with fixed σ; a buffer, so that it is saved and loaded with the weights."""

    sigma: Tensor
    continuous = True

    def __init__(self, sigma: float) -> None:
        super().__init__()
        self.register_buffer("sigma", torch.tensor(sigma))

    def log_prob(self, x: Tensor, decoded: Tensor) -> Tensor:
        """log p(x | z) in nats, for x and decoded x̂ of shape (..., n): shape (...)."""
        return Normal(decoded, self.sigma.expand_as(decoded)).log_prob(x)

    def constant(self, dimensions: int) -> float:
        """The part of −log p(x | z) that no model can change: (n/2) log 2πσ², in nats."""
        return dimensions / 2 * math.log(2 * math.pi * self.sigma.item() ** 2)

    def mean(self, decoded: Tensor) -> Tensor:
        """E[x | z]: the reconstruction, of shape (..., n)."""
        return decoded
