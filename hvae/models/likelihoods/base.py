"""Likelihoods p(x | z): their interface, and the families with one parameter for each dimension.

`bernoulli` is for data of zeros and ones; the decoder gives the log-odds of a one. `gaussian` and
`gaussian-learned` are N(x; x̂, σ² I) with σ fixed or learned; the decoder gives x̂.
"""

import math
from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid, softplus

from hvae.models.distributions import Normal
from hvae.models.hypernetwork import Constant


class Likelihood(nn.Module, ABC):
    """p(x | z), independent over pixels, with parameters that the decoder gives for each pixel.

    An item x is (..., n), flattened from (h, w) or (h, w, channels). `decoded` is
    (..., pixels · outputs(channels)), with a pixel's outputs side by side. A family that treats all
    channels alike may ignore them and take each as a pixel of its own.

    `levels` is the number of equally spaced values k / (levels − 1) that p(x | z) gives
    probabilities to; None if p(x | z) is a density.
    """

    levels: int | None = None
    channels: int = 1

    @property
    def continuous(self) -> bool:
        """Whether p(x | z) is a density, so that log_prob depends on the units of x."""
        return self.levels is None

    @abstractmethod
    def log_prob(self, x: Tensor, decoded: Tensor) -> Tensor:
        """log p(x | z) in nats, summed over the data dimensions: shape (...)."""

    @abstractmethod
    def mean(self, decoded: Tensor) -> Tensor:
        """E[x | z] in the units of x, (..., n): the reconstruction."""

    def outputs(self, channels: int) -> int:
        """How many numbers the decoder gives for a pixel with this many channels."""
        return channels

    def width(self, dimensions: int) -> int:
        """How many numbers the decoder gives for an item of n data dimensions."""
        return dimensions // self.channels * self.outputs(self.channels)

    def constant(self, dimensions: int) -> float:
        """The part of −log p(x | z) that is the same for all x̂, in nats; 0 for probabilities."""
        return 0.0

    def problem(self, x: Tensor) -> str | None:
        """Why p(x | z) does not cover some value of x; None if it covers all."""
        if self.levels is None:
            return None
        steps = x * (self.levels - 1)
        wrong = x[((steps - steps.round()).abs() > NEAR) | (x < 0) | (x > 1)]
        if len(wrong) == 0:
            return None
        return (
            f"has values that are not one of the {self.levels} levels from 0 to 1 "
            f"that the likelihood gives probabilities to, such as {wrong[0].item():g}"
        )


NEAR = 1e-3  # of a level: the largest error of rounding to float32


class Bernoulli(Likelihood):
    """∏_i p_i^{x_i} (1 − p_i)^{1 − x_i}, with p = sigmoid(decoded), (..., n).

    x must be zeros and ones. With grey values as probabilities of a one, D would be the code length
    of other, binarised items, and no limit for x would apply to it.
    """

    levels = 2

    def log_prob(self, x: Tensor, decoded: Tensor) -> Tensor:
        """Σ_i x_i log p_i + (1 − x_i) log(1 − p_i) in nats, exact in both tails: shape (...)."""
        return (x * logsigmoid(decoded) + (1 - x) * logsigmoid(-decoded)).sum(-1)

    def mean(self, decoded: Tensor) -> Tensor:
        """The probabilities p of a one."""
        return decoded.sigmoid()


SMALLEST_SIGMA = 1e-3  # of a learned σ, in units of x: a quarter of a level of 8-bit data


class IsotropicGaussian(Likelihood):
    """N(x; x̂, σ² I), with one σ for all data dimensions; `decoded` is x̂ itself, (..., n)."""

    @property
    @abstractmethod
    def scale(self) -> Tensor:
        """σ in units of x: one number, or (items, 1) if it depends on each item's β."""

    def log_prob(self, x: Tensor, decoded: Tensor) -> Tensor:
        """log N(x; x̂, σ² I) in nats: shape (...)."""
        return Normal(decoded, self.scale.expand_as(decoded)).log_prob(x)

    def mean(self, decoded: Tensor) -> Tensor:
        """x̂ itself."""
        return decoded

    def constant(self, dimensions: int) -> float:
        """(n/2) log 2πσ², in nats, for the present σ."""
        return dimensions / 2 * math.log(2 * math.pi * self.scale.item() ** 2)


class FixedGaussian(IsotropicGaussian):
    """Fixed σ, held in a buffer, so that it is saved and loaded with the weights."""

    sigma: Tensor

    def __init__(self, sigma: float) -> None:
        super().__init__()
        self.register_buffer("sigma", torch.tensor(sigma))

    @property
    def scale(self) -> Tensor:
        """σ as set or loaded."""
        return self.sigma


class LearnedGaussian(IsotropicGaussian):
    """σ = 0.001 + softplus(ρ), where ρ is a weight; σ starts at `sigma` > 0.001.

    Without the floor, the density of exactly reconstructed items would have no maximum. The best σ²
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
