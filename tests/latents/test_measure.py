"""Measurements of a trained point, against direct computation."""

import math

import numpy as np
import pytest
import torch

from hvae.config.params import Extraction
from hvae.io import tables
from hvae.latents import measure
from hvae.latents.measure import MeasurementJob, rows
from hvae.models.likelihoods.base import Bernoulli, Likelihood
from hvae.models.likelihoods.mixture_of_logistics import MixtureOfLogistics
from tests.conftest import built, small
from tests.latents.cases import ITEMS, POINT, card

JOB = MeasurementJob(seed=0, evaluation=Extraction(samples=4, max_items=40), points=[POINT])


@torch.inference_mode()
def test_values_are_means_over_samples_and_errors_are_over_items() -> None:
    model = small([3, 2])
    x = torch.tensor(ITEMS.x)
    measured = measure.measure(model, x, samples=4, seed=0, split=2)
    passes = [measure.encode(model, x, 0, 2, sample) for sample in range(4)]
    rates = np.mean([p.rates.double().numpy() for p in passes], axis=0)
    np.testing.assert_allclose(measured.rates, rates)
    row = measure.summary(measured, POINT.beta, model.likelihood.constant(6))
    assert row["rate_1"] == pytest.approx(rates[:, 0].mean())
    assert row["rate_total_se"] == pytest.approx(rates.sum(1).std(ddof=1) / math.sqrt(40))
    assert row["objective"] == pytest.approx(
        row["distortion"] - row["distortion_constant"] + row["rate_1"] + 2 * row["rate_2"]
    )
    # D° is the squared error over 2σ², and the MSE is per dimension
    assert row["mse"] * 6 / (2 * 0.5**2) == pytest.approx(
        row["distortion"] - row["distortion_constant"], rel=1e-5
    )
    assert row["psnr_db"] == pytest.approx(-10 * math.log10(row["mse"]))


@torch.inference_mode()
def test_means_are_decoded_from_means_all_the_way_down() -> None:
    model = small([3, 2])
    x = torch.tensor(ITEMS.x)
    measured = measure.measure(model, x, samples=1, seed=0, split=2)
    features = model.bottom_up(x)
    top = model.posterior_of(1, features[1], [], model.prior_of(1, [])).mean
    below = model.posterior_of(0, features[0], [top], model.prior_of(0, [top])).mean
    error = (x - model.decode([below, top])).square().mean(1)
    np.testing.assert_allclose(measured.error_of_means, error, rtol=1e-5)


def test_standard_errors_cover_the_truth() -> None:
    """On 200 subsets of a population, the 95 % interval of a mean holds the population's mean."""
    generator = np.random.default_rng(0)
    population = generator.gamma(2.0, size=(100_000, 2))
    held = 0
    for _ in range(200):
        some = population[generator.integers(len(population), size=300)]
        measured = measure.Measured(some, some[:, 0], some[:, 0], some[:, 0])
        row = measure.summary(measured, [1.0, 1.0], 0.0)
        held += abs(row["rate_total"] - population.sum(1).mean()) < 1.96 * row["rate_total_se"]
    assert 180 <= held <= 199


@torch.inference_mode()
@pytest.mark.parametrize("broken", ["status", "weights"])
def test_a_diverged_point_has_a_row_of_nan_and_no_items(broken: str) -> None:
    model = small([3, 2])
    if broken == "weights":
        model.decoder[0].weight[0, 0] = torch.nan
    stored = card("diverged" if broken == "status" else "ok")
    done = rows(JOB, POINT, stored, model, ITEMS)
    (row,) = done.points
    assert row["status"] == "diverged"
    assert math.isnan(row["rate_1"])
    assert math.isnan(row["objective_se"])
    assert done.items == []


@torch.inference_mode()
def test_a_point_alone_gives_what_it_gives_in_company() -> None:
    model = small([3, 2])
    first, again = (rows(JOB, POINT, card(), model, ITEMS) for _ in range(2))
    assert first.points == [pytest.approx(again.points[0], nan_ok=True)]
    assert len(first.items) == 40
    mean = np.mean([row["rate_2"] for row in first.items])
    assert mean == pytest.approx(first.points[0]["rate_2"])


@torch.inference_mode()
def test_bits_per_dimension_do_not_exist_for_a_density() -> None:
    (row,) = rows(JOB, POINT, card(), small([3, 2]), ITEMS).points
    assert math.isnan(row["bits_per_dim"])


@torch.inference_mode()
@pytest.mark.parametrize("likelihood", [Bernoulli(), MixtureOfLogistics(2, 1, levels=2)])
def test_bits_per_dimension_count_the_code_of_z_and_of_x(likelihood: Likelihood) -> None:
    """A decoder that gives zeros makes every bit of x a fair coin, and the rates of z are added."""
    model = built([3, 2], (2, 3), likelihood=likelihood)
    model.decoder[-1].weight.zero_()
    model.decoder[-1].bias.zero_()
    bits_of = ITEMS._replace(x=ITEMS.x.round())
    (row,) = rows(JOB, POINT, card(), model, bits_of).points
    assert row["distortion"] == pytest.approx(6 * math.log(2), rel=1e-6)
    assert row["distortion_constant"] == 0
    expected = 1 + row["rate_total"] / (6 * math.log(2))
    assert row["bits_per_dim"] == pytest.approx(expected, rel=1e-6)
    assert row["mse"] == pytest.approx(0.25, rel=1e-6)
    assert row.keys() == set(tables.points(2).names)
