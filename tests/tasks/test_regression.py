"""Predictions of a target whose best error is known."""

import math

import numpy as np
import pytest

from hvae.config.tasks import Regression
from hvae.data.prepared import Items
from hvae.latents.store import Latents
from hvae.tasks.regression import METHODS, measure, regress, scores
from hvae.tasks.task import Subject
from tests.tasks.cases import labelled, latents

NOISE = 0.5
SETTINGS = Regression()


def side(
    random: np.random.Generator, items: int, curved: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """z ~ N(0, I) in three dimensions, and t = wᵀz or a curve of it, + N(0, NOISE²)."""
    z = random.normal(size=(items, 3))
    signal = np.sin(2 * z[:, 0]) if curved else z @ [1.0, -2.0, 0.5]
    return z, signal + NOISE * random.normal(size=items)


Case = tuple[dict[str, Latents], dict[str, np.ndarray]]


def case(seed: int, items: int = 2000, curved: bool = False) -> Case:
    """z_1 tells the target, z_2 is constant: latents and targets by split."""
    random = np.random.default_rng(seed)
    stored, targets = {}, {}
    for split in ("train", "test"):
        z, targets[split] = side(random, items, curved)
        stored[split] = latents(np.zeros(items, int), [z, np.ones((items, 2))])
    return stored, targets


@pytest.fixture(scope="module")
def linear() -> dict[tuple[str, ...], dict]:
    return by_name(*case(0))


def by_name(stored: dict[str, Latents], targets: dict[str, np.ndarray]) -> dict:
    rows = [found.row for found in regress(stored, targets, SETTINGS)]
    return {tuple(row[n] for n in ("layers", "features", "method", "metric")): row for row in rows}


def test_ridge_leaves_the_noise_of_a_linear_target(linear: dict[tuple[str, ...], dict]) -> None:
    row = linear["z1", "sample", "ridge", "mse"]
    error = row["std_error"]
    assert error == pytest.approx(NOISE**2 * math.sqrt(2 / 2000), rel=0.15)
    assert abs(row["value"] - NOISE**2) < 3 * error
    assert row["n"] == 2000


@pytest.mark.parametrize("method", METHODS)
def test_a_constant_latent_leaves_the_variance(
    method: str, linear: dict[tuple[str, ...], dict]
) -> None:
    """t has variance 1 + 4 + 1/4 + NOISE²; neighbours guess from ten items, not from all."""
    mse, r2 = (linear["z2", "sample", method, metric] for metric in ("mse", "r2"))
    truth = (5.25 + NOISE**2) * (1.1 if method == "knn" else 1)
    assert mse["low"] < truth * 1.01
    assert mse["high"] > truth * 0.99 if method != "knn" else mse["high"] > truth / 1.1
    assert -0.3 < r2["value"] < 0.001


def test_a_curved_target_is_followed() -> None:
    rows = by_name(*case(1, curved=True))
    knn, kernel, straight = (
        rows["z1", "sample", m, "mse"]["value"] for m in ("knn", "kernel", "ridge")
    )
    for bent in (knn, kernel):
        assert 0.9 * NOISE**2 < bent < 0.75 * straight


def test_every_choice_has_its_rows(linear: dict[tuple[str, ...], dict]) -> None:
    assert len(linear) == 3 * 2 * 3 * 2


def test_no_target_has_no_rows() -> None:
    stored, targets = case(0, items=20)
    none, some = (labelled(stored, dict.fromkeys(stored, t)) for t in (None, targets["test"]))
    assert list(measure(none, SETTINGS, 0)) == []
    assert len(list(measure(some, SETTINGS, 0))) == 3 * 2 * 3 * 2


def test_scores_have_the_interval_of_the_mean_squared_error() -> None:
    error = np.array([0.0, 1.0, 2.0, 5.0])
    half = 1.96 * error.std(ddof=1) / 2
    found = scores(error, variance=4.0)
    mse = {"value": 2.0, "low": 2 - half, "high": 2 + half, "n": 4}
    r2 = {"value": 0.5, "low": 0.5 - half / 4, "high": 0.5 + half / 4, "n": 4}
    assert found["mse"].interval == pytest.approx(mse)
    assert found["r2"].interval == pytest.approx(r2)
    assert math.isnan(scores(error, variance=0.0)["r2"].row["value"])


def test_intervals_hold_the_true_error() -> None:
    """Of a perfect linear rule on 100 test sets: the truth is the noise."""
    random, held = np.random.default_rng(4), 0
    for _ in range(100):
        numbers = scores((NOISE * random.normal(size=200)) ** 2, 1.0)["mse"].row
        held += numbers["low"] <= NOISE**2 <= numbers["high"]
    assert held >= 88


def test_test_targets_and_train_items_beyond_the_first_fit_nothing() -> None:
    stored, targets = case(2, items=200)
    settings = Regression(methods=["ridge"], max_train=50)

    def first(**changed: np.ndarray) -> float:
        return next(regress(stored, targets | changed, settings)).row["value"]

    wrong = targets["train"].copy()
    wrong[50:] += 1000
    assert first(train=wrong) == first()
    assert first(test=targets["test"] + 100) == pytest.approx(100**2, rel=0.01)


def test_images_without_a_target_have_statistics_and_those_with_one_do_not() -> None:
    """z_1 is the mean intensity itself: all of it is read there, and nothing of the slant."""
    random, stored, images = np.random.default_rng(5), {}, {}
    for split in ("train", "test"):
        x = random.random((600, 1)) * np.ones(16)
        images[split] = Items(
            x.astype(np.float32), np.zeros(600, int), np.arange(600), (4, 4), ("all",)
        )
        stored[split] = latents(np.zeros(600, int), [x[:, :1], random.normal(size=(600, 2))])
    subject = Subject("p", stored, images)
    settings = Regression(methods=["ridge"])
    rows = [found.row for found in measure(subject, settings, 0)]
    named = {(row["method"], row["setting"]) for row in rows}
    assert named == {("ridge", "intensity"), ("ridge", "slant")}
    r2 = {(row["setting"], row["layers"]): row["value"] for row in rows if row["metric"] == "r2"}
    assert r2["intensity", "z1"] > 0.999
    assert r2["intensity", "z2"] < 0.05
    given = {split: of._replace(target=np.arange(600.0)) for split, of in images.items()}
    again = [found.row for found in measure(subject._replace(items=given), settings, 0)]
    assert {(row["method"], row["setting"]) for row in again} == {("ridge", "")}
