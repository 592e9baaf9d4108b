"""Discretised logistics: every level's probability by enumeration, and against SciPy."""

import itertools
import math

import numpy as np
import pytest
import torch
from scipy import stats
from torch import Tensor

from hvae.errors import InputError
from hvae.models.likelihoods.mixture_of_logistics import (
    MixtureOfLogistics,
    expectation,
    log_probability,
    quantile,
)


def levels_of(count: int) -> Tensor:
    """All levels, from −1 to 1."""
    return torch.linspace(-1, 1, count, dtype=torch.float64)


def some_logistics(count: int = 2000) -> tuple[Tensor, Tensor]:
    """Means in and out of [−1, 1], scales from far below a level to far above all."""
    source = torch.Generator().manual_seed(0)
    mean = torch.randn(count, generator=source, dtype=torch.float64)
    return mean, 14 * torch.rand(count, generator=source, dtype=torch.float64) - 7


def some_outputs(likelihood: MixtureOfLogistics, pixels: int, seed: int = 0) -> Tensor:
    """Decoder outputs with narrow and wide components, the first pixel's at extremes."""
    source = torch.Generator().manual_seed(seed)
    shape = (pixels, likelihood.outputs(likelihood.channels))
    outputs = 2 * torch.randn(shape, generator=source, dtype=torch.float64)
    outputs[0] *= 5
    return outputs


@pytest.mark.parametrize("count", [2, 17, 256])
def test_probabilities_are_differences_of_scipys_distribution_function(count: int) -> None:
    mean, log_scale = some_logistics()
    log_scale = log_scale.abs() / 4 - 2  # where SciPy's differences still have digits
    values, half = levels_of(count)[:, None], 1 / (count - 1)
    law = stats.logistic(mean, log_scale.exp())
    upper = np.where(values > 1 - half, 1, law.cdf(values + half))
    expected = upper - np.where(values < half - 1, 0, law.cdf(values - half))
    found = log_probability(values, mean, log_scale, count).exp()
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("count", [2, 17, 256])
def test_probabilities_of_all_levels_sum_to_one(count: int) -> None:
    mean, log_scale = some_logistics()
    log_p = log_probability(levels_of(count)[:, None], mean, log_scale, count)
    np.testing.assert_allclose(log_p.logsumexp(0), 0, atol=1e-12)


def test_far_tails_fall_by_the_slope_of_a_logistic() -> None:
    """P(X = v) ≈ e^{(v−m)/s} (e^{h/2s} − e^{−h/2s}) far below m, also where P underflows."""
    mean, scale, half = 0.9, 0.002, 1 / 255
    value = levels_of(256)[3]
    exact = (value.item() - mean) / scale + math.log(2 * math.sinh(half / scale))
    assert exact < -900
    for kind in (torch.float32, torch.float64):
        arguments = (value.to(kind), torch.tensor(mean, dtype=kind), torch.tensor(scale).log())
        assert log_probability(*arguments, 256).item() == pytest.approx(exact, rel=1e-5)


@pytest.mark.parametrize("count", [2, 17, 256])
def test_expectation_is_the_sum_over_all_levels(count: int) -> None:
    mean, log_scale = some_logistics()
    values = levels_of(count)[:, None]
    brute = (log_probability(values, mean, log_scale, count).exp() * values).sum(0)
    step = 2 / (count - 1)
    assert (expectation(mean, log_scale, count) - brute).abs().max() < 0.02 * step


