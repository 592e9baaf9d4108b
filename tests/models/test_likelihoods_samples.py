"""Samples of a mixture of logistics: how often each value comes up is its probability."""

import itertools

import pytest
import torch

from hvae.models.likelihoods.mixture_of_logistics import MixtureOfLogistics
from tests.models.test_likelihoods_logistics import some_outputs

DRAWS = 40_000


@pytest.mark.parametrize(("channels", "levels"), [(1, 5), (1, 17), (3, 3)])
def test_samples_come_up_as_often_as_their_probabilities_say(channels: int, levels: int) -> None:
    """Every pixel value, of all channels at once, within five standard errors of its share."""
    likelihood = MixtureOfLogistics(2, channels, levels)
    decoded = some_outputs(likelihood, pixels=2)[1]
    drawn = likelihood.sample(decoded.expand(DRAWS, -1), torch.Generator().manual_seed(1))
    steps = drawn * (levels - 1)
    torch.testing.assert_close(steps, steps.round())
    places = levels ** torch.arange(channels, dtype=drawn.dtype)
    found = (steps.round() @ places).long().bincount(minlength=levels**channels) / DRAWS
    values = [k / (levels - 1) for k in range(levels)]
    every = torch.tensor(list(itertools.product(values, repeat=channels))).flip(-1).to(decoded)
    expected = likelihood.log_prob(every, decoded.expand(len(every), -1)).exp()
    error = (expected * (1 - expected) / DRAWS).sqrt() + 1e-6
    assert ((found - expected).abs() / error).max() < 5


def test_pixels_are_drawn_apart_and_a_seed_says_which() -> None:
    likelihood = MixtureOfLogistics(2, channels=3, levels=256)
    decoded = some_outputs(likelihood, pixels=4).flatten().expand(3, 2, -1)
    once, again = (likelihood.sample(decoded, torch.Generator().manual_seed(5)) for _ in range(2))
    assert once.shape == (3, 2, 12)
    assert once.equal(again)
    assert likelihood.problem(once) is None
    assert not once[0].equal(once[1])
