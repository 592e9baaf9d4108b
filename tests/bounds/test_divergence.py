"""Total variation: random pairs of distributions, the sampling bias, and checks on samples."""

import math

import numpy as np
import pytest

from hvae.bounds.counts import (
    event_difference,
    split_total_variation,
    total_variation,
    total_variation_limit,
)
from hvae.bounds.verdicts import judge, normal_check

UNIFORM = np.full(10, 0.1)
TILTED = np.array([0.16] * 5 + [0.04] * 5)  # total variation 0.3 from UNIFORM


@pytest.mark.parametrize("seed", range(100))
def test_no_pair_of_distributions_is_further_apart(seed):
    rng = np.random.default_rng(seed)
    p, q = rng.dirichlet(np.full(rng.integers(2, 9), rng.choice([0.2, 1.0, 20.0])), size=2)
    q = 0.999 * q + 0.001 / len(q)
    divergence = np.where(p > 0, p * np.log(np.maximum(p, 1e-300) / q), 0).sum()
    assert np.abs(p - q).sum() / 2 <= total_variation_limit(divergence) + 1e-12


def test_nearly_attained_by_a_coin_that_is_never_tails():
    # P = (1, 0), Q = (e, 1 - e): KL = -log e, TV = 1 - e, limit = sqrt(1 - e)
    for e in (0.2, 0.1, 1e-6):
        assert total_variation_limit(-math.log(e)) == pytest.approx(math.sqrt(1 - e))


def test_below_1_59_nats_pinskers_limit_is_the_lower_one():
    for kl in (0.01, 0.5, 1.59):
        assert total_variation_limit(kl) == math.sqrt(kl / 2) < math.sqrt(-math.expm1(-kl))
    for kl in (1.60, 3.0):
        assert total_variation_limit(kl) == math.sqrt(-math.expm1(-kl)) < math.sqrt(kl / 2)


def test_nearly_attained_by_two_coins_that_hardly_differ():
    # P = (1 + d, 1 - d) / 2, Q a fair coin: TV = d / 2, KL = d^2 / 2 + O(d^4)
    for d in (0.1, 1e-3):
        kl = ((1 + d) * math.log1p(d) + (1 - d) * math.log1p(-d)) / 2
        assert d / 2 <= total_variation_limit(kl) <= (d / 2) * (1 + d)


def test_the_ends_of_the_limit():
    assert total_variation_limit(0) == total_variation_limit(-0.3) == 0
    assert total_variation_limit(math.inf) == 1
    assert total_variation_limit(2e-14) == pytest.approx(1e-7)


def test_total_variation_by_hand():
    assert total_variation([5, 5], [10, 0]) == 0.5
    assert total_variation([1, 1, 0], [0, 0, 7]) == 1
    assert total_variation([2, 4], [1, 2]) == pytest.approx(0)


def test_event_difference_by_hand():
    found = event_difference([True, False, True], [3, 5, 2], [1, 16, 3])
    assert found.value == pytest.approx(0.5 - 0.2)
    # (5 + 1) / (10 + 2) and (4 + 1) / (20 + 2)
    variance = 0.25 / 10 + (5 / 22) * (17 / 22) / 20
    assert found.std_error == pytest.approx(math.sqrt(variance))
    assert event_difference([False, False], [3, 5], [1, 16]).value == 0


def samples(rng, p, q, n, times):
    return [(rng.multinomial(n, p), rng.multinomial(n, q)) for _ in range(times)]


@pytest.mark.parametrize("truth", [UNIFORM, TILTED])
def test_the_plain_value_is_biased_upwards_the_split_one_is_not(truth):
    rng = np.random.default_rng(0)
    pairs = samples(rng, truth, UNIFORM, 180, 500)
    expected = 0 if truth is UNIFORM else 0.3
    plain = np.array([total_variation(*pair) for pair in pairs])
    estimates = [split_total_variation(*pair, rng) for pair in pairs]
    mean = np.mean([estimate.value for estimate in estimates])
    error = np.std([estimate.value for estimate in estimates]) / math.sqrt(len(pairs))
    assert plain.mean() > expected + 3 * plain.std() / math.sqrt(len(pairs))
    assert expected - 0.07 < mean < expected + 4 * error


@pytest.mark.parametrize("items", [10, 200])
def test_the_standard_error_is_the_spread_for_a_given_event(items):
    rng, event = np.random.default_rng(4), np.arange(10) < 4
    estimates = [
        event_difference(event, *pair) for pair in samples(rng, TILTED, UNIFORM, items, 2000)
    ]
    values = [estimate.value for estimate in estimates]
    assert np.mean(values) == pytest.approx(0.64 - 0.4, abs=4 * np.std(values) / math.sqrt(2000))
    claimed = np.mean([estimate.std_error for estimate in estimates])
    assert claimed == pytest.approx(np.std(values), rel=0.06)


def test_360_items_of_the_same_distribution_differ_by_chance():
    rng = np.random.default_rng(1)
    pairs = samples(rng, UNIFORM, UNIFORM, 360, 300)
    assert np.mean([total_variation(*pair) for pair in pairs]) == pytest.approx(0.09, abs=0.01)


@pytest.mark.parametrize(("truth", "limit"), [(UNIFORM, 0.0), (TILTED, 0.3)])
def test_a_kept_bound_is_hardly_ever_reported(truth, limit):
    rng = np.random.default_rng(2)
    checks = [
        normal_check(*split_total_variation(*pair, rng), limit, 0.0, upper=True)
        for pair in samples(rng, truth, UNIFORM, 100, 1000)
    ]
    assert np.mean([check.p_value <= 0.01 for check in checks]) <= 0.02
    assert judge(checks).count("violated") == 0


def test_a_broken_bound_is_reported():
    rng = np.random.default_rng(3)
    (pair,) = samples(rng, TILTED, UNIFORM, 1000, 1)
    check = normal_check(*split_total_variation(*pair, rng), 0.1, 0.01, upper=True)
    assert judge([check]) == ["violated"]


def test_two_items_are_enough_for_an_answer_but_not_for_a_verdict():
    found = split_total_variation([2, 0], [0, 2], np.random.default_rng(0))
    assert found.value == 1
    assert 0 < normal_check(*found, 0.3, 0.0, upper=True).p_value < 1
    assert judge([normal_check(*found, 0.3, 0.0, upper=True)]) == ["undecided"]


def test_the_same_generator_gives_the_same_split():
    first, second = [30, 20, 50], [10, 80, 10]
    once = split_total_variation(first, second, np.random.default_rng(5))
    assert once == split_total_variation(first, second, np.random.default_rng(5))


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ([5], [5], "first must have 1 sides of at least 2"),
        ([[5, 5]], [5, 5], "first"),
        ([5, 5], [5, 5, 5], "second must have 2 classes like first, got 3"),
        ([1, 0], [5, 5], "first must count at least 2 items, got 1"),
        ([5, 5], [0.5, 0.5], r"second must hold whole numbers of items, got 0\.5"),
        ([5, -1], [5, 5], r"first .* -1\.0"),
        ([5, math.nan], [5, 5], "first .* nan"),
        ([5, 5], [5, math.inf], "second .* inf"),
    ],
)
def test_bad_histograms_are_named(first, second, words):
    with pytest.raises(ValueError, match=words):
        total_variation(first, second)
    with pytest.raises(ValueError, match=words):
        split_total_variation(first, second, np.random.default_rng(0))


def test_other_bad_input_is_named():
    with pytest.raises(ValueError, match="divergence"):
        total_variation_limit(math.nan)
    with pytest.raises(ValueError, match="event"):
        event_difference([True], [1, 2], [3, 4])
