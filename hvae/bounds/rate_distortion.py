"""Rate-distortion limits: of a Gaussian source, of a Gaussian mixture, Shannon's, and a target's.

A Gaussian source is given by the eigenvalues v_i of its covariance, in any order. Rates are in nats
per data item, distortions are squared errors summed over the dimensions. Bad arguments, such as
eigenvalues that are missing, negative, NaN or infinite, raise a ValueError that names them.

Its curve comes from reverse water-filling (Cover & Thomas 2006, section 10.3.3): at the water level
t a direction of variance v has distortion min(v, t) and rate 1/2 log+(v / t). `at_level`, `at_rate`
and `at_distortion` take weights w_i, so that they also give the conditional curve of a mixture:
D(t) = sum_i w_i min(v_i, t), R(t) = sum_i w_i/2 log+(v_i / t).

For other sources, Shannon's curve and the conditional one lie *below* the source's own D(R): no
code does better. With H(y) the entropy of the component,

    R(D | y) <= R(D) <= R(D | y) + H(y),

since naming the component costs H(y), and knowing it cannot hurt (Gray 1973). Shannon's bound in
one dimension also limits how well a real-valued target t can be predicted from a latent with little
information about it.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from hvae.statistics import arguments
from hvae.statistics.arguments import Numbers
from hvae.statistics.estimate import Floats

ROUNDING = 1e-9  # eigenvalues of a singular covariance come out this much below zero, relatively


class Reached(NamedTuple):
    """Where the best beta-VAE with a fixed sigma is: the curve's point of slope -1 / (2 theta)."""

    rate: float  # nats, all layers together
    distortion: float  # squared error, z sampled
    level: float  # theta = beta sigma^2


def distortion_rate(rate: float, eigenvalues: Numbers) -> float:
    """D(R): the least E ||x - x_hat||^2 at I(x; x_hat) <= R, by reverse water-filling.

    A negative rate counts as 0 (estimates fluctuate), an infinite one gives 0. NaN: ValueError.
    """
    v = _eigenvalues(eigenvalues)
    return at_rate(arguments.information("rate", rate), v, np.ones_like(v)).distortion


def rate_distortion(distortion: float, eigenvalues: Numbers) -> float:
    """R(D): the least I(x; x_hat) with E ||x - x_hat||^2 <= D. Infinite at D = 0.

    Raises ValueError for a negative or NaN distortion.
    """
    v = _eigenvalues(eigenvalues)
    distortion = arguments.not_negative("distortion", distortion)
    return at_distortion(distortion, v, np.ones_like(v)).rate


def entropy(eigenvalues: Numbers) -> float:
    """h(x) = 1/2 sum_i log(2 pi e v_i) in nats; minus infinity for a singular covariance."""
    v = _eigenvalues(eigenvalues)
    if not v.all():
        return -math.inf
    return float(np.log(2 * math.pi * math.e * v).sum()) / 2


def reached(beta: Numbers, eigenvalues: Numbers, sigma: float) -> Reached:
    """The point of the curve where J_beta with p(x|z) = N(x_hat, sigma^2 I) is optimal.

    Every nat goes to the layer with the smallest beta: theta = min(beta) sigma^2. The rate is
    finite, since theta > 0. Raises ValueError unless all beta and sigma are positive and finite.
    """
    v = _eigenvalues(eigenvalues)
    cheapest = min(arguments.positive("beta", b) for b in arguments.vector("beta", beta))
    level = cheapest * arguments.positive("sigma", sigma) ** 2
    point = at_level(level, v, np.ones_like(v))
    return Reached(point.rate, point.distortion, level)


