"""`gaussian`: items of a normal distribution, for which every limit is known exactly.

    x = Q diag(λ)^½ ε,  ε ~ N(0, I)          covariance Q diag(λ) Qᵀ, mean 0
    t = wᵀx + ν,  w = Q 1 / (Σ_i λ_i)^½      wᵀx has variance 1, ν ~ N(0, target_noise²)

w has the same weight in every direction, so a direction counts by its variance: a code with the
squared error min(λ_i, θ) in direction i has E(t − t̂)² = Σ_i min(λ_i, θ) / Σ_i λ_i + target_noise².
The source is real-valued and has no classes.
"""

import math
from typing import NamedTuple

import numpy as np

from hvae.config.sources.synthetic import Gaussian, listed
from hvae.data.seeded import Stream, basis, stream
from hvae.data.source import UNLABELLED, Source
from hvae.statistics.estimate import Floats


class TargetLaw(NamedTuple):
    """The law of t given x: N(weightsᵀx, noise²), weights (n,) in units of t per unit of x."""

    weights: Floats
    noise: float

    @property
    def variance(self) -> float:
        """Var t = 1 + noise², since wᵀx has variance 1."""
        return 1 + self.noise**2

    @property
    def entropy(self) -> float:
        """h(t) = ½ log(2πe Var t), in nats."""
        return math.log(2 * math.pi * math.e * self.variance) / 2

    @property
    def information(self) -> float:
        """I(t; x) = ½ log(Var t / noise²), in nats: infinite without noise."""
        return math.log(self.variance / self.noise**2) / 2 if self.noise > 0 else math.inf


def load(options: Gaussian, seed: int) -> Source:
    """Draw the items and their targets."""
    eigenvalues, rotation = spectrum(options), basis(len(spectrum(options)), seed)
    coordinates = stream(seed, Stream.ITEMS).standard_normal((options.items, len(eigenvalues)))
    x = coordinates * np.sqrt(eigenvalues) @ rotation.T
    law = target(options, seed)
    noise = stream(seed, Stream.TARGET).standard_normal(options.items)
    return Source(
        x=x.astype(np.float32),
        labels=np.zeros(options.items, np.int64),
        shape=(len(eigenvalues),),
        classes=UNLABELLED,
        bounded=False,
        target=x @ law.weights + law.noise * noise,
    )


def spectrum(options: Gaussian) -> Floats:
    """The eigenvalues λ (n,) of the covariance, in the order of the options."""
    return np.asarray(listed(options.spectrum))


def covariance(options: Gaussian, seed: int) -> Floats:
    """Q diag(λ) Qᵀ, (n, n)."""
    rotation = basis(len(spectrum(options)), seed)
    return np.asarray(rotation * spectrum(options) @ rotation.T)


def target(options: Gaussian, seed: int) -> TargetLaw:
    """The law of the target given x."""
    eigenvalues = spectrum(options)
    weights = basis(len(eigenvalues), seed).sum(1) / math.sqrt(eigenvalues.sum())
    return TargetLaw(weights, options.target_noise)


def entropy(options: Gaussian) -> float:
    """h(x) = ½ Σ_i log(2πe λ_i), in nats."""
    return float(np.log(2 * math.pi * math.e * spectrum(options)).sum() / 2)
