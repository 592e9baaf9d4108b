"""Checks and verdicts: exact tests by enumeration, Holm by hand, error rates by simulation."""

import math

import numpy as np
import pytest
from scipy.stats import binomtest, norm

from hvae.bounds.verdicts import (
    Check,
    accuracy_check,
    judge,
    normal_check,
    squared_error_check,
    trivial,
)
from hvae.statistics.intervals import holm
from hvae.statistics.proportion import clopper_pearson


def binomial_tail(correct, n, p):
    """P[X >= correct], term by term."""
    return sum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(correct, n + 1))


@pytest.mark.parametrize(("correct", "n"), [(0, 10), (3, 10), (10, 10), (41, 100), (1, 1)])
@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_clopper_pearson_against_scipy(correct, n, level):
    expected = binomtest(correct, n).proportion_ci(level, method="exact")
    assert clopper_pearson(correct, n, level) == pytest.approx(tuple(expected), abs=1e-7)


def test_the_interval_is_at_95_percent_unless_told():
    assert clopper_pearson(3, 10) == clopper_pearson(3, 10, 0.95)


@pytest.mark.parametrize(("correct", "n", "level"), [(0, 7, 0.9), (4, 9, 0.95), (19, 20, 0.99)])
def test_clopper_pearson_ends_leave_the_tails_outside(correct, n, level):
    low, high = clopper_pearson(correct, n, level)
    assert low == 0 or binomial_tail(correct, n, low) == pytest.approx((1 - level) / 2)
    assert 1 - binomial_tail(correct + 1, n, high) == pytest.approx((1 - level) / 2)


@pytest.mark.parametrize(("correct", "limit", "limit_se"), [(14, 0.5, 0.0), (14, 0.5, 0.05)])
def test_accuracy_check_by_hand(correct, limit, limit_se):
    check = accuracy_check(correct, 20, limit, limit_se)
    assert check.p_value == pytest.approx(binomial_tail(correct, 20, limit + 3 * limit_se))
    assert (check.measured, check.limit, check.limit_se) == (0.7, limit, limit_se)
    assert check.measured_se == pytest.approx(math.sqrt(0.7 * 0.3 / 20))
    assert check.slack == pytest.approx(-0.2)
    # one-sided 95 %: below the upper end, 5 % of samples have at most 14 of 20 correct
    high = limit - 1.6448536269514722 * limit_se - check.slack_low
    assert 1 - binomial_tail(correct + 1, 20, high) == pytest.approx(0.05)
    assert not check.vacuous


def test_limits_near_one():
    assert accuracy_check(20, 20, 0.9, 0.04).p_value == 1
    assert not accuracy_check(20, 20, 0.9, 0.04).vacuous
    assert not accuracy_check(20, 20, 0.99, 0).vacuous
    assert accuracy_check(20, 20, 0.991, 0).vacuous
    assert accuracy_check(20, 20, 1, 0).vacuous
    assert accuracy_check(20, 20, 1, 0).p_value == 1
    assert accuracy_check(20, 20, 0.9, 0).p_value == pytest.approx(0.9**20)
    assert accuracy_check(0, 20, 0, 0).p_value == 1
    assert accuracy_check(1, 20, 0, 0).p_value == 0


@pytest.mark.parametrize("upper", [True, False])
def test_normal_check_by_hand(upper):
    sign = 1 if upper else -1
    check = normal_check(sign * 5.0, 0.3, sign * 4.0, 0.4, upper)
    assert check.slack == -1
    assert check.p_value == pytest.approx(0.0227501319)  # Phi(-2): the joint error is 0.5
    assert check.slack_low == pytest.approx(-1 - 1.6448536269514722 * 0.5)
    assert normal_check(sign * 4.0, 0.3, sign * 5.0, 0.4, upper).slack == 1


def test_an_upper_limit_near_the_most_that_can_be_measured_is_trivial():
    assert trivial(2.29, math.log(10))
    assert not trivial(2.27, math.log(10))
    assert trivial(math.inf, 1.0)


