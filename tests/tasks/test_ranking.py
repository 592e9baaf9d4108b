"""The area under the ROC curve where it is known, and how often its interval holds it."""

import math

import numpy as np
import pytest
from scipy.stats import binom, norm
from sklearn.metrics import roc_auc_score

from hvae.statistics.proportion import auroc, effective, placements, wilson

ABOVE, BELOW = np.arange(5.0) + 10, np.arange(7.0)


def test_separated_scores_have_one_equal_ones_a_half_and_reversed_ones_none() -> None:
    assert auroc(BELOW, ABOVE).row["value"] == 1
    assert auroc(ABOVE, BELOW).row["value"] == 0
    assert auroc(np.ones(7), np.ones(5)).row["value"] == 0.5
    assert auroc(BELOW, ABOVE).row["n"] == 12


def test_the_value_is_that_of_scikit_learn_with_ties_too() -> None:
    random = np.random.default_rng(0)
    for levels in (2, 5, 1000):
        normal, outliers = random.integers(levels, size=60), random.integers(levels, size=25) + 1
        scores, strange = np.concatenate([normal, outliers]), np.repeat([0, 1], [60, 25])
        value = auroc(normal.astype(float), outliers.astype(float)).row["value"]
        assert value == pytest.approx(roc_auc_score(strange, scores))


@pytest.mark.parametrize("distance", [0.0, 0.5, 2.0])
def test_two_gaussians_have_the_closed_form(distance: float) -> None:
    """P(N(d, 1) > N(0, 1)) = Φ(d/√2)."""
    random = np.random.default_rng(1)
    normal, outliers = random.normal(size=4000), random.normal(size=3000) + distance
    of_normal, of_outliers = placements(normal, outliers)
    value = auroc(normal, outliers).row["value"]
    assert of_normal.mean() == pytest.approx(value)
    error = math.sqrt(of_normal.var() / 4000 + of_outliers.var() / 3000)
    assert abs(value - norm.cdf(distance / math.sqrt(2))) < 3.5 * error


@pytest.mark.parametrize("sizes", [(300, 36), (36, 300), (100, 100)])
@pytest.mark.parametrize("truth", [0.5, 0.8, 0.95, 0.99])
@pytest.mark.parametrize("spread", [0.3, 1.0, 3.0])
def test_intervals_hold_the_truth(sizes: tuple[int, int], truth: float, spread: float) -> None:
    random, held = np.random.default_rng(2), 0
    distance = norm.ppf(truth) * math.hypot(1, spread)
    for _ in range(100):
        normal, outliers = (random.normal(size=size) for size in sizes)
        found = auroc(normal, distance + spread * outliers).row
        assert 0 <= found["low"] <= found["value"] <= found["high"] <= 1
        held += found["low"] <= truth <= found["high"]
    assert held >= 88  # of 95 expected, three standard errors below


def test_separated_scores_still_have_an_interval() -> None:
    """As wide as that of a share of which nothing is known but its smaller sample, at most."""
    found = auroc(np.arange(40.0), np.arange(20.0) + 100).row
    assert wilson(1, 20)[0] <= found["low"] < 0.95
    assert found["high"] == 1
    assert auroc(np.zeros(1), np.ones(1)).row["low"] == wilson(1, 1)[0]


def test_two_lumps_are_as_uncertain_as_any_scores_can_be() -> None:
    """Outliers are above all others or below all others: a share of m items, and no more."""
    outliers = np.repeat([-1.0, 1.0], [12, 24])
    lumps = placements(np.random.default_rng(3).uniform(-0.5, 0.5, size=300), outliers)
    assert effective(*lumps) == pytest.approx(36, rel=0.05)
    random, truth = np.random.default_rng(4), 2 / 3
    held = 0
    for _ in range(200):
        normal = random.uniform(-0.5, 0.5, size=300)
        found = auroc(normal, np.where(random.random(36) < truth, 1.0, -1.0)).row
        held += found["low"] <= truth <= found["high"]
    assert held >= 200 * 0.95 - 3 * math.sqrt(200 * 0.05 * 0.95)


def test_the_score_interval_solves_its_equation() -> None:
    """|p̂ − p| = 1.96 √(p (1 − p)/N) at both ends; nearly that of Clopper and Pearson for many."""
    for end in wilson(0.3, 57.5):
        assert abs(0.3 - end) == pytest.approx(1.96 * math.sqrt(end * (1 - end) / 57.5))
    low, high = wilson(0.3, 100_000)
    assert binom.sf(29_999, 100_000, low) == pytest.approx(0.025, abs=0.001)
    assert binom.cdf(30_000, 100_000, high) == pytest.approx(0.025, abs=0.001)
