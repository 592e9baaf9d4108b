"""The importance-weighted bound on −log p(x) against quadrature over one or two latents."""

import itertools
import math

import numpy as np
import pytest
import torch

from hvae.information.measure import log_weights, negative_log_likelihood
from hvae.models.distributions import Normal
from hvae.models.likelihoods.base import Bernoulli, LearnedGaussian
from hvae.models.likelihoods.mixture_of_logistics import MixtureOfLogistics
from tests.conftest import built
from tests.information import channels

GRID = torch.linspace(-8, 8, 801, dtype=torch.float64)
STEP = math.log(GRID[1] - GRID[0])


def some_model(layers, likelihood=None, shape=(3,)):
    """Random weights: a posterior far from the true one, a prior that depends on z_2."""
    model = built([1] * layers, shape, width=8, likelihood=likelihood)
    with torch.no_grad():
        for weight in model.prior.parameters():
            weight.mul_(3)
    return model.double().eval().requires_grad_(False)


def some_items(count=40):
    return torch.rand(count, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def by_quadrature(model, x):
    """mean −log ∫ p(z) p(x|z) dz, every density on a grid of z_1, or of z_1 given each z_2."""
    z1 = GRID[:, None]
    log_prior = Normal(torch.zeros(1), torch.ones(1)).log_prob(z1)
    if len(model.latents) == 2:
        given = model.prior_of(0, [z1])  # p(z_1 | z_2) for every z_2 of the grid
        conditional = Normal(given.mean[:, None], given.std[:, None]).log_prob(z1)
        log_prior = torch.logsumexp(log_prior[:, None] + conditional + STEP, dim=0)
    decoded = model.decode([z1])
    log_likelihood = model.likelihood.log_prob(x[:, None], decoded)
    return -torch.logsumexp(log_prior + log_likelihood + STEP, dim=1).mean().item()


def bounds(model, x, samples, seeds=25):
    return channels.mean_and_error(
        [negative_log_likelihood(model, x, samples, seed, split=2).value for seed in range(seeds)]
    )


@pytest.mark.parametrize("layers", [1, 2])
def test_it_is_above_the_truth_and_tightens_with_samples(layers):
    model, x = some_model(layers), some_items()
    truth = by_quadrature(model, x)
    found = [bounds(model, x, samples) for samples in (1, 4, 16)]
    for value, error in found:
        assert value > truth - 3 * error
    for (loose, loose_se), (tight, tight_se) in itertools.pairwise(found):
        assert loose > tight + 2 * math.hypot(loose_se, tight_se)
    value, error = bounds(model, x, 400, seeds=6)
    assert value == pytest.approx(truth, abs=3 * error + 2e-3)


FAMILIES = {
    "learned": (LearnedGaussian(0.5), None, (3,)),
    "bits": (Bernoulli(), 2, (3,)),
    "grey": (MixtureOfLogistics(2, channels=1, levels=4), 4, (3,)),
    "colour": (MixtureOfLogistics(2, channels=3, levels=4), 4, (1, 1, 3)),
}


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("name", FAMILIES)
def test_it_holds_for_every_likelihood(name, layers):
    likelihood, levels, shape = FAMILIES[name]
    model, x = some_model(layers, likelihood, shape), some_items()
    with torch.no_grad():
        model.decoder[-1].weight.mul_(4)  # so that z matters to a likelihood that is wide at first
    if levels is not None:
        x = (x * (levels - 1)).round() / (levels - 1)
    truth = by_quadrature(model, x)
    for samples in (1, 8):
        value, error = bounds(model, x, samples)
        assert value > truth - 3 * error
    value, error = bounds(model, x, 400, seeds=6)
    assert value == pytest.approx(truth, abs=3 * error + 2e-3)


@pytest.mark.parametrize("name", ["bits", "grey", "colour"])
def test_probabilities_of_all_items_sum_to_one(name):
    """So the quadrature integrates z out and gives a distribution over items."""
    likelihood, levels, shape = FAMILIES[name]
    values = (torch.arange(levels, dtype=torch.float64) / (levels - 1)).tolist()
    every = torch.tensor(list(itertools.product(values, repeat=3)), dtype=torch.float64)
    model = some_model(1, likelihood, shape)
    total = sum(math.exp(-by_quadrature(model, x[None])) for x in every)
    assert total == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("layers", [1, 2])
def test_one_sample_gives_the_elbo(layers):
    model, x = some_model(layers), some_items()
    noise = [torch.randn(4000, 40, 1, dtype=torch.float64) for _ in range(layers)]
    terms = model(x.expand(4000, -1, -1), noise)
    elbo = (terms.distortion + terms.rates.sum(-1)).mean().item()
    value, error = bounds(model, x, 1, seeds=100)
    assert value == pytest.approx(elbo, abs=4 * error)


def test_the_standard_error_is_the_spread_over_items():
    model = some_model(2)
    x = some_items(60 * 40).reshape(60, 40, 3)
    found = [negative_log_likelihood(model, part, 8, 0, number) for number, part in enumerate(x)]
    spread = np.std([one.value for one in found], ddof=1)
    assert np.mean([one.std_error for one in found]) == pytest.approx(spread, rel=0.25)
    assert {one.kind for one in found} == {"upper"}


def test_of_a_categorical_latent_it_is_a_sum_over_all_codes():
    """−log p(x) = −log Σ_z 4^−1 p(x|z), each z one-hot; with every code drawn it is near."""
    top = {"family": "categorical", "variables": 1, "categories": 4}
    model = built([4], (3,), width=8, top=top).double().eval().requires_grad_(False)
    with torch.no_grad():
        model.decoder[-1].weight.mul_(4)  # so that the code matters
    x, codes = some_items(), torch.eye(4, dtype=torch.float64)
    log_p = model.likelihood.log_prob(x[:, None], model.decode([codes]))
    truth = -(torch.logsumexp(log_p, dim=1) - math.log(4)).mean().item()
    loose, loose_se = bounds(model, x, 1)
    assert loose > truth + 3 * loose_se
    value, error = bounds(model, x, 400, seeds=6)
    assert value == pytest.approx(truth, abs=3 * error + 2e-3)


def test_more_samples_add_to_those_of_fewer():
    model, x = some_model(2), some_items(5)
    few, many = (list(log_weights(model, x, count, 0, 0)) for count in (2, 4))
    for one, other in zip(few, many, strict=False):
        assert torch.equal(one, other)
    value = negative_log_likelihood(model, x, 4, 0, 0).value
    mean = torch.stack(many).exp().mean(0).log().mean().item()
    assert value == pytest.approx(-mean)
    assert not torch.equal(many[0], next(iter(log_weights(model, x, 1, seed=0, split=1))))


def test_bad_input_is_named():
    model = some_model(1)
    with pytest.raises(ValueError, match="x must hold at least two items, got 1"):
        negative_log_likelihood(model, some_items(1), 4, 0, 0)
    with pytest.raises(ValueError, match="samples must be at least 1, got 0"):
        negative_log_likelihood(model, some_items(), 0, 0, 0)
    with pytest.raises(ValueError, match="log_weights must be finite, got nan"):
        negative_log_likelihood(model, some_items() * math.nan, 4, 0, 0)
