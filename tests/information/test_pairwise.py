"""Î⁻ and Î⁺ against channels of known information, and against their formulas as plain loops."""

import math

import numpy as np
import pytest

from hvae.information import pairwise
from hvae.information.pairwise import from_rows, heavy_tailed, information
from tests.information import channels


def estimates_of(seed, items, dimensions, truth, repeats):
    rng = np.random.default_rng(seed)
    return [
        information(
            channels.log_densities(*channels.gaussian_channel(rng, items, dimensions, truth))
        )
        for _ in range(repeats)
    ]


def random_densities(seed, items, scale):
    rng = np.random.default_rng(seed)
    return scale * (rng.normal(size=(items, items)) + np.eye(items))


@pytest.mark.parametrize("dimensions", [1, 4, 16])
@pytest.mark.parametrize("truth", [0.05, 0.5, 2.0])
def test_a_gaussian_channel_lies_between_the_estimates(dimensions, truth):
    found = estimates_of(1, 200, dimensions, truth, repeats=40)
    lower, lower_se = channels.mean_and_error([one.lower.value for one in found])
    upper, upper_se = channels.mean_and_error([one.upper.value for one in found])
    assert truth - 0.1 - 3 * lower_se < lower < truth + 3 * lower_se
    assert truth - 3 * upper_se < upper < truth + 0.1 + 3 * upper_se
    assert all(one.lower.value <= one.upper.value for one in found)


@pytest.mark.parametrize("truth", [0.05, 0.5, 2.0])
def test_the_standard_error_is_the_spread_over_repeats(truth):
    found = estimates_of(2, 100, 4, truth, repeats=150)
    for side in ("lower", "upper"):
        spread = np.std([getattr(one, side).value for one in found], ddof=1)
        claimed = np.mean([getattr(one, side).std_error for one in found])
        assert claimed == pytest.approx(spread, rel=0.2)


@pytest.mark.parametrize("scale", [1e-3, 1, 30, 1e3, 1e5])
@pytest.mark.parametrize("items", [3, 4, 30])
def test_values_and_jackknife_equal_the_plain_ones(items, scale):
    log_density = random_densities(items, items, scale)
    found = information(log_density)
    for estimate, plain in zip(found, (channels.plain_lower, channels.plain_upper), strict=True):
        assert estimate.value == pytest.approx(plain(log_density), rel=1e-9)
        error = channels.plain_jackknife(plain, log_density)
        assert estimate.std_error == pytest.approx(error, rel=1e-6, abs=1e-15 * scale)
    assert (found.lower.kind, found.upper.kind) == ("lower", "upper")


def test_a_sum_that_one_term_makes_up_is_known_without_that_term():
    log_density = random_densities(0, 12, 1.0)
    log_density[3, 7] += 5000  # e^5000 of this row, which is not the item's own
    log_density[5, 5] += 60
    found = information(log_density)
    error = channels.plain_jackknife(channels.plain_lower, log_density)
    assert found.lower.std_error == pytest.approx(error, rel=1e-9)
    error = channels.plain_jackknife(channels.plain_upper, log_density)
    assert found.upper.std_error == pytest.approx(error, rel=1e-9)


def test_a_density_that_ignores_the_item_holds_nothing():
    log_density = np.repeat(np.random.default_rng(3).normal(size=(50, 1)), 50, axis=1)
    for estimate in information(log_density):
        assert estimate.value == pytest.approx(0, abs=1e-14)
        assert estimate.std_error == pytest.approx(0, abs=1e-13)
        assert not estimate.saturated


def test_what_all_densities_of_a_sample_share_cancels():
    log_density = random_densities(4, 20, 2.0)
    shifted = log_density + np.random.default_rng(5).normal(size=(20, 1)) * 100
    for one, other in zip(information(log_density), information(shifted), strict=True):
        assert one[1:3] == pytest.approx(other[1:3], rel=1e-11)


