"""Sampled codes: of the right law, of the stated length, and the same at both ends."""

import math

import numpy as np
import pytest
import torch
from scipy.stats import kstest, norm

from hvae.coding import sampled
from hvae.coding.sampled import Sent, effort, number_bits, parts, received, send
from hvae.errors import InputError
from tests.coding import cases

TRIALS = 400
MEAN, STD = np.array([1.2, -0.4, 0.0]), np.array([0.2, 0.5, 0.9])
POWERS = np.array([2, 1, 0])


def divergence(mean: np.ndarray, std: np.ndarray) -> float:
    """KL(q, p) in bits."""
    return float(((mean**2 + std**2 - 1) / 2 - np.log(std)).sum() / math.log(2))


def bound(one: Sent) -> float:
    """log₂(2^K + q(z)/p(z)) at the point that was sent, whose mean is the bound."""
    log_r = (norm.logpdf(one.u, MEAN, STD) - norm.logpdf(one.u)).sum()
    return float(np.logaddexp2(POWERS.sum(), log_r / math.log(2)))


@pytest.fixture(scope="module")
def sent() -> list[Sent]:
    """The same q again and again, with other noise."""
    rng = np.random.default_rng(0)
    return [send(MEAN, STD, POWERS, key, rng) for key in range(TRIALS)]


def test_points_have_the_law_q(sent: list[Sent]) -> None:
    """Means and variances to within their standard errors, and each coordinate's whole law."""
    assert all(one.exact for one in sent)
    u = (np.array([one.u for one in sent]) - MEAN) / STD
    assert (np.abs(u.mean(0)) < 3.5 / math.sqrt(TRIALS)).all()
    assert (np.abs(u.var(0) - 1) < 3.5 * math.sqrt(2 / TRIALS)).all()
    assert (np.abs(np.corrcoef(u.T)[np.triu_indices(3, 1)]) < 3.5 / math.sqrt(TRIALS)).all()
    for column in u.T:
        assert kstest(column, norm.cdf).pvalue > 1e-3


def test_an_index_is_no_longer_than_the_bound(sent: list[Sent]) -> None:
    """E[K + log₂ n] ≤ E log₂(2^K + q/p), both as means over the same points."""
    lengths = np.array([POWERS.sum() + math.log2(one.number) for one in sent])
    most = np.array([bound(one) for one in sent])
    error = (lengths - most).std() / math.sqrt(TRIALS)
    assert (lengths - most).mean() < 2 * error
    assert lengths.mean() > divergence(MEAN, STD) - 1  # no code of samples is much shorter
    assert most.mean() < divergence(MEAN, STD) + 2


def test_one_dimension_of_many_bits() -> None:
    """Ten bits: an index of eight for the box, and a point among few in it."""
    mean, std, powers = np.array([0.3]), np.array([2.0**-10]), np.array([8])
    rng = np.random.default_rng(1)
    found = [send(mean, std, powers, key, rng) for key in range(200)]
    u = (np.array([one.u[0] for one in found]) - 0.3) * 2**10
    assert abs(u.mean()) < 3.5 / math.sqrt(200)
    assert abs(u.var() - 1) < 3.5 * math.sqrt(2 / 200)
    bits = number_bits(found) + 8
    assert divergence(mean, std) < bits.mean() < 1.25 * divergence(mean, std) + 2


def test_tries_are_as_many_as_the_envelope_says() -> None:
    """The first of the arrivals that no later one beats comes after c of them on average."""
    c = math.exp(effort(MEAN, STD, POWERS).envelope.sum())
    u = np.linspace(-8, 8, 400_001)
    for mean, std in zip(MEAN, STD, strict=True):
        whole = math.exp(effort(np.array([mean]), np.array([std]), np.array([0])).envelope[0])
        ratio = norm.pdf(u, mean, std) / norm.pdf(u)
        assert whole == pytest.approx(ratio[np.abs(u) < 6].max(), rel=1e-4)
    assert 1 < c < math.exp(effort(MEAN, STD, np.zeros(3, np.int64)).envelope.sum())


WEAK = 30  # dimensions of a fortieth of a nat each
WEAK_STD = np.full(WEAK, math.exp(-0.025))
WEAK_MEAN = np.sqrt(1 - WEAK_STD**2) * np.where(np.arange(WEAK) % 2, 1.0, -1.0)


