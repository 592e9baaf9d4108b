"""The Gaussian source: closed forms, bisection, random allocations, and the plane of optima."""

import math

import numpy as np
import pytest

from hvae.bounds.rate_distortion import (
    distortion_constant,
    distortion_rate,
    entropy,
    optimal_objective,
    rate_distortion,
    reached,
)
from tests import oracles

SPECTRA = [[2.0], [1.0, 1.0, 1.0], [5.0, 1.0, 0.2, 0.0], [0.3, 4.0, 0.3, 1e-6, 40.0]]


@pytest.mark.parametrize("rate", [0, 0.3, 2.0])
def test_a_white_source_in_closed_form(rate):
    assert distortion_rate(rate, [1.7] * 4) == pytest.approx(6.8 * math.exp(-2 * rate / 4))
    assert rate_distortion(6.8 * math.exp(-2 * rate / 4), [1.7] * 4) == pytest.approx(rate)


def test_two_directions_by_hand():
    # until the level reaches 1, at 1/2 log 4 nats, only the first direction gets any rate
    assert distortion_rate(0.5 * math.log(2), [4, 1]) == pytest.approx(2 + 1)
    assert distortion_rate(0.5 * math.log(4), [1, 4]) == pytest.approx(1 + 1)
    assert distortion_rate(0.5 * math.log(4) + math.log(2), [4, 1]) == pytest.approx(0.5 + 0.5)
    assert rate_distortion(1.0, [4, 1]) == pytest.approx(0.5 * math.log(16))
    assert rate_distortion(3.0, [4, 1]) == pytest.approx(0.5 * math.log(2))


@pytest.mark.parametrize("eigenvalues", SPECTRA)
@pytest.mark.parametrize("rate", [1e-3, 0.2, 1.0, 4.0, 30.0])
def test_against_bisection_of_the_level(eigenvalues, rate):
    expected = oracles.waterfill_by_bisection(eigenvalues, rate=rate)[1]
    assert distortion_rate(rate, eigenvalues) == pytest.approx(expected, rel=1e-10)
    found = rate_distortion(distortion_rate(rate, eigenvalues), eigenvalues)
    assert found == pytest.approx(rate, rel=1e-7)


@pytest.mark.parametrize("eigenvalues", SPECTRA)
@pytest.mark.parametrize("part", [0.999, 0.5, 0.03, 1e-6])
def test_rate_against_bisection_of_the_level(eigenvalues, part):
    distortion = part * sum(eigenvalues)
    expected = oracles.waterfill_by_bisection(eigenvalues, distortion=distortion)[0]
    assert rate_distortion(distortion, eigenvalues) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_no_other_spread_of_the_rate_does_better(seed):
    rng = np.random.default_rng(seed)
    eigenvalues, rate = rng.exponential(size=6) ** 2, rng.uniform(0, 6)
    spreads = rng.dirichlet(np.full(6, 0.7), size=3000) * rate
    others = (eigenvalues * np.exp(-2 * spreads)).sum(1)
    best = distortion_rate(rate, eigenvalues)
    assert best <= others.min()
    assert best > 0.5 * others.min()  # and it is not a trivial limit


@pytest.mark.parametrize("eigenvalues", SPECTRA)
def test_the_ends_of_the_curve(eigenvalues):
    assert distortion_rate(0, eigenvalues) == pytest.approx(sum(eigenvalues))
    assert distortion_rate(-0.01, eigenvalues) == pytest.approx(sum(eigenvalues))
    assert distortion_rate(math.inf, eigenvalues) == distortion_rate(1e5, eigenvalues) == 0
    assert rate_distortion(sum(eigenvalues), eigenvalues) == pytest.approx(0, abs=1e-15)
    assert rate_distortion(2 * sum(eigenvalues), eigenvalues) == 0
    assert rate_distortion(0, eigenvalues) == math.inf


def test_a_wide_spectrum_loses_no_digits():
    # the level 5e-15 lies far below the rounding of the total variance
    found = rate_distortion(1.5e-14, [1e3, 1e-14, 1e-14])
    assert found == pytest.approx(0.5 * math.log(1e3 / 5e-15) + math.log(2), rel=1e-12)


def test_a_source_without_variance_costs_nothing():
    assert distortion_rate(0, [0.0, 0.0]) == distortion_rate(1, [0.0, 0.0]) == 0
    assert rate_distortion(0, [0.0]) == 0


def test_entropy():
    assert entropy([1.0]) == pytest.approx(1.4189385332)  # of the standard normal distribution
    assert entropy([2.0, 3.0]) == pytest.approx(2 * 1.4189385332 + 0.5 * math.log(6))
    assert entropy([1.0, 0.0]) == entropy([1.0, -1e-17]) == entropy([1e6, -1e-6]) == -math.inf


