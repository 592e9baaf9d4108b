"""Channels with known information, and the estimates as plain loops."""

import math

import numpy as np
from scipy.special import logsumexp


def gaussian_channel(rng, items, dimensions, information):
    """z = x + σε with x ~ N(0, I), and I(x; z) = (d/2) log(1 + 1/σ²) nats: (mean, std, sample)."""
    std = 1 / math.sqrt(math.expm1(2 * information / dimensions))
    x = rng.normal(size=(items, dimensions))
    return x, np.full_like(x, std), x + std * rng.normal(size=x.shape)


def log_densities(mean, std, sample):
    """log N(z_i; μ_j, σ_j²) of all pairs, [i, j], at once."""
    standard = (sample[:, None] - mean) / std
    return -(standard**2 / 2 + np.log(std) + math.log(2 * math.pi) / 2).sum(-1)


def plain_lower(log_density):
    """Î⁻ by a loop over its formula."""
    items = len(log_density)
    terms = [row[i] - (logsumexp(row) - math.log(items)) for i, row in enumerate(log_density)]
    return np.mean(terms)


def plain_upper(log_density):
    """Î⁺ by a loop over its formula."""
    items = len(log_density)
    terms = [
        row[i] - (logsumexp(np.delete(row, i)) - math.log(items - 1))
        for i, row in enumerate(log_density)
    ]
    return np.mean(terms)


def plain_jackknife(estimator, log_density):
    """The jackknife's standard error, by recomputing everything without each item: O(K³)."""
    items = len(log_density)
    left_out = [
        estimator(np.delete(np.delete(log_density, m, axis=0), m, axis=1)) for m in range(items)
    ]
    return math.sqrt((items - 1) / items * ((left_out - np.mean(left_out)) ** 2).sum())


def mean_and_error(values):
    """The mean of repeats, and its standard error."""
    return np.mean(values), np.std(values, ddof=1) / math.sqrt(len(values))
