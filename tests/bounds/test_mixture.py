"""Shannon's bound and the conditional curve: white sources, brute force, a quantised mixture."""

import math

import numpy as np
import pytest
from scipy.optimize import minimize

from hvae.bounds import rate_distortion
from hvae.bounds.accuracy import entropy as label_entropy
from hvae.bounds.rate_distortion import (
    conditional_distortion_rate,
    conditional_rate_distortion,
    shannon_distortion,
    shannon_rate,
)
from tests import oracles

SHARES = [0.5, 0.3, 0.2]
SPECTRA = [[1.0, 0.1], [4.0, 2.0], [0.2, 0.0]]


@pytest.mark.parametrize("rate", [0.0, 0.7, 5.0])
def test_shannon_is_exact_for_a_white_source(rate):
    h = rate_distortion.entropy([0.8] * 3)
    assert shannon_distortion(rate, h, 3) == pytest.approx(
        rate_distortion.distortion_rate(rate, [0.8] * 3)
    )
    assert shannon_rate(shannon_distortion(rate, h, 3), h, 3) == pytest.approx(rate, abs=1e-12)


@pytest.mark.parametrize("rate", [0.0, 0.5, 2.0, 3.1, 8.0])
def test_shannon_is_below_a_coloured_source(rate):
    eigenvalues = [4.0, 1.0, 0.1]
    exact = rate_distortion.distortion_rate(rate, eigenvalues)
    bound = shannon_distortion(rate, rate_distortion.entropy(eigenvalues), 3)
    if rate > 3:  # every direction is under water: equality
        assert bound == pytest.approx(exact)
    else:
        assert bound < exact * (1 - 1e-3)


def test_shannon_at_the_ends():
    assert shannon_distortion(-0.1, 1.0, 2) == shannon_distortion(0, 1.0, 2)
    assert shannon_distortion(math.inf, 1.0, 2) == 0
    assert shannon_rate(1e6, 1.0, 2) == 0


def brute_force(rate):
    """Divide the rate among the components with a numerical optimiser."""

    def total(rates):
        return sum(
            p * rate_distortion.distortion_rate(r, v)
            for p, r, v in zip(SHARES, rates, SPECTRA, strict=True)
        )

    budget = {"type": "eq", "fun": lambda rates: np.dot(SHARES, rates) - rate}
    starts = [[rate] * 3, [0, rate / SHARES[1], 0], [rate, rate / SHARES[1] / 2, 0]]
    tries = [
        minimize(total, s, bounds=[(0, 50)] * 3, constraints=budget, options={"ftol": 1e-13})
        for s in starts
    ]
    return min(t.fun for t in tries if abs(np.dot(SHARES, t.x) - rate) < 1e-9)


@pytest.mark.parametrize("rate", [0.1, 0.4, 1.0, 2.5])
def test_the_conditional_curve_spreads_the_rate_best(rate):
    found = conditional_distortion_rate(rate, SHARES, SPECTRA)
    assert found == pytest.approx(brute_force(rate), rel=1e-5)
    assert conditional_rate_distortion(found, SHARES, SPECTRA) == pytest.approx(rate)


def test_the_conditional_curve_of_one_component_is_its_own():
    expected = rate_distortion.distortion_rate(0.9, [2.0, 0.5])
    assert conditional_distortion_rate(0.9, [1], [[2.0, 0.5]]) == pytest.approx(expected)
    twice = conditional_distortion_rate(0.9, [0.4, 0.6], [[2.0, 0.5], [0.5, 2.0]])
    assert twice == pytest.approx(expected)
    unused = conditional_distortion_rate(0.9, [0, 1], [[9.0, 9.0], [2.0, 0.5]])
    assert unused == pytest.approx(expected)


def test_the_conditional_curve_at_its_ends():
    within = sum(p * sum(v) for p, v in zip(SHARES, SPECTRA, strict=True))
    assert conditional_distortion_rate(0, SHARES, SPECTRA) == pytest.approx(within)
    assert conditional_distortion_rate(-1, SHARES, SPECTRA) == pytest.approx(within)
    assert conditional_rate_distortion(within + 0.1, SHARES, SPECTRA) == 0
    assert conditional_rate_distortion(0, SHARES, SPECTRA) == math.inf


