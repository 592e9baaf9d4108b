"""Fréchet distance against its closed form, against scipy's matrix root, and its interval."""

import numpy as np
import pytest
from scipy.linalg import sqrtm

from hvae.statistics.estimate import Floats
from hvae.tasks.classifier import FeatureGaussian, distance, fit_gaussian, frechet


def covariance(seed: int, dimensions: int) -> Floats:
    factor = np.random.default_rng(seed).normal(size=(dimensions, dimensions))
    return factor @ factor.T


def test_of_diagonal_gaussians_it_is_the_distance_of_means_and_of_deviations() -> None:
    one = FeatureGaussian(np.array([0.0, 1.0]), np.diag([4.0, 9.0]))
    other = FeatureGaussian(np.array([3.0, 1.0]), np.diag([1.0, 25.0]))
    assert distance(one, other) == pytest.approx(3**2 + (2 - 1) ** 2 + (3 - 5) ** 2)


def test_of_any_gaussians_it_is_the_closed_form_either_way() -> None:
    one = FeatureGaussian(np.zeros(4), covariance(0, 4))
    other = FeatureGaussian(np.arange(4.0), covariance(1, 4))
    root = sqrtm(one.covariance @ other.covariance).real
    expected = 14 + np.trace(one.covariance + other.covariance - 2 * root)
    assert distance(one, other) == pytest.approx(expected)
    assert distance(other, one) == pytest.approx(expected)


def test_of_the_same_it_is_zero_and_never_less() -> None:
    one = FeatureGaussian(np.ones(6), covariance(2, 6))
    assert distance(one, one) == pytest.approx(0, abs=1e-9)
    constant = FeatureGaussian(np.ones(6), np.zeros((6, 6)))
    assert distance(constant, constant) == 0
    assert distance(one, constant) == pytest.approx(np.trace(one.covariance))


def test_a_fit_is_of_mean_and_covariance_in_any_dimension() -> None:
    x = np.array([[1.0, 2.0], [3.0, 2.0], [5.0, 8.0]])
    np.testing.assert_allclose(fit_gaussian(x).mean, [3, 4])
    np.testing.assert_allclose(fit_gaussian(x).covariance, [[4, 6], [6, 12]])
    assert fit_gaussian(x[:, :1]).covariance.shape == (1, 1)


@pytest.mark.parametrize("shift", [0.0, 0.3, 1.0])
def test_intervals_hold_the_truth_also_where_there_is_no_distance(shift: float) -> None:
    random, held = np.random.default_rng(3), 0
    for _ in range(100):
        draws, items = random.normal(size=(400, 4)), random.normal(size=(250, 4))
        found = frechet(draws + shift, items, 10).row
        held += found["low"] <= 4 * shift**2 <= found["high"]
    assert held >= 88  # of 95 expected, three standard errors below


def test_few_items_make_it_larger_and_the_interval_reaches_down() -> None:
    random = np.random.default_rng(5)
    few, many = (
        [frechet(*random.normal(size=(2, items, 8)), 10).row for _ in range(20)]
        for items in (40, 400)
    )
    means = [np.mean([found["value"] for found in some]) for some in (few, many)]
    assert 5 < means[0] / means[1] < 20  # c/n: about ten times, where the truth is 0
    for found in few + many:
        assert found["value"] - found["low"] > found["high"] - found["value"]


def test_fewer_items_than_dimensions_do_not_fail() -> None:
    random = np.random.default_rng(4)
    found = frechet(random.normal(size=(30, 64)), random.normal(size=(20, 64)), 10).row
    assert 0 < found["low"] + found["value"] < np.inf
    assert found["low"] <= found["value"] <= found["high"]