def test_a_ratio_is_cut_once_in_a_thousand_times() -> None:
    """ρ of points of q themselves, against g from its moments."""
    powers = np.zeros(WEAK, np.int64)
    found = effort(WEAK_MEAN, WEAK_STD, powers)
    u = WEAK_MEAN + WEAK_STD * np.random.default_rng(0).standard_normal((40_000, WEAK))
    log_r = (norm.logpdf(u, WEAK_MEAN, WEAK_STD) - norm.logpdf(u)).sum(1)
    log_ratio = log_r - found.envelope.sum()  # one part a dimension: its top is its c
    assert found.mean.sum() == pytest.approx(log_ratio.mean(), abs=0.05)
    assert found.variance.sum() == pytest.approx(log_ratio.var(), rel=0.05)
    assert 0 < (log_ratio > -found.cut).mean() < 2e-3
    assert found.log_tries < found.envelope.sum() - 8  # thousands of times fewer tries


def test_many_weak_dimensions_have_the_law_q_within_few_tries() -> None:
    rng = np.random.default_rng(3)
    found = [send(WEAK_MEAN, WEAK_STD, np.zeros(WEAK, np.int64), key, rng) for key in range(150)]
    assert all(one.exact for one in found)
    u = (np.array([one.u for one in found]) - WEAK_MEAN) / WEAK_STD
    assert abs(u.mean()) < 3.5 / math.sqrt(u.size)
    assert abs((u * np.sign(WEAK_MEAN)).mean()) < 3.5 / math.sqrt(u.size)
    assert abs(u.var() - 1) < 3.5 * math.sqrt(2 / u.size)
    sent_bits = number_bits(found)
    assert sent_bits.mean() < divergence(WEAK_MEAN, WEAK_STD) + 4


def test_the_receiver_makes_the_same_point(sent: list[Sent]) -> None:
    for key, one in enumerate(sent[:50]):
        again = received(one.box[None], np.array([one.number]), POWERS, key)
        assert np.array_equal(again[0], one.u)
        other = received(one.box[None], np.array([one.number]), POWERS, key + TRIALS)
        assert not np.array_equal(other[0], one.u)


def test_shared_points_are_of_the_prior() -> None:
    """In each box alike: over boxes drawn evenly they are N(0, 1)."""
    rng = np.random.default_rng(2)
    boxes = np.stack([rng.integers(0, 4, 5000), rng.integers(0, 2, 5000)], axis=1)
    u = received(boxes, np.arange(1, 5001), np.array([2, 1]), 7)
    for column in u.T:
        assert kstest(column, norm.cdf).pvalue > 1e-3


def test_parts_are_about_what_dimensions_hold() -> None:
    assert parts(np.array([0.125, 0.125, 0.125])).sum() == 9 - 1 + 1  # whole bits: nothing to share
    found = parts(np.array([0.35, 0.35, 0.35, 0.9]))
    assert found.tolist()[-1] == 0
    assert found.sum() <= -np.log2([0.35, 0.35, 0.35, 0.9]).sum()


def test_items_of_a_gaussian_source_cost_about_their_rate() -> None:
    """The best VAE of N(0, I): every dimension holds −½ log θ nats, and x̂ errs by θ."""
    dimension, theta, items = 6, 0.04, 60
    codec = cases.gaussian(dimension, theta, 1.0)
    x = torch.randn(items, dimension, generator=torch.Generator().manual_seed(0)).double()
    found = sampled.sampled(codec, x)
    rate = float(found.divergence.sum(1).mean())
    assert rate == pytest.approx(-dimension / 2 * math.log2(theta), rel=0.1)
    assert rate < found.bits.sum(1).mean() < 1.25 * rate + 0.5
    residuals = found.residuals
    assert abs(residuals.mean()) < 3.5 / math.sqrt(len(residuals))
    assert abs(residuals.var() - 1) < 3.5 * math.sqrt(2 / len(residuals))
    error = (codec.model.decode(found.z) - x).square().mean(-1).numpy()
    assert abs(error.mean() - theta) < 3.5 * error.std() / math.sqrt(items)


def test_categories_are_refused() -> None:
    choices = {"latents": [3, 2], "inference": "top-down", "skip": False, "seed": 0}
    known = cases.drawn(choices | {"categorical": True}, cases.FixedGaussian(0.5))
    with pytest.raises(InputError, match="a layer is categorical"):
        sampled.sampled(known, torch.zeros(2, 6))