def test_far_apart_components_meet_all_three_bounds():
    # h(x) = H(y) + sum p h(x|y) when components do not overlap, so Shannon = conditional + H(y)
    spectra = [[1.0, 2.0], [0.5, 3.0], [0.7, 0.9]]
    h = label_entropy(SHARES)
    h += sum(p * rate_distortion.entropy(v) for p, v in zip(SHARES, spectra, strict=True))
    for distortion in (0.01, 0.9):  # below twice the least variance
        conditional = conditional_rate_distortion(distortion, SHARES, spectra)
        sum_of_both = conditional + label_entropy(SHARES)
        assert shannon_rate(distortion, h, 2) == pytest.approx(sum_of_both)


@pytest.mark.parametrize("slope", [0.3, 2.0, 15.0])
def test_a_quantised_mixture_lies_between_the_bounds(slope):
    # two overlapping components in one dimension; Blahut-Arimoto on a fine grid
    x = np.linspace(-6, 7, 261)
    shares, means, variances = [0.35, 0.65], [-1.5, 1.5], [0.3, 1.2]
    density = sum(
        p * np.exp(-((x - m) ** 2) / (2 * v)) / math.sqrt(2 * math.pi * v)
        for p, m, v in zip(shares, means, variances, strict=True)
    )
    step = x[1] - x[0]
    h = -(density * np.log(density)).sum() * step
    cost = (x[:, None] - x) ** 2
    distortion, rate = oracles.blahut_arimoto(density / density.sum(), cost, slope, gap=2e-3)
    spectra = [[v] for v in variances]
    conditional = conditional_rate_distortion(distortion, shares, spectra)
    room = 5e-3  # the tail cut off, the grid, and the gap
    assert rate >= shannon_rate(distortion, h, 1) - room
    assert conditional - room <= rate <= conditional + label_entropy(shares) + room
    assert distortion >= shannon_distortion(rate, h, 1) * (1 - 2 * room)
    if slope > 10:
        assert rate == pytest.approx(shannon_rate(distortion, h, 1), abs=0.05)


@pytest.mark.parametrize(
    ("shares", "eigenvalues", "words"),
    [
        ([0.5, 0.4], [[1.0], [1.0]], "shares must sum to one"),
        ([0.5, math.nan], [[1.0], [1.0]], "shares"),
        ([0.5, 0.5], [[1.0]], "eigenvalues .* 2 shares, got 1"),
        ([0.5, 0.5], [[1.0], [1.0, 2.0]], r"eigenvalues .* \[1, 2\]"),
        ([0.5, 0.5], [[1.0], [math.inf]], "eigenvalues .* inf"),
        ([0.5, 0.5], [[1.0], [-1.0]], r"eigenvalues .* -1\.0"),
        ([], [], "shares"),
    ],
)
def test_bad_mixtures_are_named(shares, eigenvalues, words):
    with pytest.raises(ValueError, match=words):
        conditional_distortion_rate(1.0, shares, eigenvalues)
    with pytest.raises(ValueError, match=words):
        conditional_rate_distortion(1.0, shares, eigenvalues)


def test_other_bad_input_is_named():
    for call, name in [
        (lambda: shannon_distortion(math.nan, 1.0, 2), "rate"),
        (lambda: shannon_distortion(1.0, math.inf, 2), "entropy"),
        (lambda: shannon_distortion(1.0, 1.0, 0), "dimensions"),
        (lambda: shannon_rate(0.0, 1.0, 2), "distortion"),
        (lambda: shannon_rate(1.0, math.nan, 2), "entropy"),
        (lambda: shannon_rate(1.0, 1.0, 0), "dimensions"),
        (lambda: conditional_distortion_rate(math.nan, [1], [[1.0]]), "rate"),
        (lambda: conditional_rate_distortion(-1.0, [1], [[1.0]]), "distortion"),
    ]:
        with pytest.raises(ValueError, match=name):
            call()
