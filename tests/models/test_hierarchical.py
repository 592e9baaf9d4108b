"""The forward pass against the equations, written out item by item and dimension by dimension."""

import math
from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from hvae.data.seeded import Stream
from hvae.models.distributions import draw, generator
from hvae.models.hierarchical import HierarchicalVAE
from hvae.training.objective import objective
from tests.conftest import small

LAYERS = [[3], [3, 2], [4, 3, 2]]


def batch(model: HierarchicalVAE, items: int = 5) -> tuple[Tensor, list[Tensor]]:
    source = torch.Generator().manual_seed(1)
    return torch.rand(items, 6, generator=source), draw(model.latents, items, source)


def scalar_kl(mean: float, std: float, prior_mean: float, prior_std: float) -> float:
    return (
        math.log(prior_std / std) + (std**2 + (mean - prior_mean) ** 2) / (2 * prior_std**2) - 1 / 2
    )


def softplus(raw: float) -> float:
    return math.log1p(math.exp(raw)) + 1e-4


def direct(model: HierarchicalVAE, x: Tensor, noise: Sequence[Tensor]) -> tuple[float, list[float]]:
    """−log p(x | z) and the rates of one item, by loops over dimensions."""
    features, hidden = [], x
    for block in model.bottom_up.blocks:
        hidden = block(hidden)
        features.append(hidden)
    z: list[Tensor] = []
    rates: list[float] = []
    for layer in reversed(range(len(model.latents))):
        width = model.latents[layer]
        change = model.posterior[layer].net(torch.cat([features[layer], *z])).tolist()
        prior = model.prior[layer].net(torch.cat(z)).tolist() if z else None
        rate, values = 0.0, []
        for d in range(width):
            prior_mean, prior_std = (prior[d], softplus(prior[width + d])) if prior else (0.0, 1.0)
            mean, std = prior_mean + change[d], prior_std * softplus(change[width + d])
            rate += scalar_kl(mean, std, prior_mean, prior_std)
            values.append(mean + std * noise[layer][d].item())
        z = [torch.tensor(values), *z]
        rates = [rate, *rates]
    decoded = model.decoder(torch.cat(z) if model.skip else z[0]).tolist()
    sigma = model.likelihood.sigma.item()
    distortion = sum(
        (value - guess) ** 2 / (2 * sigma**2) + math.log(sigma) + math.log(2 * math.pi) / 2
        for value, guess in zip(x.tolist(), decoded, strict=True)
    )
    return distortion, rates


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("latents", LAYERS)
def test_the_loss_is_the_sum_of_its_terms(latents: list[int], skip: bool) -> None:
    model = small(latents, skip)
    x, noise = batch(model)
    beta = torch.arange(1, len(latents) + 1) / 2
    terms = model(x, noise)
    losses = objective(terms, beta)
    for i in range(len(x)):
        distortion, rates = direct(model, x[i], [eps[i] for eps in noise])
        assert terms.distortion[i].item() == pytest.approx(distortion, rel=1e-4)
        assert terms.rates[i].tolist() == pytest.approx(rates, rel=1e-3, abs=1e-4)
        expected = distortion + sum(b * r for b, r in zip(beta.tolist(), rates, strict=True))
        assert losses[i].item() == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("latents", LAYERS)
def test_shapes(latents: list[int]) -> None:
    model = small(latents)
    terms = model(*batch(model))
    assert terms.rates.shape == (5, len(latents))
    assert [z.shape for z in terms.z] == [(5, width) for width in latents]
    assert [q.mean.shape for q in terms.posteriors] == [(5, width) for width in latents]
    assert terms.decoded.shape == (5, 6)


@pytest.mark.parametrize("skip", [False, True])
def test_only_skips_let_the_decoder_see_the_layers_above(skip: bool) -> None:
    model = small([3, 2], skip)
    z_1, z_2 = torch.rand(4, 3), torch.rand(4, 2)
    moved = (model.decode([z_1, z_2]) - model.decode([z_1, z_2 + 1])).abs().max()
    assert (moved > 1e-3) == skip


def test_a_posterior_that_changes_nothing_costs_no_rate_below_the_top() -> None:
    """Mean change 0 and a scale of softplus(log(e − 1)) = 1 make q(z_1 | z_2, x) = p(z_1 | z_2)."""
    model = small([3, 2])
    last = model.posterior[0].net[-1]
    torch.nn.init.zeros_(last.weight)
    last.bias.data = torch.tensor([0.0] * 3 + [math.log(math.e - 1)] * 3)
    assert model(*batch(model)).rates[:, 0].abs().max() < 1e-6


def test_generation_draws_what_is_not_kept_from_the_prior() -> None:
    model = small([3, 2])
    noise = draw(model.latents, 20_000, torch.Generator().manual_seed(2))
    top = torch.tensor([0.4, -0.7]).expand(20_000, 2)
    prior = model.prior_of(0, [top[:1]])
    z_1 = prior.sample(noise[0])
    torch.testing.assert_close(model.generate(noise, kept=[top]), model.decode([z_1, top]))
    everything = model.generate(noise)
    z_2 = noise[1]
    expected = model.decode([model.prior_of(0, [z_2]).sample(noise[0]), z_2])
    torch.testing.assert_close(everything, expected)


def test_noise_is_a_function_of_its_key() -> None:
    first, again = (draw([3, 2], 4, generator(Stream.TRAINING, 0, 7)) for _ in range(2))
    others = [
        draw([3, 2], 4, generator(*key))
        for key in ((Stream.TRAINING, 0, 8), (Stream.TRAINING, 1, 7), (Stream.VALIDATION, 0, 7))
    ]
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not any(torch.equal(first[0], other[0]) for other in others)


def test_building_is_seeded_and_leaves_global_randomness_alone() -> None:
    before = torch.get_rng_state()
    same, again, other = (small([3, 2], seed=seed).state_dict() for seed in (5, 5, 6))
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(same[name], again[name]) for name in same)
    assert not torch.equal(same["decoder.0.weight"], other["decoder.0.weight"])
