"""Log-density and KL against SciPy, closed forms and Monte Carlo."""

import math

import numpy as np
import pytest
import torch
from scipy import stats

from hvae.models.distributions import Normal, kl


def normal(seed: int, *shape: int) -> Normal:
    source = torch.Generator().manual_seed(seed)
    mean = torch.randn(shape, generator=source, dtype=torch.float64)
    return Normal(mean, torch.rand(shape, generator=source, dtype=torch.float64) + 0.2)


def test_log_prob_is_scipys() -> None:
    p, x = normal(0, 5, 3), normal(1, 5, 3).mean
    expected = stats.norm.logpdf(x, p.mean, p.std).sum(-1)
    np.testing.assert_allclose(p.log_prob(x), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("mean", "std", "expected"),
    [
        (0.0, 1.0, 0.0),
        (3.0, 1.0, 4.5),
        (0.0, 2.0, 1.5 - math.log(2)),
        (1.0, 0.5, 0.125 + math.log(2)),
    ],
)
def test_kl_to_the_standard_normal(mean: float, std: float, expected: float) -> None:
    """½ (σ² + μ² − 1) − log σ."""
    q = Normal(torch.tensor([mean]), torch.tensor([std]))
    assert kl(q, Normal(torch.zeros(1), torch.ones(1))).item() == pytest.approx(expected, abs=1e-6)


def test_kl_is_the_mean_log_ratio() -> None:
    q, p = normal(2, 4), normal(3, 4)
    noise = torch.randn(200_000, 4, generator=torch.Generator().manual_seed(4), dtype=torch.float64)
    z = q.sample(noise)
    ratio = q.log_prob(z) - p.log_prob(z)
    error = ratio.std() / math.sqrt(len(ratio))
    assert abs(ratio.mean() - kl(q, p)) < 4 * error


def test_samples_have_the_moments_of_the_distribution() -> None:
    q = normal(5, 3)
    noise = torch.randn(100_000, 3, generator=torch.Generator().manual_seed(6), dtype=torch.float64)
    z = q.sample(noise)
    assert ((z.mean(0) - q.mean).abs() < 4 * q.std / math.sqrt(len(z))).all()
    assert ((z.std(0) / q.std - 1).abs() < 4 / math.sqrt(2 * len(z))).all()
