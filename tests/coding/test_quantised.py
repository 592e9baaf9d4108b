"""Files with loss: their length by hand, a source whose answer is known, and every round trip."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from hvae.coding import files, quantised
from hvae.coding.codec import _rounded
from hvae.coding.files import body
from hvae.coding.grids import AnsCoder, GaussianGrid, layers
from hvae.coding.quantised import Quantised
from hvae.latents.measure import measure
from hvae.models.likelihoods.base import FixedGaussian
from tests.coding import cases

FACTOR = 3.0
SHAPING = 0.2546  # bits a dimension: log₂ √(2πe/12), what a grid loses at high rate


def test_symbols_are_as_long_as_their_probability_says() -> None:
    grid = GaussianGrid(np.array([0.5, np.inf, 2.0]))
    assert grid.coordinates == 2
    k = torch.tensor([0.0, 1.0, -3.0, 12.0])
    found = grid.nats(k[:, None].double().expand(-1, 2)).numpy()
    for coordinate, step in enumerate((0.5, 2.0)):
        near, far = (k.abs() - 0.5) * step, (k.abs() + 0.5) * step
        by_hand = -np.log(norm.sf(near) - norm.sf(far))
        assert found[:, coordinate] == pytest.approx(by_hand, rel=1e-6)


def test_the_coder_takes_as_many_bits() -> None:
    """Within 0.15 bits an item, of 360 items."""
    steps = np.array([0.3, 0.9, 2.0, 4.0])
    grid, items = GaussianGrid(steps), 360
    u = np.random.default_rng(0).normal(size=(items, 4))
    k = np.rint(u / steps).astype(np.int32)
    coder = AnsCoder()
    grid.push(coder, k, int(np.abs(k).max()))
    ideal = float(grid.nats(torch.from_numpy(k).double()).sum()) / math.log(2)
    assert ideal - 1 < 8 * len(body(coder)) < ideal + 0.15 * items


def test_widths_are_rounded_to_eighths_of_an_octave() -> None:
    logs = torch.tensor([0.3, -0.01, -0.99, -2.5, -99.0])
    assert _rounded(logs) == pytest.approx([1, 1, 0.5, 2**-2.5, 2**-16])


def test_a_dimension_that_tells_nothing_takes_nothing() -> None:
    codec = cases.gaussian(3, theta=0.9999, beta=1.0)
    found = quantised.quantise(codec, torch.randn(5, 3), FACTOR)
    assert found.symbols[0].shape == (5, 0)
    assert (quantised.bits(codec, found) == 0).all()
    assert (quantised.reconstructed(codec, found) == 0).all()


def test_a_gaussian_source_costs_a_quarter_bit_a_dimension_more_than_its_limit() -> None:
    """At 4 bits a dimension; the errors are four standard errors of 8,000 numbers."""
    dimension, items = 4, 2000
    codec = cases.gaussian(dimension, theta=0.004, beta=1.0)
    x = torch.randn(items, dimension, generator=torch.Generator().manual_seed(0))
    found = quantised.cost(codec, x, quantised.quantise(codec, x, math.sqrt(12)))
    limit = -0.5 * np.log2(found.error.mean())  # R_X at that error, in bits a dimension
    spent = found.bits.sum() / (items * dimension)
    assert spent - limit == pytest.approx(SHAPING, abs=0.04)


def test_the_search_finds_the_best_of_a_separable_model() -> None:
    """Where no number depends on another, descent ends at the best of all."""
    codec = cases.gaussian(2, theta=0.3, beta=0.8)
    x = torch.randn(20, 2, generator=torch.Generator().manual_seed(1))
    found = quantised.quantise(codec, x, FACTOR)

    def objective(symbols: np.ndarray) -> np.ndarray:
        cost = quantised.cost(codec, x, Quantised(FACTOR, [symbols]))
        return cost.distortion + 0.8 * math.log(2) * cost.bits[:, 0]

    everything = [
        objective(np.tile(np.array(pair, np.int32), (20, 1)))
        for pair in itertools.product(range(-3, 4), repeat=2)
    ]
    assert objective(found.symbols[0]) == pytest.approx(np.min(everything, axis=0), abs=1e-4)


def test_the_error_bends_as_the_search_takes_it_to() -> None:
    """By β · factor² in every number, where q is the best; widths are rounded by 4 %."""
    beta, k = 0.8, torch.tensor([[1.0, -2.0]])
    codec = cases.gaussian(2, theta=0.3, beta=beta)

    def distortion(k: torch.Tensor) -> float:
        given = Quantised(FACTOR, [k.int().numpy()])
        return float(quantised.cost(codec, torch.tensor([[0.3, -0.4]]), given).distortion[0])

    for one in torch.eye(2):
        bend = distortion(k + one) + distortion(k - one) - 2 * distortion(k)
        assert bend == pytest.approx(beta * FACTOR**2, rel=0.1)


@pytest.mark.parametrize("latents", [[5], [4, 3], [3, 2, 2]])
def test_every_step_lowers_the_objective(latents: list[int]) -> None:
    codec = cases.coded(latents, FixedGaussian(0.2))
    x = torch.rand(30, 6, generator=torch.Generator().manual_seed(0))

    def objective(steps: int) -> np.ndarray:
        cost = quantised.cost(codec, x, quantised.quantise(codec, x, FACTOR, steps))
        return cost.distortion + math.log(2) * cost.bits @ np.array(codec.prices)

    found = [objective(steps) for steps in (0, 1, 2, 20)]
    assert (np.diff(found, axis=0) < 1e-3).all()  # of each item, to float32's rounding
    assert found[1].mean() < found[0].mean() - 0.1


def test_files_reach_what_sampled_latents_cost() -> None:
    """A Gaussian source at a low rate: J within the quarter bit of each dimension."""
    dimension, beta = 6, 0.5
    codec = cases.gaussian(dimension, theta=0.4, beta=beta)
    x = torch.randn(1500, dimension, generator=torch.Generator().manual_seed(0))
    factor = quantised.choose(codec, x[:300])
    cost = quantised.cost(codec, x, quantised.quantise(codec, x, factor))
    sampled = measure(codec.model, x.double(), 2, 0, 2)
    file = cost.distortion.mean() + beta * math.log(2) * cost.bits.sum(1).mean()
    model = sampled.distortion.mean() + beta * sampled.rates.sum(1).mean()
    assert 0 < file - model < beta * math.log(2) * SHAPING * dimension


LIKELIHOODS = st.just(None) | cases.DISCRETE


@settings(max_examples=15, deadline=None, derandomize=True)
@given(cases.CHOICES, LIKELIHOODS, cases.ITEMS)
def test_symbols_come_back(choices: dict, levels: tuple[int, int] | None, items: int) -> None:
    likelihood = cases.discrete(*levels) if levels else FixedGaussian(0.3)
    codec = cases.drawn(choices, likelihood)
    most = (codec.levels or 2) - 1
    x = cases.numbers(codec, items).float() / most
    found = quantised.quantise(codec, x, FACTOR, steps=2)
    coder = quantised.pushed(codec, found)
    again = quantised.popped(codec, coder, FACTOR, items, found.limit)
    assert all(map(np.array_equal, again.symbols, found.symbols))
    assert coder.is_empty()
    assert len(layers(codec, FACTOR)) == len(found.symbols)
    assert len(files.image_file(codec, found.item(0))) < 60
