"""The Gaussian source: samples follow the stated law, within standard errors."""

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import kstest, multivariate_normal

from hvae.bounds import rate_distortion as bounds
from hvae.bounds.rate_distortion import r2_limit, squared_error_limit
from hvae.config.synthetic import Gaussian
from hvae.data import gaussian, prepared, seeded

SPLIT = {"train": 0.6, "validation": 0.2, "test": 0.2}
SPECTRA = [{}, {"dimension": 3, "scale": 4.0, "exponent": 2.0}, [0.2, 5.0, 1.0, 1.0], [2.0]]
FAR = 4.5  # standard errors: the farthest of some 40 statistics is further once in 4,000 draws


def options(spectrum: Any, items: int = 40_000, noise: float = 0.5) -> Gaussian:
    return Gaussian.model_validate_json(
        json.dumps(
            {"source": "gaussian", "items": items, "spectrum": spectrum, "target_noise": noise}
            | {"split": SPLIT}
        )
    )


def test_the_spectrum_is_a_power_law_or_a_list() -> None:
    np.testing.assert_allclose(gaussian.spectrum(options({})), 1 / np.arange(1, 9))
    np.testing.assert_allclose(gaussian.spectrum(options(SPECTRA[1])), [4, 1, 4 / 9])
    np.testing.assert_array_equal(gaussian.spectrum(options([3.0, 7.0])), [3, 7])


@pytest.mark.parametrize("spectrum", SPECTRA)
def test_the_covariance_has_that_spectrum_in_a_random_basis(spectrum: Any) -> None:
    chosen = options(spectrum)
    covariance, other = gaussian.covariance(chosen, 0), gaussian.covariance(chosen, 1)
    expected = sorted(gaussian.spectrum(chosen))
    np.testing.assert_allclose(np.linalg.eigvalsh(covariance), expected, atol=1e-12)
    assert len(expected) == 1 or not np.allclose(covariance, other)


def test_the_basis_is_orthonormal_and_uniform() -> None:
    for dimension in (1, 2, 9):
        q = seeded.basis(dimension, 5)
        np.testing.assert_allclose(q.T @ q, np.eye(dimension), atol=1e-12)
    angles = [math.atan2(*seeded.basis(2, seed)[::-1, 0]) for seed in range(500)]
    assert kstest(angles, "uniform", (-math.pi, 2 * math.pi)).pvalue > 0.01


@pytest.mark.parametrize("spectrum", SPECTRA)
def test_items_have_that_mean_and_covariance(spectrum: Any) -> None:
    chosen = options(spectrum)
    x, n = gaussian.load(chosen, 3).x.astype(float), chosen.items
    covariance = gaussian.covariance(chosen, 3)
    variances = np.diag(covariance)
    assert np.abs(x.mean(0) / np.sqrt(variances / n)).max() < FAR
    std_error = np.sqrt((np.outer(variances, variances) + covariance**2) / n)
    assert np.abs((x.T @ x / n - covariance) / std_error).max() < FAR


def test_every_direction_is_normal() -> None:
    chosen = options({})
    x = gaussian.load(chosen, 0).x
    standard = x @ seeded.basis(8, 0) / np.sqrt(gaussian.spectrum(chosen))
    assert min(kstest(direction, "norm").pvalue for direction in standard.T) > 1e-3


@pytest.mark.parametrize("spectrum", SPECTRA)
@pytest.mark.parametrize("noise", [0.0, 0.5])
def test_the_target_follows_its_law(spectrum: Any, noise: float) -> None:
    chosen = options(spectrum, noise=noise)
    source, law, n = gaussian.load(chosen, 3), gaussian.target(chosen, 3), chosen.items
    covariance = gaussian.covariance(chosen, 3)
    assert source.target is not None
    assert law.weights @ covariance @ law.weights + noise**2 == pytest.approx(law.variance)
    assert source.target.var() == pytest.approx(
        law.variance, abs=FAR * law.variance * (2 / n) ** 0.5
    )
    left = source.target - source.x @ law.weights
    assert left.std() == pytest.approx(noise, abs=1e-6 + FAR * noise / math.sqrt(2 * n))
    together = left @ source.x / n / np.sqrt(np.diag(covariance) / n)
    assert np.abs(together).max() < 1e-3 + FAR * noise


@pytest.mark.parametrize("level", [0.01, 0.3, 100.0])
def test_what_an_ideal_code_leaves_of_the_target(level: float) -> None:
    """Var(t | code) as in the docstring, from the covariance after reverse water-filling."""
    chosen = options({})
    q, v = seeded.basis(8, 2), gaussian.spectrum(chosen)
    law = gaussian.target(chosen, 2)
    left = law.weights @ (q * np.minimum(v, level) @ q.T) @ law.weights + law.noise**2
    assert left == pytest.approx(np.minimum(v, level).sum() / v.sum() + law.noise**2)
    rate = bounds.rate_distortion(float(np.minimum(v, level).sum()), v)
    assert left > squared_error_limit(min(rate, law.information), law.entropy) - 1e-9


def test_entropies_in_closed_form() -> None:
    chosen = options([0.2, 5.0, 1.0])
    expected = multivariate_normal(np.zeros(3), gaussian.covariance(chosen, 0)).entropy()
    assert gaussian.entropy(chosen) == pytest.approx(expected)
    assert gaussian.entropy(chosen) == pytest.approx(bounds.entropy([0.2, 5.0, 1.0]))
    law = gaussian.target(chosen, 0)
    assert law.entropy == pytest.approx(multivariate_normal(0, law.variance).entropy())
    # x itself predicts t to within its noise, and I(t; x) says just that
    assert squared_error_limit(law.information, law.entropy) == pytest.approx(law.noise**2)
    assert r2_limit(0.7, law.entropy, law.variance) == pytest.approx(1 - math.exp(-1.4))
    assert gaussian.target(options([1.0], noise=0.0), 0).information == math.inf


def test_the_seed_decides_and_no_option_shifts_another() -> None:
    first, again, other = (gaussian.load(options({}, 50), seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.x, again.x)
    np.testing.assert_array_equal(first.target, again.target)
    assert not np.allclose(first.x, other.x)
    quiet = gaussian.load(options({}, 50, noise=0.0), 0)
    np.testing.assert_array_equal(first.x, quiet.x)


def test_it_is_prepared_without_classes_and_with_its_target(tmp_path: Path) -> None:
    chosen = options({}, 1000)
    job = json.dumps({"seed": 4, "data": chosen.model_dump(mode="json") | {"max_items": 500}})
    command = [sys.executable, "-m", "hvae.data.prepare", "--params", job, "--out", str(tmp_path)]
    subprocess.run(command, check=True)
    split = {name: prepared.read(tmp_path / f"{name}.parquet") for name in SPLIT}
    assert {name: len(part.x) for name, part in split.items()} == {
        "train": 300,
        "validation": 100,
        "test": 100,
    }
    test, source = split["test"], gaussian.load(chosen, 4)
    assert (test.classes, test.bounded, test.shape) == (("all",), False, (8,))
    assert test.target is not None
    assert source.target is not None
    np.testing.assert_array_equal(test.x, source.x[test.ids])
    np.testing.assert_array_equal(test.target, source.target[test.ids])
    np.testing.assert_array_equal(test.first(7).target, test.target[:7])
