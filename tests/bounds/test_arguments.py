"""Arguments that are not numbers are refused by name."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import hvae

HALVES = [0.5, 0.5]


@pytest.mark.parametrize("nats", [0.3, np.float32(0.3), np.array(0.3), torch.tensor(0.3)])
@pytest.mark.parametrize("shares", [HALVES, (0.5, 0.5), np.array(HALVES), torch.tensor(HALVES)])
def test_numbers_may_be_of_any_type(nats: Any, shares: Any) -> None:
    assert hvae.accuracy_limit(nats, shares) == pytest.approx(0.8664140, abs=1e-6)


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda: hvae.accuracy_limit("1", HALVES), "information must be a number, got '1'"),
        (lambda: hvae.accuracy_limit(None, HALVES), "information must be a number, got None"),
        (lambda: hvae.accuracy_limit([1.0, 2.0], HALVES), "information must be a number, got [1.0"),
        (lambda: hvae.accuracy_limit(1j, HALVES), "information must be a number, got 1j"),
        (lambda: hvae.accuracy_limit(1, "ab"), "shares must be a list of numbers, got 'ab'"),
        (lambda: hvae.accuracy_limit(1, ["0.5", "0.5"]), "shares must be a list of numbers"),
        (lambda: hvae.accuracy_limit(1, [[0.5], [0.5, 0]]), "shares must be a list of numbers"),
        (lambda: hvae.accuracy_limit(1, [0.5, 1j]), "shares must be a list of numbers"),
        (lambda: hvae.accuracy_limit(1, {"a": 1}), "shares must be a list of numbers"),
        (lambda: hvae.accuracy_limit(1, [0.5, None]), "shares must be finite and not negative"),
        (lambda: hvae.accuracy_limit(1, None), "shares must be a list of at least 1 numbers"),
        (lambda: hvae.distortion_rate(1, "a"), "eigenvalues must be a list of numbers, got 'a'"),
        (lambda: hvae.rate_distortion("1", [1.0]), "distortion must be a number, got '1'"),
        (lambda: hvae.optimal_objective("a", [1.0], 1.0), "beta must be a list of numbers"),
        (lambda: hvae.optimal_objective([1.0], [1.0], None), "sigma must be a number, got None"),
        (lambda: hvae.r2_limit(1, 1, "x"), "variance must be a number, got 'x'"),
        (lambda: hvae.squared_error_limit(1, "x"), "entropy must be a number, got 'x'"),
        (lambda: hvae.total_variation_limit(None), "divergence must be a number, got None"),
    ],
)
def test_what_is_no_number_is_refused(call: Callable[[], Any], problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        call()


def test_estimates_that_fluctuate_below_zero_count_as_nothing() -> None:
    assert hvae.accuracy_limit(-1.0, HALVES) == 0.5