def linear_vae(eigenvalues, rates, beta, sigma):
    """J of a linear model that gives each direction a rate, from KL and expected log-likelihood.

    Latent of direction i: z = x w + noise, with unit prior variance and posterior variance s.
    """
    total = 0.0
    for value, rate in zip(eigenvalues, rates, strict=True):
        s = math.exp(-2 * rate)
        mean_square = 1 - s  # so that the aggregate posterior is the prior
        kl = 0.5 * (s + mean_square - 1 - math.log(s))
        error = value * s  # of the best decoder
        total += beta * kl + error / (2 * sigma**2) + 0.5 * math.log(2 * math.pi * sigma**2)
    return total


@pytest.mark.parametrize("betas", [[0.3], [2.0, 0.3], [0.3, 0.3, 5.0], [1.0, 4.0]])
@pytest.mark.parametrize("sigma", [0.2, 1.0])
def test_the_linear_vae_attains_the_optimum_and_none_passes_it(betas, sigma):
    eigenvalues = [5.0, 1.0, 0.2, 0.001]
    optimum = optimal_objective(betas, eigenvalues, sigma, constant=True)
    theta = min(betas) * sigma**2
    rates = [max(0.0, 0.5 * math.log(value / theta)) for value in eigenvalues]
    attained = linear_vae(eigenvalues, rates, min(betas), sigma)
    assert optimum == pytest.approx(attained, abs=1e-12)
    rng = np.random.default_rng(0)
    for _ in range(300):
        other = np.maximum(np.array(rates) + rng.normal(0, 0.3, size=4), 0)
        assert linear_vae(eigenvalues, other, min(betas), sigma) >= optimum - 1e-12


def test_the_constant():
    with_it = optimal_objective([1.0], [1.0, 2.0], 0.2, constant=True)
    without = optimal_objective([1.0], [1.0, 2.0], 0.2)
    assert with_it - without == pytest.approx(math.log(2 * math.pi * 0.04))
    assert distortion_constant(64, 0.2) == pytest.approx(-44, abs=0.5)  # the digits
    assert distortion_constant(1, 1.0) == pytest.approx(0.5 * math.log(2 * math.pi))
    # everything collapses when no direction is worth its price
    assert optimal_objective([100.0, 60.0], [1.0, 2.0], 0.2) == pytest.approx(3 / (2 * 0.04))


@pytest.mark.parametrize("beta", [0.01, 1.0, 7.0])
def test_the_reached_point_lies_on_the_curve(beta):
    eigenvalues, sigma = [5.0, 1.0, 0.2], 0.5
    point = reached([beta, 2 * beta], eigenvalues, sigma)
    assert point.level == pytest.approx(beta * sigma**2)
    assert distortion_rate(point.rate, eigenvalues) == pytest.approx(point.distortion)
    # where it is the point of the curve with the least D / (2 sigma^2) + beta R
    rates = np.linspace(0, 12, 4001)
    objectives = [distortion_rate(r, eigenvalues) / (2 * sigma**2) + beta * r for r in rates]
    assert rates[int(np.argmin(objectives))] == pytest.approx(point.rate, abs=2e-3)
    assert min(objectives) == pytest.approx(optimal_objective([beta], eigenvalues, sigma), rel=1e-5)


@pytest.mark.parametrize(
    "bad", [[], [1.0, math.nan], [math.inf], [1.0, -1e-6], [-1e-10] * 2, [[1.0]]]
)
def test_bad_eigenvalues_are_named(bad):
    for call in (
        lambda: distortion_rate(1, bad),
        lambda: rate_distortion(1, bad),
        lambda: entropy(bad),
        lambda: optimal_objective([1.0], bad, 1.0),
    ):
        with pytest.raises(ValueError, match="eigenvalues"):
            call()


def test_other_bad_input_is_named():
    with pytest.raises(ValueError, match=r"rate .* nan"):
        distortion_rate(math.nan, [1.0])
    for value in (-1.0, math.nan):
        with pytest.raises(ValueError, match=f"distortion .* {value}"):
            rate_distortion(value, [1.0])
    for value in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(ValueError, match=f"sigma .* {value}"):
            optimal_objective([1.0], [1.0], value)
        with pytest.raises(ValueError, match=f"beta .* {value}"):
            optimal_objective([1.0, value], [1.0], 1.0)
    with pytest.raises(ValueError, match="beta"):
        reached([], [1.0], 1.0)
    with pytest.raises(ValueError, match="dimensions"):
        distortion_constant(0, 1.0)
