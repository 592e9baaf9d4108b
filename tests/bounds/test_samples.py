"""Propagated errors: against the slope of the function, and where there is no slope."""

import math

import pytest

from hvae.bounds.accuracy import accuracy_limit
from hvae.bounds.counts import total_variation_limit
from hvae.statistics.estimate import Estimate, propagated

SHARES = [0.1] * 10


def test_a_small_error_is_multiplied_by_the_slope():
    limit = propagated(lambda nats: accuracy_limit(nats, SHARES), Estimate(1.0, 1e-4))
    slope = (accuracy_limit(1.001, SHARES) - accuracy_limit(0.999, SHARES)) / 0.002
    assert limit.value == accuracy_limit(1.0, SHARES)
    assert limit.std_error == pytest.approx(slope * 1e-4, rel=1e-3)


def test_falling_functions_have_errors_too():
    found = propagated(lambda nats: math.exp(-2 * nats), Estimate(0.5, 0.1))
    assert found == pytest.approx((math.exp(-1), math.exp(-0.8) - math.exp(-1)))


@pytest.mark.parametrize("value", [0.0, -0.01, -5.0])
def test_where_a_function_is_steep_at_zero_the_error_stays(value):
    found = propagated(total_variation_limit, Estimate(value, 0.02))
    assert found == pytest.approx((0, math.sqrt(0.02 / 2)))


def test_the_larger_change_is_taken_on_either_side():
    found = propagated(total_variation_limit, Estimate(0.02, 0.02))
    assert found.std_error == found.value == total_variation_limit(0.02)
