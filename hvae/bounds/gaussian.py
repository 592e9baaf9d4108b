"""A Gaussian source: its distortion-rate curve, and the best that any hierarchical VAE can reach.

The source is given by the eigenvalues v_i of its covariance, in any order. Rates are nats per data
item, distortions squared errors summed over the dimensions. Bad eigenvalues (none, negative, NaN or
infinite) raise ValueError in every function; so do other arguments, by name.
"""

import math
from typing import NamedTuple

import numpy as np

from hvae.bounds import water
from hvae.statistics import arguments
from hvae.statistics.arguments import Numbers
from hvae.statistics.estimate import Floats

ROUNDING = 1e-9  # eigenvalues of a singular covariance come out this much below zero, relatively


class Reached(NamedTuple):
    """Where a beta-VAE with a fixed sigma ends up: the curve's point with slope -1 / (2 theta)."""

    rate: float  # nats, all layers together
    distortion: float  # squared error, z sampled
    level: float  # theta = beta sigma^2


def distortion_rate(rate: float, eigenvalues: Numbers) -> float:
    """D(R): the least E ||x - x_hat||^2 at I(x; x_hat) <= R, by reverse water-filling.

    A negative rate counts as 0 (estimates fluctuate), an infinite one gives 0. NaN: ValueError.
    """
    v = _eigenvalues(eigenvalues)
    return water.at_rate(arguments.information("rate", rate), v, np.ones_like(v)).distortion


def rate_distortion(distortion: float, eigenvalues: Numbers) -> float:
    """R(D): the least I(x; x_hat) with E ||x - x_hat||^2 <= D. Infinite at D = 0.

    Raises ValueError for a negative or NaN distortion.
    """
    v = _eigenvalues(eigenvalues)
    distortion = arguments.not_negative("distortion", distortion)
    return water.at_distortion(distortion, v, np.ones_like(v)).rate


def entropy(eigenvalues: Numbers) -> float:
    """h(x) = 1/2 sum_i log(2 pi e v_i) in nats; minus infinity for a singular covariance."""
    v = _eigenvalues(eigenvalues)
    if not v.all():
        return -math.inf
    return float(np.log(2 * math.pi * math.e * v).sum()) / 2


def reached(beta: Numbers, eigenvalues: Numbers, sigma: float) -> Reached:
    """The point of the curve that the optimum of J_beta with p(x|z) = N(x_hat, sigma^2 I) lies on.

    Every nat goes to the layer with the smallest beta: theta = min(beta) sigma^2. Infinite rate
    never occurs, as theta > 0. Raises ValueError unless all beta and sigma are positive and finite.
    """
    v = _eigenvalues(eigenvalues)
    cheapest = min(arguments.positive("beta", b) for b in arguments.vector("beta", beta))
    level = cheapest * arguments.positive("sigma", sigma) ** 2
    point = water.at_level(level, v, np.ones_like(v))
    return Reached(point.rate, point.distortion, level)


def optimal_objective(
    beta: Numbers, eigenvalues: Numbers, sigma: float, *, constant: bool = False
) -> float:
    """J*: the least D + sum_l beta_l R_l of any model with p(x|z) = N(x_hat, sigma^2 I), any q.

    J* = sum_i [ min(v_i, theta) / (2 sigma^2) + b/2 log+(v_i / theta) ], b = min_l beta_l,
    theta = b sigma^2; with `constant`, plus n/2 log(2 pi sigma^2), which ratios must do without.
    J_beta >= D + b R_total >= D_X(R_total) / (2 sigma^2) + b R_total, which is least at that theta.
    Raises ValueError unless all beta and sigma are positive and finite.
    """
    point = reached(beta, eigenvalues, sigma)
    value = point.distortion / (2 * sigma**2) + point.level / sigma**2 * point.rate
    return value + (distortion_constant(len(eigenvalues), sigma) if constant else 0.0)


def distortion_constant(dimensions: int, sigma: float) -> float:
    """The part of D that has nothing to do with the model: n/2 log(2 pi sigma^2), in nats."""
    dimensions = arguments.whole("dimensions", dimensions, least=1)
    return dimensions / 2 * math.log(2 * math.pi * arguments.positive("sigma", sigma) ** 2)


def _eigenvalues(values: Numbers) -> Floats:
    """The eigenvalues, with the rounding errors of a singular covariance removed."""
    v = arguments.numbers("eigenvalues", values)
    if v.ndim == 1 and np.isfinite(v).all():
        v = np.where((v < 0) & (v > -ROUNDING * v.max(initial=0.0)), 0.0, v)
    return arguments.vector("eigenvalues", v)
