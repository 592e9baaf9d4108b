"""`gaussian-mixture`: labelled components of one width, all equally far apart.

    p(x) = Σ_k p_k N(x; μ_k, s² I),  |μ_j − μ_k| = separation · s for j ≠ k,  Σ_k p_k μ_k = 0

The means are the corners of a regular simplex, rotated at random, so M components need n ≥ M
dimensions. The label is the component. The source is real-valued.
"""

import math

import numpy as np
from scipy.special import log_softmax

from hvae.config.sources.synthetic import GaussianMixture, listed
from hvae.data.seeded import Stream, basis, labels, stream
from hvae.data.source import Source
from hvae.statistics.estimate import Estimate, Floats

DRAWS = 20_000  # for each component, to estimate the entropy


def load(options: GaussianMixture, seed: int) -> Source:
    """Draw the components and their items."""
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


def spectrum(options: GaussianMixture) -> Floats:
    """The eigenvalues of each component's covariance, (n,): s², n times."""
    return np.full(options.dimension, options.std**2)


def label_entropy(options: GaussianMixture) -> float:
    """H(y) = −Σ p_k log p_k, in nats."""
    p = shares(options)
    return float(-(p * np.log(p)).sum())


def equivocation(options: GaussianMixture) -> Estimate:
    """H(y | x) in nats: what x leaves open about its component, simulated for each component.

    In the coordinates u = (x − mean of corners) / s along the corners, x of component k has
    u ~ N(a e_k, I) with a = separation / √2, so log p(y | x) = log p_y + a u_y + constant.
    """
    p, a = shares(options), options.separation / math.sqrt(2)
    random = stream(0, Stream.ENTROPY)  # rotation and shift change nothing: one seed will do
    value = variance = 0.0
    for component, share in enumerate(p):
        u = random.standard_normal((DRAWS, len(p)))
        u[:, component] += a
        log_posterior = log_softmax(np.log(p) + a * u, axis=1)
        uncertainty = -(np.exp(log_posterior) * log_posterior).sum(1)
        value += share * uncertainty.mean()
        variance += share**2 * uncertainty.var(ddof=1) / DRAWS
    return Estimate(float(value), math.sqrt(variance))


def entropy(options: GaussianMixture) -> Estimate:
    """h(x) = h(x | y) + H(y) − H(y | x), in nats; h(x | y) = n/2 log(2πe s²)."""
    within = options.dimension / 2 * math.log(2 * math.pi * math.e * options.std**2)
    given = equivocation(options)
    return Estimate(within + label_entropy(options) - given.value, given.std_error)
