"""The Gaussian likelihood: SciPy's density, its constant, and a σ that is stored."""

import numpy as np
import pytest
import torch
from scipy import stats

from hvae.models.likelihoods import Gaussian


def test_log_prob_is_scipys() -> None:
    source = torch.Generator().manual_seed(0)
    x, decoded = torch.rand(2, 4, 5, generator=source)
    expected = stats.norm.logpdf(x, decoded, 0.3).sum(-1)
    np.testing.assert_allclose(Gaussian(0.3).log_prob(x, decoded), expected, rtol=1e-5)


def test_the_constant_is_the_cost_of_a_perfect_reconstruction() -> None:
    likelihood, x = Gaussian(0.2), torch.rand(1, 64)
    assert likelihood.constant(64) == pytest.approx(-44.19, abs=0.01)
    assert likelihood.constant(64) == pytest.approx(-likelihood.log_prob(x, x).item(), rel=1e-5)


def test_sigma_survives_a_reload_into_another() -> None:
    other = Gaussian(0.9)
    other.load_state_dict(Gaussian(0.2).state_dict())
    assert other.sigma == torch.tensor(0.2)
