"""Numbers as people read them: no more digits than an error leaves."""

import math

import pytest

from hvae.guidance.text import estimate, rate
from hvae.statistics.estimate import Estimate


@pytest.mark.parametrize(
    ("value", "error", "told"),
    [
        (35.2382, 0.2174, "35.24 ± 0.22"),
        (9.364, 0.113, "9.36 ± 0.11"),
        (10.908, 0.0989, "10.91 ± 0.10"),
        (0.00076, 0.0081, "0.001 ± 0.008"),
        (-0.0923, 0.153, "−0.09 ± 0.15"),
        (1234.5, 34.0, "1234 ± 34"),
        (0.5, 0.0, "0.5 ± 0"),
        (math.nan, 0.1, "unknown ± 0.1"),
    ],
)
def test_a_value_has_the_digits_that_its_error_leaves(
    value: float, error: float, told: str
) -> None:
    assert estimate(Estimate(value, error)) == told


def test_the_rate_of_a_closed_layer_is_told_as_small() -> None:
    assert rate(Estimate(0.0049, 0.1)) == "< 0.01"
    assert rate(Estimate(0.0051, 0.0004)) == "0.0051 ± 0.0004"
