"""The squared-error limit: attained by Gaussians, kept by quantisers."""

import math

import numpy as np
import pytest

from hvae.bounds import rate_distortion
from hvae.bounds.rate_distortion import r2_limit, squared_error_limit


@pytest.mark.parametrize("correlation", [0.0, 0.3, -0.9, 0.999])
@pytest.mark.parametrize("variance", [0.1, 3.0])
def test_jointly_gaussian_attains_it(correlation, variance):
    information = -0.5 * math.log(1 - correlation**2)
    h = rate_distortion.entropy([variance])
    error = (1 - correlation**2) * variance
    assert squared_error_limit(information, h) == pytest.approx(error)
    assert r2_limit(information, h, variance) == pytest.approx(correlation**2, abs=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_no_quantiser_of_a_uniform_target_is_below(seed):
    # t uniform on [0, 1]: h = 0, I = entropy of the cell, error = within-cell variance
    rng = np.random.default_rng(seed)
    cells = rng.dirichlet(np.full(rng.integers(1, 9), rng.choice([0.5, 50.0])))
    error = (cells**3).sum() / 12
    limit = squared_error_limit(-(cells * np.log(cells)).sum(), 0.0)
    assert limit <= error
    assert limit == pytest.approx(12 / (2 * math.pi * math.e) * error) or np.ptp(cells) > 0


def test_equal_cells_lose_the_shape_of_a_cube():
    ratio = squared_error_limit(math.log(5), 0.0) / (1 / (12 * 25))
    assert ratio == pytest.approx(12 / (2 * math.pi * math.e))


def test_the_ends():
    assert squared_error_limit(-0.1, 1.0) == squared_error_limit(0, 1.0) > 0
    assert squared_error_limit(math.inf, 1.0) == 0
    assert r2_limit(math.inf, 1.0, 2.0) == 1
    assert r2_limit(0, rate_distortion.entropy([2.0]), 2.0) == pytest.approx(0)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: squared_error_limit(math.nan, 1.0), "information"),
        (lambda: squared_error_limit(1.0, math.nan), "entropy"),
        (lambda: squared_error_limit(1.0, -math.inf), "entropy"),
        (lambda: r2_limit(1.0, 1.0, 0.0), "variance"),
        (lambda: r2_limit(1.0, 1.0, math.inf), "variance"),
    ],
)
def test_bad_input_is_named(call, name):
    with pytest.raises(ValueError, match=name):
        call()