def test_quantiles_invert_the_distribution_function() -> None:
    mean, log_scale = some_logistics()
    share = torch.rand(len(mean), generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    values = levels_of(17)
    p = log_probability(values[:, None], mean, log_scale, 17).exp().cumsum(0)
    expected = values[(p < share).sum(0).clamp(max=16)]
    np.testing.assert_allclose(quantile(mean, log_scale, share, 17), expected, atol=1e-12)


@pytest.mark.parametrize("count", [17, 256])
def test_grey_levels_of_a_pixel_sum_to_one_and_give_its_mean(count: int) -> None:
    likelihood = MixtureOfLogistics(4, channels=1, levels=count)
    outputs = some_outputs(likelihood, pixels=50)
    x = (1 + levels_of(count)) / 2
    p = likelihood.log_prob(x[:, None, None], outputs).exp()  # (levels, pixels), items of one pixel
    np.testing.assert_allclose(p.sum(0), 1, rtol=1e-12)
    mean = likelihood.mean(outputs)[:, 0]
    np.testing.assert_allclose(mean, (p * x[:, None]).sum(0), atol=0.02 / (count - 1))


def by_hand(likelihood: MixtureOfLogistics, outputs: Tensor, x: tuple[float, ...]) -> float:
    """log p of one colour pixel, with loops and SciPy's logistic, in the order of the outputs."""
    k, half = likelihood.components, 1 / (likelihood.levels - 1)
    logits, means, scales, slopes = outputs.split([k, 3 * k, 3 * k, 3 * k])
    red, green, blue = (2 * value - 1 for value in x)
    total = 0.0
    for i in range(k):
        m_r, m_g, m_b = means[3 * i : 3 * i + 3].tolist()
        a, b, c = slopes[3 * i : 3 * i + 3].tanh().tolist()
        shifted = (m_r, m_g + a * red, m_b + b * red + c * green)
        product = logits.softmax(0)[i].item()
        for value, m, raw in zip(
            (red, green, blue), shifted, scales[3 * i :].tolist(), strict=False
        ):
            law = stats.logistic(m, math.exp(7 * math.tanh(raw / 7)))
            low = 0 if value == -1 else law.cdf(value - half)
            product *= (1 if value == 1 else law.cdf(value + half)) - low
        total += product
    return math.log(total)


def test_a_colour_pixel_by_hand() -> None:
    likelihood = MixtureOfLogistics(3, channels=3, levels=9)
    outputs = some_outputs(likelihood, pixels=6)[1:] / 3
    for x in [(0.0, 0.5, 1.0), (1.0, 0.125, 0.0), (0.25, 0.625, 0.75)]:
        found = likelihood.log_prob(torch.tensor(x, dtype=torch.float64), outputs)
        expected = [by_hand(likelihood, one, x) for one in outputs]
        np.testing.assert_allclose(found, expected, rtol=1e-8)


def test_colours_sum_to_one_and_give_the_mean() -> None:
    """All 17³ colours of a pixel at once."""
    likelihood = MixtureOfLogistics(2, channels=3, levels=17)
    outputs = some_outputs(likelihood, pixels=40)
    grey = (1 + levels_of(17)) / 2
    x = torch.tensor(list(itertools.product(grey.tolist(), repeat=3)), dtype=torch.float64)
    p = likelihood.log_prob(x[:, None], outputs).exp()
    np.testing.assert_allclose(p.sum(0), 1, rtol=1e-12)
    error = likelihood.mean(outputs) - p.T @ x
    assert error.abs().max() < 0.02
    assert error.square().mean().sqrt() < 0.003


def test_eight_bit_colours_sum_to_one_channel_by_channel() -> None:
    """Σ_b p(r, g, b) = p(r, g) whatever stands in for later channels, and so on down to 1.

    p(r, g) is that of a likelihood of two channels, p(r) that of one, from the same outputs.
    """
    likelihoods = [MixtureOfLogistics(2, channels) for channels in (1, 2, 3)]
    pairs = [[], [0], [0, 1, 2]]
    outputs = some_outputs(likelihoods[2], pixels=20)
    logits, means, scales, slopes = outputs.split([2, 6, 6, 6], -1)
    x = torch.rand(256, 3, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    x = (255 * x[:1]).round().div(255).repeat(256, 1)
    every = torch.arange(256, dtype=torch.float64) / 255
    expected = torch.zeros(20, dtype=torch.float64)
    for channels, (likelihood, kept) in enumerate(zip(likelihoods, pairs, strict=True), start=1):
        parts = [part.unflatten(-1, (2, 3)) for part in (means, scales, slopes)]
        chosen = [parts[0][..., :channels], parts[1][..., :channels], parts[2][..., kept]]
        mine = torch.cat([logits, *(part.flatten(-2) for part in chosen)], -1)
        colours = x[:, :channels].clone()
        at_x = likelihood.log_prob(colours[0], mine)
        colours[:, -1] = every
        total = likelihood.log_prob(colours[:, None], mine).logsumexp(0)
        np.testing.assert_allclose(total, expected, rtol=1e-12, atol=1e-12)
        expected = at_x


def test_pixels_are_independent_and_each_has_its_own_outputs() -> None:
    likelihood = MixtureOfLogistics(2, channels=3, levels=17)
    outputs = some_outputs(likelihood, pixels=4)
    x = torch.randint(17, (4, 3), generator=torch.Generator().manual_seed(3)).double() / 16
    together = likelihood.log_prob(x.flatten(), outputs.flatten())
    alone = sum(likelihood.log_prob(x[i], outputs[i]) for i in range(4))
    torch.testing.assert_close(together, alone)
    means = torch.cat([likelihood.mean(outputs[i]) for i in range(4)])
    torch.testing.assert_close(likelihood.mean(outputs.flatten()), means)


def test_more_than_three_channels_are_refused() -> None:
    with pytest.raises(InputError, match="1 to 3 channels a pixel, got 4"):
        MixtureOfLogistics(2, channels=4)
