"""`gaussian`, `gaussian-learned`: N(x; x̂, σ² I), the decoder giving x̂, with σ fixed or learned."""

import math
from abc import abstractmethod

import torch
from torch import Tensor
from torch.nn.functional import softplus

from hvae.models.distributions import Normal
from hvae.models.layers import Constant
from hvae.models.likelihoods.base import Likelihood

SMALLEST_SIGMA = 1e-3  # of a learned σ, in the units of x: a quarter of a level of 8-bit data


class IsotropicGaussian(Likelihood):
    """N(x; x̂, σ² I), one σ for all data dimensions; `decoded` is x̂ itself, (..., n)."""

    @property
    @abstractmethod
    def scale(self) -> Tensor:
        """σ in the units of x, one number, or (items, 1) where it depends on each item's β."""

    def log_prob(self, x: Tensor, decoded: Tensor) -> Tensor:
        """log N(x; x̂, σ² I) in nats: shape (...)."""
        return Normal(decoded, self.scale.expand_as(decoded)).log_prob(x)

    def mean(self, decoded: Tensor) -> Tensor:
        """x̂ itself."""
        return decoded

    def constant(self, dimensions: int) -> float:
        """(n/2) log 2πσ², in nats, of the σ that the likelihood has now."""
        return dimensions / 2 * math.log(2 * math.pi * self.scale.item() ** 2)


class FixedGaussian(IsotropicGaussian):
    """σ is fixed; a buffer, so that it is saved and loaded with the weights."""

    sigma: Tensor

    def __init__(self, sigma: float) -> None:
        super().__init__()
        self.register_buffer("sigma", torch.tensor(sigma))

    @property
    def scale(self) -> Tensor:
        """σ as it was given or loaded."""
        return self.sigma


class LearnedGaussian(IsotropicGaussian):
    """σ = 0.001 + softplus(ρ), with ρ a weight as any other; it starts at `sigma` > 0.001.

    Without a floor the density of items that are reconstructed exactly has no maximum. The best σ²
    is the mean squared error of a data dimension (Rybkin, Daniilidis & Levine, "Simple and
    Effective VAE Training with Calibrated Decoders", ICML 2021).
    """

    def __init__(self, sigma: float) -> None:
        super().__init__()
        above = sigma - SMALLEST_SIGMA
        rho = above + math.log1p(-math.exp(-above))  # softplus(ρ) = above
        self.rho = Constant(torch.tensor([rho]))

    @property
    def scale(self) -> Tensor:
        """σ, at least 0.001."""
        return SMALLEST_SIGMA + softplus(self.rho())