def test_normal_check_without_errors_is_arithmetic():
    assert normal_check(1.0, 0, 2.0, 0, True).p_value == 1
    assert normal_check(3.0, 0, 2.0, 0, True).p_value == 0
    assert normal_check(0.1 + 0.2, 0, 0.3, 0, True).p_value == 1  # 0.30000000000000004
    assert normal_check(2.0, 0, 2.0, 0, False).slack_low == 0
    assert normal_check(5e6 + 1e-8, 0, 5e6, 0, True).p_value == 1
    assert normal_check(5e-6 + 1e-8, 0, 5e-6, 0, True).p_value == 0


@pytest.mark.parametrize(
    ("p_values", "adjusted"),
    [
        ([], []),
        ([0.03], [0.03]),
        ([0.01, 0.02, 0.03], [0.03, 0.04, 0.04]),
        ([0.03, 0.01, 0.02], [0.04, 0.03, 0.04]),
        ([0.04, 0.01, 0.03, 0.005], [0.06, 0.03, 0.06, 0.02]),
        ([0.01, 0.01, 0.9, 0.8], [0.04, 0.04, 1.0, 1.0]),
        ([0.0, 1.0], [0.0, 1.0]),
    ],
)
def test_holm_by_hand(p_values, adjusted):
    assert holm(p_values) == pytest.approx(adjusted)


def check_of(p_value, slack_low=-1.0, vacuous=False):
    return Check("", 0.0, 0.0, 0.0, 0.0, 0.0, slack_low, p_value, vacuous)


def test_each_verdict():
    checks = [check_of(1e-5), check_of(1.0, slack_low=0.0), check_of(0.5), check_of(0.0, 0.1, True)]
    assert judge(checks) == ["violated", "holds", "undecided", "vacuous"]
    assert judge([]) == []


def test_the_family_is_the_experiment_without_vacuous_checks():
    alone = check_of(0.004)
    assert judge([alone]) == ["violated"]
    assert judge([alone, check_of(0.5), check_of(0.5)])[0] == "undecided"
    assert judge([alone] + 9 * [check_of(1.0, vacuous=True)])[0] == "violated"
    assert judge([alone, check_of(0.5), check_of(0.5)], level=0.05)[0] == "violated"
    assert judge([check_of(0.01)]) == ["violated"]


def null_experiment(rng):
    """Thirty checks of both kinds whose bounds hold with equality, with estimated limits."""
    checks = []
    for _ in range(15):
        n, truth, error = int(rng.integers(50, 2000)), rng.uniform(0.1, 0.9), rng.uniform(0, 0.02)
        limit = max(rng.normal(truth, error), 0)
        checks.append(accuracy_check(int(rng.binomial(n, truth)), n, limit, error))
        a, b = rng.uniform(0, 1, 2)
        checks.append(
            normal_check(rng.normal(3, a), a, rng.normal(3, b), b, upper=bool(rng.integers(2)))
        )
    return checks


def test_true_bounds_are_hardly_ever_reported():
    rng = np.random.default_rng(0)
    found = sum("violated" in judge(null_experiment(rng)) for _ in range(200))
    assert found <= 7  # 1 % of 200 would be 2; more than 7 has probability 0.001
    # the same experiments judged one check at a time would fail this test
    rng = np.random.default_rng(0)
    naive = sum(any(c.p_value <= 0.01 for c in null_experiment(rng)) for _ in range(200))
    assert naive > 7


def test_holds_is_wrong_at_most_one_time_in_twenty():
    rng = np.random.default_rng(1)
    # a bound broken by a hair: every "holds" is a mistake
    checks = [accuracy_check(int(rng.binomial(300, 0.41)), 300, 0.4, 0) for _ in range(2000)]
    mistakes = np.mean([check.slack_low >= 0 for check in checks])
    assert 0.005 < mistakes < 0.05


@pytest.mark.parametrize("place", [0, 17, 29])
def test_a_planted_violation_is_reported(place):
    checks = null_experiment(np.random.default_rng(2))
    assert "violated" not in judge(checks)
    for planted in (
        accuracy_check(500, 1000, 0.4, 0.005),
        normal_check(5.0, 0.1, 4.0, 0.1, True),
        normal_check(3.0, 0.1, 4.0, 0.1, False),
    ):
        checks[place] = planted
        verdicts = judge(checks)
        assert [i for i, verdict in enumerate(verdicts) if verdict == "violated"] == [place]


