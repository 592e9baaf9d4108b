"""Both inference models against closed forms, Monte Carlo and numerical integration."""

import math

import pytest
import torch
from sklearn.datasets import load_digits
from torch import Tensor

from hvae.config.training import Training
from hvae.models.distributions import Normal, draw, product
from hvae.models.hierarchical import HierarchicalVAE
from hvae.training.train import train
from tests.conftest import built, small
from tests.models.test_distributions import normal

LAYERS = [[3], [3, 2], [4, 3, 2], [3, 2, 2, 1]]


def test_the_product_is_the_normalised_product_of_densities() -> None:
    q, p = normal(0, 4), normal(1, 4)
    grid = torch.linspace(-30, 30, 20_001, dtype=torch.float64)
    for d in range(4):
        sides = (Normal(side.mean[d : d + 1], side.std[d : d + 1]) for side in (q, p))
        weights = sum(side.log_prob(grid[:, None]) for side in sides).softmax(0)
        mean = (weights * grid).sum()
        std = (weights * (grid - mean).square()).sum().sqrt()
        torch.testing.assert_close(product(q, p).mean[d], mean, rtol=1e-8, atol=1e-8)
        torch.testing.assert_close(product(q, p).std[d], std, rtol=1e-8, atol=1e-8)


def test_the_product_adds_precisions_whatever_their_scales() -> None:
    for scale in (1e-4, 1.0, 1e4):
        q, p = normal(2, 5), normal(3, 5)
        q = Normal(q.mean, q.std * scale)
        found = product(q, p)
        precision = q.std**-2 + p.std**-2
        torch.testing.assert_close(found.std**-2, precision)
        weighted = q.mean * q.std**-2 + p.mean * p.std**-2
        torch.testing.assert_close(found.mean, weighted / precision)


def batch(model: HierarchicalVAE, items: int = 5) -> tuple[Tensor, list[Tensor]]:
    source = torch.Generator().manual_seed(1)
    return torch.rand(items, 6, generator=source), draw(model.latents, items, source)


@torch.inference_mode()
@pytest.mark.parametrize("latents", LAYERS)
def test_the_ladder_weights_the_prior_with_a_reading_of_x_alone(latents: list[int]) -> None:
    model = small(latents, inference="ladder")
    x, noise = batch(model)
    terms = model(x, noise)
    for layer, features in enumerate(model.bottom_up(x)):
        reading, above = model.posterior[layer](features), terms.z[layer + 1 :]
        expected = product(reading, model.prior_of(layer, above)) if above else reading
        torch.testing.assert_close(terms.posteriors[layer].mean, expected.mean)
        torch.testing.assert_close(terms.posteriors[layer].std, expected.std)


@torch.inference_mode()
@pytest.mark.parametrize("backbone", ["mlp", "conv", "conv-spatial"])
@pytest.mark.parametrize("inference", ["top-down", "ladder"])
@pytest.mark.parametrize("latents", LAYERS)
def test_rates_are_divergences(latents: list[int], inference: str, backbone: str) -> None:
    """Each is ≥ 0 and the mean of log q/p over samples of its posterior, z_{>l} held."""
    model = small(latents, shape=(5, 3), inference=inference, backbone=backbone, width=3)
    source = torch.Generator().manual_seed(1)
    x, noise = torch.rand(2, 15, generator=source), draw(model.latents, 2, source)
    terms = model(x, noise)
    assert (terms.rates >= 0).all()
    for layer, posterior in enumerate(terms.posteriors):
        prior = model.prior_of(layer, terms.z[layer + 1 :])
        z = posterior.sample(torch.randn(20_000, *posterior.mean.shape, generator=source))
        ratio = (posterior.log_prob(z) - prior.log_prob(z)).double()
        error = ratio.std(0) / math.sqrt(len(ratio))
        assert ((ratio.mean(0) - terms.rates[:, layer]).abs() < 4.5 * error + 1e-4).all()


@pytest.mark.parametrize("inference", ["top-down", "ladder"])
def test_a_dear_layer_closes_and_the_other_stays_open(inference: str) -> None:
    digits = torch.tensor(load_digits().data / 16, dtype=torch.float32)
    model = built([8, 4], (64,), width=32, sigma=0.2, inference=inference, skip=True)
    settings = Training(
        strategy="independent",
        steps=400,
        batch_size=64,
        learning_rate=4e-3,
        warm_up=0.1,
        validate_every=400,
    )
    betas = [[1e3, 1.0], [1.0, 1e3]]
    trained = train(model, betas, digits[:1200], digits[1200:1500], settings, 0)
    held_out = digits[1500:]
    noise = draw(model.latents, len(held_out), torch.Generator().manual_seed(0))
    for closed in (0, 1):  # with skips, the decoder hears z_2 whether or not z_1 is closed
        model.load_state_dict(trained.member(closed))
        with torch.inference_mode():
            rates = model(held_out, noise).rates.mean(0)
        assert rates[closed] < 0.05
        assert rates[1 - closed] > 1
