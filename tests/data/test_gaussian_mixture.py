"""The mixture: the means and shares of components, and the entropy."""

import json
import math
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.spatial.distance import pdist
from scipy.stats import chisquare, multivariate_normal

from hvae.config.base import parse
from hvae.config.synthetic import GaussianMixture
from hvae.data import gaussian
from hvae.errors import InputError

SPLIT = {"train": 0.6, "validation": 0.2, "test": 0.2}
FAR = 4.5  # standard errors


def options(**changes: Any) -> GaussianMixture:
    values = {"source": "gaussian-mixture", "split": SPLIT} | changes
    return parse(GaussianMixture, json.dumps(values))


CASES = [
    {},
    {"dimension": 3, "shares": [0.7, 0.2, 0.1], "std": 2.0, "separation": 1.5},
    {"shares": {"classes": 8, "exponent": 0.0}, "separation": 0.0},
]


def test_shares_fall_as_a_power_or_are_listed() -> None:
    expected = np.array([1, 1 / 2, 1 / 3, 1 / 4, 1 / 5])
    np.testing.assert_allclose(gaussian.shares(options()), expected / expected.sum())
    np.testing.assert_array_equal(gaussian.shares(options(shares=[0.9, 0.1])), [0.9, 0.1])


@pytest.mark.parametrize("case", CASES)
def test_labels_come_as_often_as_their_shares_say(case: dict[str, Any]) -> None:
    chosen = options(**case)
    source, shares = gaussian.load_mixture(chosen, 1), gaussian.shares(chosen)
    counts = np.bincount(source.labels, minlength=len(shares))
    assert chisquare(counts, shares * chosen.items).pvalue > 1e-3
    assert len(source.classes) == len(shares)


@pytest.mark.parametrize("case", CASES)
def test_means_are_equally_far_apart_around_zero(case: dict[str, Any]) -> None:
    chosen = options(**case)
    means = gaussian.means(chosen, 1)
    np.testing.assert_allclose(pdist(means), chosen.separation * chosen.std)
    np.testing.assert_allclose(gaussian.shares(chosen) @ means, 0, atol=1e-12)


@pytest.mark.parametrize("case", CASES)
def test_each_component_is_normal_with_its_mean_and_width(case: dict[str, Any]) -> None:
    chosen = options(**case)
    source, means = gaussian.load_mixture(chosen, 1), gaussian.means(chosen, 1)
    variance = chosen.std**2
    for label, mean in enumerate(means):
        x = source.x[source.labels == label].astype(float) - mean
        assert np.abs(x.mean(0) / math.sqrt(variance / len(x))).max() < FAR
        error = x.T @ x / len(x) - variance * np.eye(chosen.dimension)
        std_error = variance * np.sqrt((1 + np.eye(chosen.dimension)) / len(x))
        assert np.abs(error / std_error).max() < FAR


def log_density(x: np.ndarray, chosen: GaussianMixture, seed: int) -> np.ndarray:
    """log p(x), from the definition."""
    parts = [
        share * multivariate_normal(mean, chosen.std**2 * np.eye(len(mean))).pdf(x)
        for share, mean in zip(gaussian.shares(chosen), gaussian.means(chosen, seed), strict=True)
    ]
    return np.log(np.sum(parts, axis=0))


@pytest.mark.parametrize("case", [*CASES, {"separation": 3.0}])
def test_the_entropy_is_that_of_the_items(case: dict[str, Any]) -> None:
    chosen = options(**case, items=100_000)
    values = -log_density(gaussian.load_mixture(chosen, 1).x, chosen, 1)
    entropy = gaussian.mixture_entropy(chosen)
    std_error = math.hypot(values.std() / math.sqrt(len(values)), entropy.std_error)
    assert abs(values.mean() - entropy.value) < FAR * std_error
    assert entropy.std_error < 5e-3


@pytest.mark.parametrize("separation", [0.5, 2.0, 4.0])
def test_two_components_on_a_line_by_quadrature(separation: float) -> None:
    chosen = options(dimension=2, shares=[0.8, 0.2], std=1.0, separation=separation)

    def integrand(u: float) -> float:
        densities = np.array([0.8, 0.2]) * np.exp(-((u - np.array([0, separation])) ** 2) / 2)
        posterior = densities / densities.sum()
        return -(posterior * np.log(posterior)).sum() * densities.sum() / math.sqrt(2 * math.pi)

    expected = quad(integrand, -8, separation + 8, limit=200)[0]
    left = gaussian.equivocation(chosen)
    assert abs(left.value - expected) < FAR * left.std_error


def test_the_ends_of_the_equivocation() -> None:
    touching, apart = options(separation=0.0), options(separation=40.0)
    assert gaussian.equivocation(touching).value == pytest.approx(gaussian.label_entropy(touching))
    assert gaussian.equivocation(apart).value == pytest.approx(0, abs=1e-12)
    one = multivariate_normal(np.zeros(8), 0.09 * np.eye(8)).entropy()
    assert gaussian.mixture_entropy(touching).value == pytest.approx(one)
    assert gaussian.mixture_entropy(apart).value == pytest.approx(
        one + gaussian.label_entropy(apart)
    )


def test_the_seed_decides() -> None:
    first, again, other = (gaussian.load_mixture(options(items=100), seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.x, again.x)
    np.testing.assert_array_equal(first.labels, again.labels)
    assert not np.allclose(first.x, other.x)


def test_more_components_than_dimensions_are_refused() -> None:
    with pytest.raises(InputError, match=r"dimension must be at least .* components, 5, got 4"):
        options(dimension=4)
