"""A categorical top layer in the model, against enumeration of all its values."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from hvae.models import hierarchical
from hvae.models.distributions import Categorical, Normal, draw, kl
from hvae.models.hierarchical import HierarchicalVAE
from tests.conftest import built, small

V, K = 3, 4
FULL = V * math.log(K)
CHOICES = [
    {"backbone": backbone, "inference": inference}
    for backbone in ("mlp", "conv")
    for inference in ("top-down", "ladder")
]


def top(temperature: float = 1.0) -> dict[str, Any]:
    return {"family": "categorical", "variables": V, "categories": K, "temperature": temperature}


def some_model(layers: int = 2, temperature: float = 1.0, **choices: Any) -> HierarchicalVAE:
    latents = [*[3] * (layers - 1), V * K]
    return small(latents, shape=(4, 3), width=3, top=top(temperature), **choices)


def batch(model: HierarchicalVAE, items: int = 6) -> tuple[Tensor, list[Tensor]]:
    source = torch.Generator().manual_seed(1)
    return 3 * torch.rand(items, 12, generator=source), draw(model.latents, items, source)


def every_value() -> Tensor:
    """All K^V values, one-hot."""
    return torch.eye(K)[torch.tensor(list(itertools.product(range(K), repeat=V)))].flatten(1)


def chosen(z: Tensor) -> Tensor:
    return z.unflatten(-1, (V, K)).sum(-1)


@pytest.mark.parametrize("choices", CHOICES, ids=str)
def test_the_top_rate_is_the_sum_over_all_values(choices: dict[str, Any]) -> None:
    model = some_model(**choices).double()
    x, noise = batch(model)
    terms = model(x.double(), [eps.double() for eps in noise])
    q = terms.posteriors[-1].log_prob(every_value()[:, None].double())  # (values, items)
    p = model.prior_of(1, []).log_prob(every_value().double())
    torch.testing.assert_close(p.exp(), torch.full_like(p, K**-V))
    torch.testing.assert_close(terms.rates[:, -1], (q.exp() * (q - p[:, None])).sum(0))
    assert terms.rates[:, -1].min() > 1e-4


@torch.inference_mode()
@pytest.mark.parametrize("choices", CHOICES, ids=str)
def test_only_the_top_is_categorical_and_its_samples_are_one_hot(choices: dict[str, Any]) -> None:
    model = some_model(3 if choices["backbone"] == "conv" else 1, **choices)
    terms = model(*batch(model))
    *lower, highest = terms.posteriors
    assert isinstance(highest, Categorical)
    assert all(isinstance(posterior, Normal) for posterior in lower)
    for width, z, posterior in zip(model.latents, terms.z, terms.posteriors, strict=True):
        assert z.shape == posterior.mean.shape == posterior.std.shape == (6, width)
    assert set(terms.z[-1].unique().tolist()) == {0, 1}
    assert (chosen(terms.z[-1]) == 1).all()


@torch.inference_mode()
def test_the_rate_never_exceeds_what_the_codes_can_hold() -> None:
    model = some_model()
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(30)
    model.requires_grad_(False)
    rates = model(*batch(model, 200)).rates[:, -1]
    assert rates.max() <= FULL * (1 + 1e-6)
    assert rates.max() > 0.9 * FULL  # so that the limit is met


@torch.inference_mode()
def test_draws_from_the_prior_are_uniform() -> None:
    model, count = some_model(), 20_000
    noise = draw(model.latents, count, torch.Generator().manual_seed(2))
    z = model.prior_of(1, []).sample(noise[1])
    error = math.sqrt((K - 1) / K**2 / count)
    np.testing.assert_allclose(z.mean(0), 1 / K, atol=4.5 * error)
    below = model.prior_of(0, [z]).sample(noise[0])
    torch.testing.assert_close(model.generate(noise), model.decode([below, z]))


def test_temperature_bears_on_gradients_alone() -> None:
    found = []
    for temperature in (0.5, 2.0):
        model = some_model(temperature=temperature, skip=True)
        terms = model(*batch(model))
        terms.distortion.sum().backward()
        found.append((terms.decoded.detach(), model.posterior[-1].net[-1].weight.grad))
    (warm, warm_slope), (cold, cold_slope) = found
    assert torch.equal(warm, cold)
    assert (warm_slope - cold_slope).abs().max() > 1e-2
    assert min(warm_slope.abs().max(), cold_slope.abs().max()) > 1e-2


@torch.inference_mode()
@pytest.mark.parametrize("backbone", ["mlp", "conv"])
def test_terms_do_not_depend_on_the_chunks(monkeypatch: pytest.MonkeyPatch, backbone: str) -> None:
    model = some_model(temperature=0.7, backbone=backbone)
    x, noise = batch(model, 10)
    whole = model(x, noise)
    monkeypatch.setattr(hierarchical, "ITEMS", 4)
    found = hierarchical.in_chunks(model, x, noise)
    assert found.posteriors[-1].temperature == 0.7
    for name in ("distortion", "rates", "z", "posteriors"):
        torch.testing.assert_close(getattr(found, name), getattr(whole, name))


def test_two_families_have_no_divergence() -> None:
    posterior = some_model().prior_of(1, [])
    with pytest.raises(TypeError, match="not known for q a tuple"):
        kl(tuple(posterior), posterior)


def test_a_gaussian_model_has_the_weights_that_it_had_without_the_choice() -> None:
    plain, named = built([3, 2]).state_dict(), built([3, 2], top="gaussian").state_dict()
    assert all(torch.equal(plain[name], named[name]) for name in plain)
