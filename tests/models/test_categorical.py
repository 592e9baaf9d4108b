"""Categorical latents against the enumeration of all their values."""

import itertools
import math

import numpy as np
import torch
from torch import Tensor

from hvae.models.distributions import Categorical, from_logits, kl

V, K = 3, 4


def some(seed: int, size: float = 1.0) -> Categorical:
    source = torch.Generator().manual_seed(seed)
    return from_logits(size * torch.randn(V * K, generator=source, dtype=torch.float64), K)


def every_value() -> Tensor:
    """All K^V values, one-hot."""
    chosen = torch.tensor(list(itertools.product(range(K), repeat=V)))
    return torch.eye(K, dtype=torch.float64)[chosen].flatten(1)


def noise(count: int) -> Tensor:
    return torch.randn(count, V * K, generator=torch.Generator().manual_seed(9)).double()


def test_probabilities_are_products_and_sum_to_one() -> None:
    q, values = some(0), every_value()
    expected = [math.prod(q.mean[value == 1].tolist()) for value in values]
    np.testing.assert_allclose(q.log_prob(values).exp(), expected)
    assert math.isclose(sum(expected), 1)


def test_moments_are_sums_over_all_values() -> None:
    q, values = some(1), every_value()
    p = q.log_prob(values).exp()[:, None]
    np.testing.assert_allclose(q.mean, (p * values).sum(0))
    np.testing.assert_allclose(q.std**2, (p * (values - q.mean) ** 2).sum(0))


def test_kl_is_the_sum_over_all_values() -> None:
    q, p, values = some(2), some(3), every_value()
    log_q, log_p = q.log_prob(values), p.log_prob(values)
    np.testing.assert_allclose(kl(q, p), (log_q.exp() * (log_q - log_p)).sum())
    np.testing.assert_allclose(kl(q, q), 0, atol=1e-15)


def test_kl_of_certainty_to_uniform_is_the_whole_capacity() -> None:
    uniform, certain = some(0, size=0), some(4, size=1e6)
    np.testing.assert_allclose(kl(certain, uniform), V * math.log(K))


def test_samples_occur_as_often_as_their_probability() -> None:
    q, values, count = some(5), every_value(), 40_000
    samples = q.sample(noise(count))
    found = (samples[:, None] == values).all(-1).double().mean(0)
    p = q.log_prob(values).exp()
    assert found.sum() == 1
    assert ((found - p).abs() < 4.5 * (p * (1 - p) / count).sqrt()).all()


def test_without_noise_a_sample_is_the_mode() -> None:
    q, values = some(6), every_value()
    mode = values[q.log_prob(values).argmax()]
    assert torch.equal(q.sample(torch.zeros(V * K, dtype=torch.float64)), mode)


def test_relaxed_samples_come_near_the_exact_ones() -> None:
    q, eps = some(7), noise(500)
    exact = q.sample(eps)
    soft = [q._replace(temperature=t).relaxed(eps) for t in (2.0, 0.5, 0.01)]
    gaps = [(one - exact).abs().mean().item() for one in soft]
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[-1] < 0.01
    np.testing.assert_allclose(soft[1].unflatten(-1, (V, K)).sum(-1), 1)


def test_the_gradient_is_that_of_the_relaxation() -> None:
    logits = torch.randn(V * K, dtype=torch.float64, requires_grad=True)
    eps, weight = noise(6), noise(1)
    gradients = [
        torch.autograd.grad((weight * draw(from_logits(logits, K, 0.7))).sum(), logits)[0]
        for draw in (lambda q: q.sample(eps), lambda q: q.relaxed(eps))
    ]
    torch.testing.assert_close(*gradients)
    assert gradients[0].abs().max() > 1e-3


def test_extremes_stay_finite() -> None:
    logits = torch.tensor([1e4, -1e4, 0.0, 0.0] * V, requires_grad=True)
    q, uniform = from_logits(logits, K, 0.1), from_logits(torch.zeros(V * K), K)
    z = q.sample(torch.tensor([9.0, -9.0, 0.0, 6.0] * V))
    (kl(q, uniform) + q.log_prob(z)).backward()
    assert z.isfinite().all()
    assert logits.grad is not None
    assert logits.grad.isfinite().all()