def test_a_comfortable_bound_holds():
    assert judge([accuracy_check(300, 1000, 0.4, 0.01)]) == ["holds"]
    assert judge([accuracy_check(395, 1000, 0.4, 0.01)]) == ["undecided"]
    assert judge([normal_check(1.0, 0.1, 2.0, 0.1, True)]) == ["holds"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((3, 2, 0.5, 0.0), "correct .* 3"),
        ((-1, 2, 0.5, 0.0), "correct .* -1"),
        ((0, 0, 0.5, 0.0), "n must be at least 1, got 0"),
        ((1.0, 2, 0.5, 0.0), "correct must be a whole number, got 1.0"),
        ((1, 2, math.nan, 0.0), "limit .* nan"),
        ((1, 2, -0.1, 0.0), r"limit .* -0\.1"),
        ((1, 2, math.inf, 0.0), "limit .* inf"),
        ((1, 2, 0.5, -0.1), r"limit_se .* -0\.1"),
        ((1, 2, 0.5, math.nan), "limit_se .* nan"),
    ],
)
def test_bad_accuracies_are_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        accuracy_check(*arguments)


@pytest.mark.parametrize("position", range(4))
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_bad_measurements_are_named(position, value):
    arguments = [1.0, 0.1, 2.0, 0.1]
    arguments[position] = value
    name = ["measured", "measured_se", "limit", "limit_se"][position]
    with pytest.raises(ValueError, match=f"{name} .* {value}"):
        normal_check(*arguments, upper=True)
    if name.endswith("se"):
        arguments[position] = -1.0
        with pytest.raises(ValueError, match=f"{name} must not be negative"):
            normal_check(*arguments, upper=True)


def test_bad_levels_and_p_values_are_named():
    for level in (0, 1, math.nan):
        with pytest.raises(ValueError, match="level"):
            judge([], level)
        with pytest.raises(ValueError, match="level"):
            clopper_pearson(1, 2, level)
    for value in (math.nan, -0.1, 1.1):
        with pytest.raises(ValueError, match=f"p_values .* {value}"):
            holm([0.5, value])


def test_errors_of_the_same_items_add():
    apart = normal_check(1.0, 0.3, 0.0, 0.4, upper=False)
    together = normal_check(1.0, 0.3, 0.0, 0.4, upper=False, independent=False)
    assert apart.p_value == pytest.approx(norm.cdf(1 / 0.5))
    assert together.p_value == pytest.approx(norm.cdf(1 / 0.7))
    assert together.slack_low == pytest.approx(1 - 1.6448536269514722 * 0.7)


def test_a_squared_error_is_tested_with_the_error_of_its_limit():
    check = squared_error_check(0.5, 0.1, 1.0, 0.05, bound="b")
    assert (check.measured_se, check.slack) == (0.1, -0.5)
    assert check.p_value == pytest.approx(norm.cdf(-0.5 / (0.2 + 0.05)))
    above = squared_error_check(1.5, 0.1, 1.0, 0.05, bound="b")
    assert above == normal_check(1.5, 0.1, 1.0, 0.05, upper=False, bound="b", independent=False)
    assert squared_error_check(0.0, 0.0, 1.0, 0.0, bound="b").p_value == 0


@pytest.mark.parametrize("items", [100, 400])
def test_squared_errors_at_their_limit_are_not_accused_too_often(items):
    """Squares of normal numbers: a plain test has 2 to 4 times too many p-values below 1 %."""
    rng = np.random.default_rng(0)
    squares = rng.standard_normal((20_000, items)) ** 2
    means, errors = squares.mean(1), squares.std(1, ddof=1) / math.sqrt(items)
    pairs = list(zip(means, errors, strict=True))
    plain = [normal_check(m, se, 1.0, 0.0, upper=False).p_value for m, se in pairs]
    ours = [squared_error_check(m, se, 1.0, 0.0, bound="").p_value for m, se in pairs]
    assert np.mean(np.array(plain) < 0.01) > 0.015
    assert np.mean(np.array(ours) < 0.01) < 0.01
