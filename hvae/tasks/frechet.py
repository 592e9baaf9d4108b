"""Fréchet distance of Gaussians fitted to features of two samples (Heusel et al., NeurIPS 2017).

    d² = ‖μ_1 − μ_2‖² + tr(C_1 + C_2 − 2 (C_1 C_2)^½)

This is the squared 2-Wasserstein distance of N(μ_1, C_1) and N(μ_2, C_2), in squared units of the
features. Of finite samples it is biased upwards, by about c/n with a c of the two laws (Chong &
Forsyth, CVPR 2020): compare values of equal n alone.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hvae.statistics.estimate import Floats
from hvae.statistics.jackknife import jackknife, spread, without_each


@dataclass(frozen=True, eq=False)
class Gaussian:
    """A mean (d,) and a covariance (d, d)."""

    mean: Floats
    covariance: Floats

    @cached_property
    def root(self) -> Floats:
        """The symmetric square root of the covariance."""
        values, vectors = np.linalg.eigh(self.covariance)
        return vectors * np.sqrt(values.clip(0)) @ vectors.T


def fit(x: Floats) -> Gaussian:
    """The mean and the covariance, over n − 1, of items (n, d)."""
    return Gaussian(x.mean(0), np.atleast_2d(np.cov(x, rowvar=False)))


def distance(one: Gaussian, other: Gaussian) -> float:
    """d² ≥ 0. The root of C_1 C_2 has the trace of that of C_2^½ C_1 C_2^½, which is symmetric."""
    product = np.linalg.eigvalsh(other.root @ one.covariance @ other.root)
    traces = np.trace(one.covariance) + np.trace(other.covariance)
    apart = np.square(one.mean - other.mean).sum()
    return max(float(apart + traces - 2 * np.sqrt(product.clip(0)).sum()), 0.0)


def frechet(draws: Floats, held_out: Floats, parts: int) -> dict[str, float]:
    """Columns value, low and high of d² between features (n, d) of draws and of held-out items.

    The value has its bias; the 95 % interval, by the jackknife over parts of either sample, reaches
    down by what the jackknife makes of it. That is too little where n is not far above the number
    of dimensions that features vary in.
    """
    first, second = fit(draws), fit(held_out)
    without_draws = [distance(fit(some), second) for some in without_each(draws, parts)]
    without_items = [distance(fit(some), first) for some in without_each(held_out, parts)]
    value = np.array(distance(first, second))
    return spread(jackknife(value, np.array(without_draws), np.array(without_items)))
