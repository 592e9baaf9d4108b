"""Noise of a known strength: kept by a copy, removed by a model of the only image."""

import math

import numpy as np
import pytest
import torch

from hvae.config.tasks import Denoising
from hvae.tasks.denoising import measure, noisy, references
from hvae.tasks.trained import held_out, pictures
from tests.tasks.pictures import IDENTITY, by_name, constant, items, noise_images, subject

SETTINGS = Denoising()


@pytest.mark.parametrize("sigma", SETTINGS.noise)
def test_a_noisy_input_has_the_psnr_of_its_noise(sigma: float) -> None:
    """The mean of n σ²χ²/d has a relative standard error of √(2/(n d)): 10/ln 10 of it in dB."""
    data = noise_images(200)
    part = next(pictures(data, 500, 0))
    rows = by_name(list(references(part, SETTINGS)), "validation")
    row = rows["", "", "noisy-input", f"{sigma:g}", "psnr_db"]
    error = 10 / math.log(10) * math.sqrt(2 / data["test"].x.size)
    assert abs(row["value"] + 20 * math.log10(sigma)) < 4 * error
    assert row["high"] - row["low"] == pytest.approx(2 * 1.96 * error, rel=0.2)


def test_a_copy_keeps_the_noise_of_the_reference() -> None:
    data = noise_images(50)
    made = by_name(list(measure(subject(IDENTITY, data), SETTINGS, 0)))
    (test,) = (part for part in pictures(data, 500, 0) if part.split == "test")
    kept = by_name(list(references(test, SETTINGS)))
    for sigma in SETTINGS.noise:
        reference = kept["", "", "noisy-input", f"{sigma:g}", "psnr_db"]
        for features in ("sample", "mean"):
            assert made["", features, "decoder", f"{sigma:g}", "psnr_db"]["value"] == pytest.approx(
                reference["value"], abs=1e-9
            )


def test_a_model_of_the_only_image_removes_all_noise() -> None:
    image = torch.rand(96)
    data = {
        split: items(np.tile(image.numpy(), (5, 1))) for split in ("train", "validation", "test")
    }
    rows = by_name(list(measure(subject(constant(image), data), SETTINGS, 0)))
    assert len(rows) == 2 * 3
    assert {row["value"] for row in rows.values()} == {math.inf}


def test_levels_share_their_noise_and_splits_do_not() -> None:
    first, second = held_out(noise_images(5), 5, 0)
    one, two = ((noisy(first, sigma) - first.x) / sigma for sigma in (0.1, 0.4))
    torch.testing.assert_close(one, two, atol=1e-5, rtol=1e-5)
    assert not torch.allclose(one, (noisy(second, 0.1) - second.x) / 0.1, atol=1e-3)


@pytest.mark.parametrize("change", [{"bounded": False}, {"shape": (96,)}])
def test_what_is_no_image_has_no_rows(change: dict) -> None:
    data = {split: of._replace(**change) for split, of in noise_images(5).items()}
    assert list(measure(subject(IDENTITY, data), SETTINGS, 0)) == []