def optimal_objective(
    beta: Numbers, eigenvalues: Numbers, sigma: float, *, constant: bool = False
) -> float:
    """J*: the least D + sum_l beta_l R_l of any model with p(x|z) = N(x_hat, sigma^2 I), any q.

    J* = sum_i [ min(v_i, theta) / (2 sigma^2) + b/2 log+(v_i / theta) ], b = min_l beta_l,
    theta = b sigma^2. `constant` adds n/2 log(2 pi sigma^2), which has no place in a ratio.
    J_beta >= D + b R_total >= D_X(R_total) / (2 sigma^2) + b R_total, which is least at that theta.
    Raises ValueError unless all beta and sigma are positive and finite.
    """
    point = reached(beta, eigenvalues, sigma)
    value = point.distortion / (2 * sigma**2) + point.level / sigma**2 * point.rate
    return value + (distortion_constant(len(eigenvalues), sigma) if constant else 0.0)


def distortion_constant(dimensions: int, sigma: float) -> float:
    """The part of D that is the same for every model: n/2 log(2 pi sigma^2), in nats."""
    dimensions = arguments.whole("dimensions", dimensions, least=1)
    return dimensions / 2 * math.log(2 * math.pi * arguments.positive("sigma", sigma) ** 2)


def _eigenvalues(values: Numbers) -> Floats:
    """The eigenvalues; those that rounding left just below zero are set to zero."""
    v = arguments.numbers("eigenvalues", values)
    if v.ndim == 1 and np.isfinite(v).all():
        v = np.where((v < 0) & (v > -ROUNDING * v.max(initial=0.0)), 0.0, v)
    return arguments.vector("eigenvalues", v)


class Filling(NamedTuple):
    """A point of the curve: total rate in nats and total squared error, per data item."""

    rate: float
    distortion: float


def at_level(level: float, variances: Floats, weights: Floats) -> Filling:
    """The point at the water level t > 0."""
    above = variances > level
    rate = (weights[above] * np.log(variances[above] / level)).sum() / 2
    return Filling(float(rate), float((weights * np.minimum(variances, level)).sum()))


def at_rate(rate: float, variances: Floats, weights: Floats) -> Filling:
    """The point that costs `rate` >= 0 nats.

    With the k largest v_i above the level,
    log t = [ sum_{i<=k} w_i log v_i - 2 rate ] / sum_{i<=k} w_i.
    """
    v, w = _falling(variances, weights)
    if math.isinf(rate) or len(v) == 0:
        return Filling(rate, 0.0)
    width, logs = np.cumsum(w), np.cumsum(w * np.log(v))
    needed = (logs - width * np.log(v)) / 2  # the rate from which direction k gets a part
    k = max(1, int(np.searchsorted(needed, rate, side="right")))
    level = math.exp((logs[k - 1] - 2 * rate) / width[k - 1])
    return Filling(rate, float((w * np.minimum(v, level)).sum()))


def at_distortion(distortion: float, variances: Floats, weights: Floats) -> Filling:
    """The point with a total squared error of `distortion` >= 0; rate 0 if it needs no code.

    With the k largest v_i above the level, t = [ distortion - sum_{i>k} w_i v_i ] / sum_{i<=k} w_i.
    """
    v, w = _falling(variances, weights)
    mass = float((w * v).sum())
    if distortion >= mass:
        return Filling(0.0, mass)
    if distortion == 0:
        return Filling(math.inf, 0.0)
    width, below = np.cumsum(w), w * v
    rest = np.append(np.cumsum(below[:0:-1])[::-1], 0.0)  # small ones first: no cancellation
    k = max(1, int(np.sum(width * v + rest >= distortion)))
    return Filling(at_level((distortion - rest[k - 1]) / width[k - 1], v, w).rate, distortion)


def _falling(variances: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Variances in falling order with their weights, without those that never need a rate."""
    used = (variances > 0) & (weights > 0)
    order = np.argsort(-variances[used], kind="stable")
    return variances[used][order], weights[used][order]


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
    return at_rate(rate, *_directions(shares, eigenvalues)).distortion


def conditional_rate_distortion(
    distortion: float, shares: Numbers, eigenvalues: Sequence[Numbers]
) -> float:
    """R(D | y): the inverse of `conditional_distortion_rate`. Infinite at D = 0.

    Raises ValueError for bad shares and eigenvalues and for a negative or NaN distortion.
    """
    distortion = arguments.not_negative("distortion", distortion)
    return at_distortion(distortion, *_directions(shares, eigenvalues)).rate


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
