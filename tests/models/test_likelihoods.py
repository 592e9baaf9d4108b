"""Gaussian and Bernoulli likelihoods against SciPy, and what holds for every family."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from scipy import stats
from torch import Tensor

from hvae.models.likelihoods.base import Bernoulli, FixedGaussian, LearnedGaussian, Likelihood
from hvae.models.likelihoods.mixture_of_logistics import MixtureOfLogistics

FAMILIES: dict[str, Callable[[], Likelihood]] = {
    "gaussian": lambda: FixedGaussian(0.3),
    "gaussian-learned": lambda: LearnedGaussian(0.3),
    "bernoulli": Bernoulli,
    "grey": lambda: MixtureOfLogistics(2, channels=1, levels=17),
    "colour": lambda: MixtureOfLogistics(2, channels=3),
}


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("family", [FixedGaussian, LearnedGaussian])
def test_gaussian_log_prob_is_scipys(family: type[FixedGaussian]) -> None:
    x, decoded = random(4, 5), random(4, 5, seed=1)
    expected = stats.norm.logpdf(x, decoded, 0.3).sum(-1)
    np.testing.assert_allclose(family(0.3).log_prob(x, decoded).detach(), expected, rtol=1e-5)


def test_bernoulli_log_prob_is_scipys() -> None:
    x, logits = (random(40, 5) > 0).double(), 3 * random(40, 5, seed=1).double()
    expected = stats.bernoulli.logpmf(x, logits.sigmoid()).sum(-1)
    np.testing.assert_allclose(Bernoulli().log_prob(x, logits), expected, rtol=1e-10)


def test_bernoulli_tails_keep_their_digits() -> None:
    """log(1 − sigmoid(−40)) = −e^−40, and log sigmoid(−40) = −40, to first order."""
    zero, one, logit = torch.zeros(1), torch.ones(1), torch.tensor([-40.0])
    assert Bernoulli().log_prob(zero, logit).item() == pytest.approx(-math.exp(-40))
    assert Bernoulli().log_prob(one, logit).item() == pytest.approx(-40)


@pytest.mark.parametrize("family", [FixedGaussian, LearnedGaussian])
def test_the_constant_is_the_cost_of_a_perfect_reconstruction(family: type[FixedGaussian]) -> None:
    likelihood, x = family(0.2), random(1, 64)
    assert likelihood.constant(64) == pytest.approx(-44.19, abs=0.01)
    assert likelihood.constant(64) == pytest.approx(-likelihood.log_prob(x, x).item(), rel=1e-5)


def test_the_constant_of_a_learned_sigma_follows_it() -> None:
    likelihood = LearnedGaussian(0.2)
    with torch.no_grad():
        likelihood.rho.bias += 1
    sigma = likelihood.scale.item()
    assert sigma > 0.3
    assert likelihood.constant(10) == pytest.approx(5 * math.log(2 * math.pi * sigma**2))


@pytest.mark.parametrize("family", [FixedGaussian, LearnedGaussian])
def test_sigma_survives_a_reload_into_another(family: type[FixedGaussian]) -> None:
    other = family(0.9)
    other.load_state_dict(family(0.2).state_dict())
    assert other.scale.item() == pytest.approx(0.2)


def test_learned_sigma_is_the_root_mean_squared_error() -> None:
    """Of maximum likelihood, and within standard errors of what made the data, σ/√(2N) each."""
    true, start = 0.37, 2.0
    noise = true * random(500, 40)
    likelihood = LearnedGaussian(start)
    adam = torch.optim.Adam(likelihood.parameters(), lr=0.05)
    for _ in range(400):
        adam.zero_grad()
        (-likelihood.log_prob(noise, torch.zeros_like(noise)).mean()).backward()
        adam.step()
    found = likelihood.scale.item()
    assert found == pytest.approx(noise.square().mean().sqrt().item(), rel=1e-4)
    assert abs(found - true) < 4 * true / math.sqrt(2 * noise.numel())


def test_learned_sigma_stays_above_its_floor() -> None:
    likelihood = LearnedGaussian(0.05)
    with torch.no_grad():
        likelihood.rho.bias -= 1000
    assert likelihood.scale.item() == pytest.approx(1e-3)
    x = random(2, 3)
    (-likelihood.log_prob(x, x).sum()).backward()
    assert likelihood.rho.bias.grad is not None
    assert likelihood.rho.bias.grad.isfinite()


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("value", [0.0, 1.0])
@pytest.mark.parametrize("size", [0.0, 30.0, 1e4])
def test_gradients_are_finite_at_extremes(name: str, value: float, size: float) -> None:
    likelihood = FAMILIES[name]()
    outputs = likelihood.width(12)
    signs = torch.cartesian_prod(*[torch.tensor([-1.0, 1.0])] * 6).repeat(1, outputs)
    decoded = (size * signs[:, :outputs]).requires_grad_()
    found = likelihood.log_prob(torch.full((12,), value), decoded)
    assert found.shape == (64,)
    found.sum().backward()
    gradients = [decoded.grad, *(weight.grad for weight in likelihood.parameters())]
    assert found.isfinite().all()
    assert all(gradient is not None and gradient.isfinite().all() for gradient in gradients)


@pytest.mark.parametrize("name", FAMILIES)
def test_items_broadcast_and_the_mean_has_their_shape(name: str) -> None:
    likelihood = FAMILIES[name]()
    x, decoded = (random(4, 1, 12) > 0).float(), random(5, likelihood.width(12), seed=1)
    found = likelihood.log_prob(x, decoded)
    assert found.shape == (4, 5)
    alone = torch.stack([likelihood.log_prob(x[2, 0], one) for one in decoded])
    torch.testing.assert_close(found[2], alone)
    assert likelihood.mean(decoded).shape == (5, 12)


@pytest.mark.parametrize(
    ("name", "levels", "outputs"),
    [
        ("gaussian", None, [1, 3]),
        ("gaussian-learned", None, [1, 3]),
        ("bernoulli", 2, [1, 3]),
        ("grey", 17, [6, 20]),
        ("colour", 256, [6, 20]),
    ],
)
def test_what_the_decoder_gives(name: str, levels: int | None, outputs: list[int]) -> None:
    likelihood = FAMILIES[name]()
    assert [likelihood.outputs(channels) for channels in (1, 3)] == outputs
    assert likelihood.width(12) == 12 // likelihood.channels * likelihood.outputs(
        likelihood.channels
    )
    assert (likelihood.levels, likelihood.continuous) == (levels, levels is None)
    assert (likelihood.constant(12) == 0) == (levels is not None)


@pytest.mark.parametrize("levels", [17, 256])
def test_values_off_the_levels_are_named(levels: int) -> None:
    likelihood = MixtureOfLogistics(1, channels=1, levels=levels)
    x = torch.arange(levels, dtype=torch.float32) / (levels - 1)
    assert likelihood.problem(x) is None
    for wrong in (0.3 / (levels - 1), -1 / (levels - 1), 1 + 1 / (levels - 1)):
        found = likelihood.problem(torch.cat([x, torch.tensor([wrong])]))
        assert found is not None
        assert f"not one of the {levels} levels" in found
        assert found.endswith(f"such as {wrong:g}")


def test_grey_values_are_not_bits_and_densities_take_any_value() -> None:
    grey = torch.tensor([[0.0, 0.25, 1.0]])
    assert "such as 0.25" in str(Bernoulli().problem(grey))
    assert Bernoulli().problem(grey.round()) is None
    assert FixedGaussian(0.3).problem(grey - 7) is None
