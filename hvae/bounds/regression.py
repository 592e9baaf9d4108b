"""How well a real-valued target can be read from a latent that holds little about it."""

import math

from hvae.statistics import arguments


def squared_error_limit(information: float, entropy: float) -> float:
    """The least E (t - t_hat)^2 of any t_hat(z) when I(t; z) <= I: exp(2 (h(t) - I)) / (2 pi e).

    `entropy` is the differential entropy h(t) in nats, so the result has the unit of t squared.
    Equality for jointly Gaussian t and z (Cover & Thomas 2006, theorem 8.6.6, with h(t|z) = h - I).
    Negative information counts as 0. Raises ValueError for NaN and for infinite entropy.
    """
    nats = arguments.finite("entropy", entropy) - arguments.information("information", information)
    return math.exp(2 * nats) / (2 * math.pi * math.e)


def r2_limit(information: float, entropy: float, variance: float) -> float:
    """The highest R^2 = 1 - E (t - t_hat)^2 / var(t) of any t_hat(z) when I(t; z) <= I.

    1 - exp(-2 I) for a Gaussian t. Raises ValueError unless the variance is positive and finite.
    """
    least = squared_error_limit(information, entropy)
    return 1 - least / arguments.positive("variance", variance)
