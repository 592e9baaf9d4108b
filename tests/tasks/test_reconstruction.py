"""Reconstructions by models that copy, forget and blur."""

import math

import numpy as np
import pytest
import torch
from skimage.metrics import structural_similarity

from hvae.config.tasks import Reconstruction
from hvae.tasks.reconstruction import measure, ssim
from tests.tasks.pictures import IDENTITY, Known, by_name, constant, items, noise_images, subject

SETTINGS = Reconstruction()


@pytest.mark.parametrize("features", ["sample", "mean"])
def test_a_copy_has_no_error(features: str) -> None:
    rows = by_name(list(measure(subject(IDENTITY, noise_images(20)), SETTINGS, 0)))
    values = {name[4]: row["value"] for name, row in rows.items() if name[1] == features}
    assert values == {"mse": 0, "psnr_db": math.inf, "ssim": 1}


def test_a_constant_leaves_the_variance() -> None:
    data = noise_images(50)
    x = data["test"].x.astype(np.float64)
    model = constant(torch.tensor(x.mean(0), dtype=torch.float32))
    rows = by_name(list(measure(subject(model, data), SETTINGS, 0)))
    mse, psnr, similar = (
        rows["", "sample", "decoder", "", metric] for metric in ("mse", "psnr_db", "ssim")
    )
    assert mse["value"] == pytest.approx(x.var(0).mean(), rel=1e-5)
    assert psnr["value"] == pytest.approx(-10 * math.log10(x.var(0).mean()), abs=1e-4)
    assert abs(similar["value"]) < 0.2
    assert all(row["low"] < row["value"] < row["high"] for row in (mse, psnr, similar))
    assert mse["n"] == psnr["n"] == similar["n"] == 50


def test_samples_have_the_noise_that_means_have_not() -> None:
    """x̂ = x + ε/10, one ε ~ N(0, 1) an item: the error is 1/100 with standard error √2/100/√n."""
    model = Known(lambda x, noise: x + 0.1 * noise[0][:, :1])
    rows = by_name(list(measure(subject(model, noise_images(500)), SETTINGS, 0)))
    sample, mean = (rows["", f, "decoder", "", "mse"]["value"] for f in ("sample", "mean"))
    assert abs(sample - 0.01) < 4 * 0.01 * math.sqrt(2 / 500)
    assert mean == 0


def test_metrics_that_items_lack_have_no_rows() -> None:
    flat = {split: of._replace(shape=(96,)) for split, of in noise_images(10).items()}
    real = {split: of._replace(bounded=False) for split, of in flat.items()}
    for data, expected in ((flat, {"mse", "psnr_db"}), (real, {"mse"})):
        rows = by_name(list(measure(subject(IDENTITY, data), SETTINGS, 0)))
        assert {name[4] for name in rows} == expected


def test_both_splits_have_rows_of_the_first_items() -> None:
    settings = Reconstruction(max_items=10)
    scores = list(measure(subject(IDENTITY, noise_images(30)), settings, 0))
    assert {score.split for score in scores} == {"validation", "test"}
    assert {score.row["n"] for score in scores} == {10}


def test_points_and_runs_share_their_noise_and_splits_do_not() -> None:
    seen = []
    model = Known(lambda x, noise: (seen.append(noise[0].clone()), x)[1])
    for _ in range(2):
        list(measure(subject(model, noise_images(10)), SETTINGS, 0))
    validation, _, test, _, *again = seen
    torch.testing.assert_close(torch.stack(seen[:4]), torch.stack(again))
    assert not torch.equal(validation, test)


@pytest.mark.parametrize("shape", [(8, 8), (9, 12, 3), (28, 28), (10, 7, 1), (5, 6), (3, 4, 3)])
def test_structural_similarity_is_that_of_each_image_alone(shape: tuple[int, ...]) -> None:
    random = np.random.default_rng(0)
    x = random.random((6, *shape))
    seen = items(np.clip(x + 0.2 * random.normal(size=x.shape), 0, 1), shape).x
    x = items(x, shape).x
    side = min(7, *shape[:2]) - (min(7, *shape[:2]) % 2 == 0)
    alone = [
        structural_similarity(
            a.reshape(shape).astype(np.float64),
            b.reshape(shape).astype(np.float64),
            win_size=side,
            data_range=1.0,
            channel_axis=2 if len(shape) > 2 else None,
        )
        for a, b in zip(seen, x, strict=True)
    ]
    np.testing.assert_allclose(ssim(seen, x, shape), alone, atol=1e-9)
