"""Limits for sources that are not Gaussian: Shannon's, a Gaussian mixture's, a target's.

Rates are in nats per data item, distortions are squared errors summed over the dimensions. Both
curves lie *below* the source's own D(R): no code does better. With H(y) the entropy of the
component,

    R(D | y) <= R(D) <= R(D | y) + H(y),

since naming the component costs H(y), and knowing it cannot hurt (Gray 1973).

Shannon's bound in one dimension also limits how well a real-valued target t can be predicted from a
latent with little information about it.
"""

import math
from collections.abc import Sequence

import numpy as np

from hvae.bounds import gaussian
from hvae.statistics import arguments
from hvae.statistics.arguments import Numbers
from hvae.statistics.estimate import Floats


def shannon_distortion(rate: float, entropy: float, dimensions: int) -> float:
    """Shannon's lower bound D >= n / (2 pi e) exp(2 (h(x) - R) / n) on E ||x - x_hat||^2.

    `entropy` is the differential entropy h(x) in nats. Equality for a white Gaussian source.
    A negative rate counts as 0. Raises ValueError for NaN and infinite entropy.
    """
    n = arguments.whole("dimensions", dimensions, least=1)
    nats = arguments.finite("entropy", entropy) - arguments.information("rate", rate)
    return n / (2 * math.pi * math.e) * math.exp(2 * nats / n)


def shannon_rate(distortion: float, entropy: float, dimensions: int) -> float:
    """The same bound for the rate: R >= h(x) - n/2 log(2 pi e D / n), at least 0.

    Raises ValueError for a distortion that is not positive and for NaN and infinite entropy.
    """
    n = arguments.whole("dimensions", dimensions, least=1)
    per_dimension = arguments.positive("distortion", distortion) / n
    nats = arguments.finite("entropy", entropy) - n / 2 * math.log(
        2 * math.pi * math.e * per_dimension
    )
    return max(nats, 0.0)


def conditional_distortion_rate(
    rate: float, shares: Numbers, eigenvalues: Sequence[Numbers]
) -> float:
    """D(R | y): the least E ||x - x_hat||^2 when coder and decoder both know the component.

    shares[k] and eigenvalues[k] belong to component k. At the optimum all components have the same
    slope, and so share one water level t: D = sum_k p_k sum_i min(v_ki, t), and R likewise.
    A negative rate counts as 0. Raises ValueError for bad shares, eigenvalues and NaN.
    """
    rate = arguments.information("rate", rate)
    return gaussian.at_rate(rate, *_directions(shares, eigenvalues)).distortion


def conditional_rate_distortion(
    distortion: float, shares: Numbers, eigenvalues: Sequence[Numbers]
) -> float:
    """R(D | y): the inverse of `conditional_distortion_rate`. Infinite at D = 0.

    Raises ValueError for bad shares and eigenvalues and for a negative or NaN distortion.
    """
    distortion = arguments.not_negative("distortion", distortion)
    return gaussian.at_distortion(distortion, *_directions(shares, eigenvalues)).rate


def _directions(shares: Numbers, eigenvalues: Sequence[Numbers]) -> tuple[Floats, Floats]:
    """Every direction of every component as (variance, weight)."""
    p = arguments.shares("shares", shares)
    if len(p) != len(eigenvalues):
        raise ValueError(
            f"eigenvalues must be a list for each of the {len(p)} shares, got {len(eigenvalues)}"
        )
    variances = [arguments.vector("eigenvalues", values) for values in eigenvalues]
    if len({len(values) for values in variances}) > 1:
        lengths = [len(values) for values in variances]
        raise ValueError(f"eigenvalues must be equally many for every component, got {lengths}")
    return np.concatenate(variances), np.repeat(p, len(variances[0]))


def squared_error_limit(information: float, entropy: float) -> float:
    """The least E (t - t_hat)^2 of any t_hat(z) when I(t; z) <= I: exp(2 (h(t) - I)) / (2 pi e).

    `entropy` is the differential entropy h(t) in nats, so the result has the unit of t squared.
    Equality for jointly Gaussian t and z (Cover & Thomas 2006, theorem 8.6.6, with h(t|z) = h - I).
    Negative information counts as 0. Raises ValueError for NaN and for infinite entropy.
    """
    nats = arguments.information("information", information)
    return shannon_distortion(nats, entropy, dimensions=1)


def r2_limit(information: float, entropy: float, variance: float) -> float:
    """The highest R^2 = 1 - E (t - t_hat)^2 / var(t) of any t_hat(z) when I(t; z) <= I.

    1 - exp(-2 I) for a Gaussian t. Raises ValueError unless the variance is positive and finite.
    """
    least = squared_error_limit(information, entropy)
    return 1 - least / arguments.positive("variance", variance)
