"""Densities of latents without a model: against scipy, and the information of a known channel."""

import math

import numpy as np
import pytest
from scipy.stats import norm

from hvae.information import pairwise
from hvae.information.pairwise import from_rows, gaussian_rows
from tests.information import channels


def some_latents(items=9, width=4):
    rng = np.random.default_rng(0)
    mean, sample = rng.normal(size=(2, items, width))
    return mean, rng.uniform(0.1, 2, size=(items, width)), sample


def together(rows):
    return np.concatenate(list(rows), axis=1)[0]


@pytest.mark.parametrize("numbers", [1, 100, 10**6])
def test_every_pair_equals_its_own_density(monkeypatch, numbers):
    monkeypatch.setattr(pairwise, "NUMBERS", numbers)
    mean, std, sample = some_latents()
    found = together(gaussian_rows(mean, std, sample))
    assert found.shape == (9, 9)
    for i in range(9):
        for j in range(9):
            expected = norm.logpdf(sample[i], mean[j], std[j]).sum()
            assert found[i, j] == pytest.approx(expected, rel=1e-12)


def test_the_information_of_a_gaussian_channel():
    rng = np.random.default_rng(1)
    values = [
        [side.value for side in from_rows(gaussian_rows(*latents))[0]]
        for latents in (channels.gaussian_channel(rng, 150, 3, 1.5) for _ in range(20))
    ]
    (lower, lower_se), (upper, upper_se) = map(channels.mean_and_error, zip(*values, strict=True))
    assert 1.4 < lower < 1.5 + 3 * lower_se
    assert 1.5 - 3 * upper_se < upper < 1.65


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("mean", math.nan, "mean must be finite, got nan"),
        ("std", math.inf, "std must be finite, got inf"),
        ("sample", -math.inf, "sample must be finite, got -inf"),
        ("std", 0.0, r"std must be positive, got 0\.0"),
        ("std", -0.5, r"std must be positive, got -0\.5"),
    ],
)
def test_bad_values_are_named(name, value, words):
    parts = dict(zip(("mean", "std", "sample"), some_latents(), strict=True))
    parts[name][3, 1] = value
    with pytest.raises(ValueError, match=words):
        gaussian_rows(**parts)


def test_bad_shapes_are_named():
    mean, std, sample = some_latents()
    with pytest.raises(
        ValueError, match=r"std must have the shape of mean, \(9, 4\), got \(8, 4\)"
    ):
        gaussian_rows(mean, std[1:], sample)
    with pytest.raises(ValueError, match=r"sample must .* got \(9,\)"):
        gaussian_rows(mean, std, sample[:, 0])
    with pytest.raises(ValueError, match=r"mean must have a row for each item, got shape \(9,\)"):
        gaussian_rows(mean[:, 0], std, sample)


@pytest.mark.parametrize("items", [0, 1])
def test_fewer_than_two_items_are_refused(items):
    latents = [part[:items] for part in some_latents()]
    with pytest.raises(ValueError, match="at least two items"):
        from_rows(gaussian_rows(*latents))