def test_two_items_have_values_without_an_error():
    lower, upper = information([[0.0, -1.0], [-3.0, 1.0]])
    expected = -np.mean([math.log1p(math.exp(-1)), math.log1p(math.exp(-4))]) + math.log(2)
    assert lower.value == pytest.approx(expected)
    assert upper.value == pytest.approx((1 + 4) / 2)
    assert math.isnan(lower.std_error)
    assert math.isnan(upper.std_error)


@pytest.mark.parametrize("items", [60, 400])
@pytest.mark.parametrize("dimensions", [1, 8])
def test_an_information_far_beyond_log_k_is_flagged(items, dimensions):
    (found,) = estimates_of(6, items, dimensions, 4 * math.log(items), repeats=1)
    assert math.log(items) - 0.3 < found.lower.value <= math.log(items)
    assert found.lower.saturated
    assert found.upper.saturated
    assert found.upper.value > math.log(items)


@pytest.mark.parametrize("dimensions", [1, 8])
def test_an_information_within_reach_is_not_flagged(dimensions):
    (found,) = estimates_of(7, 400, dimensions, 0.4 * math.log(400), repeats=1)
    assert not found.lower.saturated
    assert not found.upper.saturated


@pytest.mark.parametrize(("dimensions", "truth", "low", "high"), [(1, 3.5, 0.8, 1), (4, 2, 0, 0.1)])
def test_an_error_from_a_heavy_tail_is_flagged(dimensions, truth, low, high):
    """With one dimension Î⁺ is far above I = 3.5 nats, and its error wrong, though Î⁻ is not."""
    found = estimates_of(8, 200, dimensions, truth, repeats=30)
    flagged = np.mean([one.upper.saturated for one in found if not one.lower.saturated])
    assert low <= flagged <= high


def test_the_tail_of_a_power_law_is_heavy_where_its_variance_is_infinite():
    rng = np.random.default_rng(11)
    heavy = [heavy_tailed(rng.pareto(1.2, 400)) for _ in range(200)]
    light = [heavy_tailed(rng.standard_normal(400)) for _ in range(200)]
    assert np.mean(heavy) > 0.9
    assert np.mean(light) < 0.01
    assert not heavy_tailed(np.ones(9))


def test_separated_items_reach_log_k_and_no_more():
    lower, upper = information(1000 * np.eye(40))
    assert lower.value == math.log(40)
    assert lower.saturated
    assert upper.value == pytest.approx(1000)


@pytest.mark.parametrize("rows", [1, 7, 30])
def test_rows_may_come_in_blocks_of_any_size(rows):
    both = np.stack([random_densities(8, 30, 1.0), random_densities(9, 30, 50.0)])
    found = from_rows(both[:, i : i + rows] for i in range(0, 30, rows))
    for one, matrix in zip(found, both, strict=True):
        for estimate, whole in zip(one, information(matrix), strict=True):
            assert estimate[1:3] == pytest.approx(whole[1:3], rel=1e-12)


def test_a_large_matrix_is_summed_in_blocks(monkeypatch):
    log_density = random_densities(10, 30, 3.0)
    whole = information(log_density)
    monkeypatch.setattr(pairwise, "BLOCK", 100)
    for one, other in zip(information(log_density), whole, strict=True):
        assert one[1:3] == pytest.approx(other[1:3], rel=1e-12)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_density_that_is_not_finite_is_refused(bad):
    log_density = np.zeros((4, 4))
    log_density[2, 1] = bad
    with pytest.raises(ValueError, match=f"log_density must be finite, got {bad}"):
        information(log_density)


@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (3, 2), (2, 3), (0, 3), (3,), (2, 2, 2)])
def test_a_matrix_that_is_not_square_or_has_no_pairs_is_refused(shape):
    with pytest.raises(ValueError, match="log_density must be a"):
        information(np.zeros(shape))


def test_rows_must_be_complete():
    with pytest.raises(ValueError, match=r"log_density must be a square .* got 2 rows"):
        from_rows([np.zeros((1, 2, 3))])
    with pytest.raises(ValueError, match="log_density"):
        from_rows([])
