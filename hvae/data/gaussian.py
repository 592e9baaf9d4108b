"""`gaussian`, `gaussian-mixture`: real-valued items whose distribution is known exactly.

`gaussian` has no classes, and a target t::

    x = Q diag(λ)^½ ε,  ε ~ N(0, I)          covariance Q diag(λ) Qᵀ, mean 0
    t = wᵀx + ν,  w = Q 1 / (Σ_i λ_i)^½      wᵀx has variance 1, ν ~ N(0, target_noise²)

w has the same weight in every direction, so a direction counts by its variance: a code with the
squared error min(λ_i, θ) in direction i has E(t − t̂)² = Σ_i min(λ_i, θ) / Σ_i λ_i + target_noise².

`gaussian-mixture` has components of one width, all equally far apart. The label is the component::

    p(x) = Σ_k p_k N(x; μ_k, s² I),  |μ_j − μ_k| = separation · s for j ≠ k,  Σ_k p_k μ_k = 0

The means are the corners of a regular simplex, rotated at random, so M components need n ≥ M
dimensions.

`exact` has the distribution of a source, for the bounds that depend on it. Every exact source here
is a mixture of K ≥ 1 normal distributions; a Gaussian source has K = 1.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from scipy.special import log_softmax

from hvae.config.data import Data
from hvae.config.synthetic import Gaussian, GaussianMixture, IndependentLabels, listed
from hvae.data.seeded import Stream, basis, labels, stream
from hvae.data.source import UNLABELLED, Source
from hvae.statistics.estimate import Estimate, Floats


class TargetLaw(NamedTuple):
    """The law of t given x: N(weightsᵀx, noise²), with weights (n,) in units of t per unit of x."""

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
    """The items and their targets, from `seed`."""
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


DRAWS = 20_000  # samples of each component that estimate the entropy


def load_mixture(options: GaussianMixture, seed: int) -> Source:
    """Each item's component, and the item itself, from `seed`."""
    component = labels(listed(options.shares), options.items, seed)
    noise = stream(seed, Stream.ITEMS).standard_normal((options.items, options.dimension))
    return Source(
        x=(means(options, seed)[component] + options.std * noise).astype(np.float32),
        labels=component,
        shape=(options.dimension,),
        classes=tuple(str(k) for k in range(len(shares(options)))),
        bounded=False,
    )


def shares(options: GaussianMixture) -> Floats:
    """The probabilities p_k of the components, (M,)."""
    return np.asarray(listed(options.shares))


def means(options: GaussianMixture, seed: int) -> Floats:
    """The components' means μ_k, (M, n), with Σ p_k μ_k = 0."""
    p = shares(options)
    corners = basis(options.dimension, seed)[:, : len(p)].T
    scale = options.separation * options.std / math.sqrt(2)
    return np.asarray(scale * (corners - p @ corners))


def mixture_spectrum(options: GaussianMixture) -> Floats:
    """The eigenvalues of each component's covariance, (n,): s², n times."""
    return np.full(options.dimension, options.std**2)


def label_entropy(options: GaussianMixture) -> float:
    """H(y) = −Σ p_k log p_k, in nats."""
    p = shares(options)
    return float(-(p * np.log(p)).sum())


def equivocation(options: GaussianMixture) -> Estimate:
    """H(y | x) in nats: the uncertainty about the component given x, by simulation.

    In the coordinates u = (x − mean of corners) / s along the corners, x of component k has
    u ~ N(a e_k, I) with a = separation / √2, so log p(y | x) = log p_y + a u_y + constant.
    """
    p, a = shares(options), options.separation / math.sqrt(2)
    random = stream(0, Stream.ENTROPY)  # rotation and shift change nothing, so one seed is enough
    value = variance = 0.0
    for component, share in enumerate(p):
        u = random.standard_normal((DRAWS, len(p)))
        u[:, component] += a
        log_posterior = log_softmax(np.log(p) + a * u, axis=1)
        uncertainty = -(np.exp(log_posterior) * log_posterior).sum(1)
        value += share * uncertainty.mean()
        variance += share**2 * uncertainty.var(ddof=1) / DRAWS
    return Estimate(float(value), math.sqrt(variance))


def mixture_entropy(options: GaussianMixture) -> Estimate:
    """h(x) = h(x | y) + H(y) − H(y | x), in nats; h(x | y) = n/2 log(2πe s²)."""
    within = options.dimension / 2 * math.log(2 * math.pi * math.e * options.std**2)
    given = equivocation(options)
    return Estimate(within + label_entropy(options) - given.value, given.std_error)


class Exact(NamedTuple):
    """The law of x, and of its target if it has one.

    shares: (K,) the components' probabilities p_k.
    means: (K, n) their means; Σ p_k μ_k = 0.
    spectra: (K, n) the eigenvalues of their covariances.
    entropy, entropy_se: h(x) in nats and its standard error, which is 0 unless h(x) is simulated.
    target: the law of the target given x, or None.
    """

    shares: Floats
    means: Floats
    spectra: Floats
    entropy: float
    entropy_se: float
    target: TargetLaw | None = None


def exact(data: Data, seed: int) -> Exact | None:
    """The law of the source with these options and seed; None for real data."""
    known = KNOWN.get(data.source)
    return known(data, seed) if known else None


def _gaussian(options: Gaussian, seed: int) -> Exact:
    eigenvalues = spectrum(options)
    return Exact(
        shares=np.ones(1),
        means=np.zeros((1, len(eigenvalues))),
        spectra=eigenvalues[None],
        entropy=entropy(options),
        entropy_se=0.0,
        target=target(options, seed),
    )


def _mixture(options: GaussianMixture, seed: int) -> Exact:
    p, h = shares(options), mixture_entropy(options)
    return Exact(
        shares=p,
        means=means(options, seed),
        spectra=np.tile(mixture_spectrum(options), (len(p), 1)),
        entropy=h.value,
        entropy_se=h.std_error,
    )


def _origin(options: IndependentLabels, seed: int) -> Exact | None:
    return exact(options.origin, seed)


KNOWN: Mapping[str, Callable[[Any, int], Exact | None]] = {
    "gaussian": _gaussian,
    "gaussian-mixture": _mixture,
    "independent-labels": _origin,
}
