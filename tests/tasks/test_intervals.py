"""Intervals against their definitions, and whether they hold the truth as often as they say."""

import math

import numpy as np
import pytest
from scipy.stats import binom, binomtest

from hvae.statistics.intervals import bootstrap, mean, psnr
from hvae.statistics.proportion import share
from hvae.statistics.sampled import ari, independent, nmi, total_variation

CLASSES = 6


def test_a_share_has_its_exact_interval() -> None:
    row = share(18, 20)
    assert row["value"] == 0.9
    assert row["n"] == 20
    assert binom.sf(17, 20, row["low"]) == pytest.approx(0.025, abs=1e-6)
    assert binom.cdf(18, 20, row["high"]) == pytest.approx(0.025, abs=1e-6)


@pytest.mark.parametrize("count", [0, 1, 7, 20])
def test_a_share_has_the_interval_of_clopper_and_pearson(count: int) -> None:
    row, (low, high) = share(count, 20), binomtest(count, 20).proportion_ci(0.95, method="exact")
    assert (row["low"], row["high"]) == pytest.approx((low, high), abs=1e-12)


def test_a_mean_has_its_normal_interval() -> None:
    values = np.array([1.0, 2.0, 6.0])
    error = values.std(ddof=1) / math.sqrt(3)
    row = {"value": 3.0, "low": 3 - 1.96 * error, "high": 3 + 1.96 * error, "n": 3}
    assert mean(values).row == pytest.approx(row | {"std_error": error})


def test_a_psnr_is_that_of_the_mean_error() -> None:
    errors = np.array([0.01, 0.02, 0.03, 0.0])
    error = 10 / math.log(10) * errors.std(ddof=1) / 2 / errors.mean()
    value = -10 * math.log10(0.015)
    row = {"value": value, "low": value - 1.96 * error, "high": value + 1.96 * error, "n": 4}
    assert psnr(errors).row == pytest.approx(row | {"std_error": error})
    ends = dict.fromkeys(("value", "low", "high"), math.inf)
    assert psnr(np.zeros(3)).interval == ends | {"n": 3}
    assert math.isnan(psnr(np.zeros(3)).std_error)


def test_intervals_of_a_psnr_hold_the_truth() -> None:
    """Errors of a skewed law with mean 0.01, that of 20 dB."""
    random, held = np.random.default_rng(2), 0
    for _ in range(100):
        row = psnr(random.exponential(0.01, size=100)).row
        held += row["low"] <= 20 <= row["high"]
    assert held >= 88


def tables(strength: float) -> np.ndarray:
    """Chances of a class and a cluster that are the same at strength 1, independent at 0."""
    alike, free = np.eye(CLASSES) / CLASSES, np.full((CLASSES, CLASSES), CLASSES**-2.0)
    return strength * alike + (1 - strength) * free


def ari_of(p: np.ndarray) -> float:
    """The adjusted Rand index of chances: that of a table without end."""
    together, first, second = (float((part**2).sum()) for part in (p, p.sum(1), p.sum(0)))
    return (together - first * second) / ((first + second) / 2 - first * second)


@pytest.mark.parametrize("strength", [0.0, 0.3, 0.8])
def test_intervals_of_agreement_hold_the_truth(strength: float) -> None:
    random, p = np.random.default_rng(0), tables(strength)
    truth = {"nmi": float(nmi(p)), "ari": ari_of(p)}
    held = dict.fromkeys(truth, 0)
    for _ in range(100):
        table = random.multinomial(300, p.ravel()).reshape(p.shape)
        found = bootstrap({"nmi": nmi, "ari": ari}, table[None], independent(table)[None])
        for name, numbers in found.items():
            assert numbers["low"] <= numbers["value"] <= numbers["high"]
            held[name] += numbers["low"] <= truth[name] <= numbers["high"]
    assert min(held.values()) >= 88  # of 95 expected, three standard errors below


@pytest.mark.parametrize("apart", [0.0, 0.1, 0.5])
def test_intervals_of_a_total_variation_hold_the_truth(apart: float) -> None:
    random = np.random.default_rng(1)
    first, second = np.full(CLASSES, 1 / CLASSES), np.full(CLASSES, (1 - apart) / CLASSES)
    second[0] += apart
    truth, held = abs(first - second).sum() / 2, 0
    for _ in range(100):
        histograms = np.stack([random.multinomial(300, p) for p in (first, second)])
        null = histograms.sum(0, keepdims=True).repeat(2, axis=0)
        found = bootstrap({"tv": total_variation}, histograms, null)["tv"]
        held += found["low"] <= truth <= found["high"]
    assert held >= 88


def test_a_difference_that_is_there_is_told_from_none() -> None:
    histograms = np.array([[100, 100, 100], [200, 50, 50]])
    null = histograms.sum(0, keepdims=True).repeat(2, axis=0)
    assert bootstrap({"tv": total_variation}, histograms, null)["tv"]["low"] > 0.2
