"""β for wanted rates, on maps from β to rates that are known."""

from collections.abc import Sequence

import numpy as np
import pytest

from hvae.config.training import Floats, miss
from hvae.errors import InputError
from hvae.models.hypernetwork import Range
from hvae.plane.amortized_model import FINEST, Rates, Solution, solve, survey
from hvae.training.members import lattice

BOX = (0.1, 10.0)
SPECTRUM = np.array([9.0, 4.0, 2.0, 1.0, 0.5])
SIGMA = 0.5


def water(beta: Sequence[float]) -> Floats:
    """A Gaussian source: R = Σ ½ log⁺(λ / θ) at the water level θ = β σ²."""
    ratio = SPECTRUM / (beta[0] * SIGMA**2)
    return np.array([np.log(np.maximum(ratio, 1)).sum() / 2])


def coupled(beta: Sequence[float]) -> Floats:
    """Each layer's rate falls with its own β and rises with the others'; log R is affine."""
    layers = len(beta)
    slopes = 0.3 * np.ones((layers, layers)) / layers - np.eye(layers)
    return np.exp(np.arange(2, 2 + layers) / 2 + slopes @ np.log(beta))


def closing(beta: Sequence[float]) -> Floats:
    """The upper layer closes beyond β_2 = 1.2, and steeply: 1 nat is within 1 % of log β."""
    lower, upper = beta
    return np.array([8 / (1 + lower), max(0.0, 12 * (0.2 - np.log10(upper * 1.3)))])


def solved(rates: Rates, box: Sequence[Range], wanted: Sequence[float]) -> Solution:
    return solve(rates, box, wanted, survey(rates, box))


@pytest.mark.parametrize("wanted", [0.9, 3.0, 10.8])
def test_one_layer_of_a_gaussian_source_is_at_its_water_level(wanted: float) -> None:
    found = solved(water, [BOX], [wanted])
    assert found.reached
    assert found.rates[0] == pytest.approx(wanted, rel=0.02, abs=0.05)
    np.testing.assert_array_equal(found.rates, water(found.beta))


@pytest.mark.parametrize("beta", [[0.3], [0.2, 7.0], [0.15, 0.15], [3.0, 0.4, 0.9]])
def test_a_known_map_is_inverted(beta: list[float]) -> None:
    found = solved(coupled, [BOX] * len(beta), coupled(beta))
    assert found.reached
    np.testing.assert_allclose(found.beta, beta, rtol=0.03)


@pytest.mark.parametrize("beta", [[0.1, 0.1], [10.0, 0.1], [10.0, 10.0]])
def test_the_corners_of_the_box_are_within_reach(beta: list[float]) -> None:
    found = solved(coupled, [BOX] * 2, coupled(beta))
    assert found.reached
    np.testing.assert_allclose(found.beta, beta, rtol=0.02)


@pytest.mark.parametrize("wanted", [[2.0, 0.0], [5.0, 1.0], [0.9, 0.1], [7.0, 10.0]])
def test_a_layer_may_be_closed_or_nearly_so(wanted: list[float]) -> None:
    found = solved(closing, [BOX] * 2, wanted)
    assert found.reached
    assert miss(closing(found.beta), np.array(wanted)) <= 1


def test_what_is_out_of_reach_gives_the_nearest_and_the_range() -> None:
    found = solved(coupled, [BOX] * 2, [1000.0, 1.0])
    assert not found.reached
    assert found.beta[0] == pytest.approx(0.1, rel=0.05)  # as much of z_1 as there is
    corners = np.array([coupled(corner) for corner in [(0.1, 10.0), (10.0, 0.1)]])
    np.testing.assert_allclose(found.high, corners.max(0))
    np.testing.assert_allclose(found.low, corners.min(0))


def test_each_rate_in_its_range_may_still_be_out_of_reach_together() -> None:
    found = solved(closing, [BOX, (2.0, 10.0)], [2.0, 0.5])
    assert (found.reached, found.high[1]) == (False, 0.0)
    assert found.rates[0] == pytest.approx(2.0, abs=0.05)  # the other layer still comes close


def test_axes_without_width_stay_where_they_are() -> None:
    box = [(0.7, 0.7), BOX]
    found = solved(coupled, box, coupled([0.7, 2.0]))
    assert found.reached
    assert found.beta[0] == 0.7
    assert found.beta[1] == pytest.approx(2.0, rel=0.03)
    point = solved(coupled, [(0.7, 0.7), (2.0, 2.0)], [100.0, 1.0])
    assert not point.reached
    np.testing.assert_array_equal(point.beta, [0.7, 2.0])


def test_rates_that_are_not_finite_in_a_part_of_the_box_do_no_harm() -> None:
    def broken(beta: Sequence[float]) -> Floats:
        return coupled(beta) if beta[0] > 0.5 else np.full(2, np.nan)

    assert solved(broken, [BOX] * 2, coupled([2.0, 0.3])).reached
    with pytest.raises(InputError, match="no finite rates"):
        survey(broken, [(0.1, 0.2), BOX])


@pytest.mark.parametrize(("axes", "points"), [(1, 5), (2, 25), (3, 125), (4, 81), (5, 32), (6, 64)])
def test_a_lattice_has_the_corners_and_few_points(axes: int, points: int) -> None:
    found = lattice([BOX] * axes, FINEST)
    assert len(set(found)) == points
    assert {(0.1,) * axes, (10.0,) * axes} <= set(found)
    assert len(lattice([BOX, (1.0, 1.0)], FINEST)) == 5


def test_rounding_of_weights_does_not_lead_astray() -> None:
    def rounded(beta: Sequence[float]) -> Floats:
        return np.round(coupled(beta), 3)

    for beta in ([1.0, 1.0], [0.12, 9.0], [4.0, 0.3]):
        assert solved(rounded, [BOX] * 2, coupled(beta)).reached
