"""Block means: taken, restored, and agreed with."""

import numpy as np
import pytest
import torch

from hvae.config.tasks import Upscaling
from hvae.tasks.trained import pictures, restored
from hvae.tasks.upscaling import agreeing, bicubic, block_means, measure, references, repeated
from tests.tasks.pictures import (
    IDENTITY,
    SHAPE,
    Known,
    by_name,
    constant,
    items,
    noise_images,
    subject,
)

SETTINGS = Upscaling()


def test_block_means_are_those_of_blocks() -> None:
    x = torch.rand(3, *SHAPE)
    expected = x.reshape(3, 4, 2, 3, 2, 2).mean((2, 4))
    low = block_means(x.flatten(1), SHAPE)
    torch.testing.assert_close(low.movedim(1, -1), expected)
    torch.testing.assert_close(block_means(repeated(low), SHAPE), low)


def test_an_upscaled_image_agrees_with_what_was_observed() -> None:
    part = next(pictures(noise_images(10), 500, 0))
    low = block_means(part.x, SHAPE)
    model = Known(lambda x, noise: (1 - x).square() + noise[0][:, :1])
    for features in ("sample", "mean"):
        steps = (torch.Generator().manual_seed(s) for s in range(4))
        seen = restored(model, bicubic(low), agreeing(low, SHAPE), features, steps)
        torch.testing.assert_close(block_means(seen, SHAPE), low)
        assert not torch.allclose(seen, part.x, atol=0.1)


def test_a_copy_is_bicubic_upsampling_with_the_observed_means() -> None:
    """An orthogonal projection on a set that holds the truth: nearer to it than its start."""
    data = noise_images(50)
    made = by_name(list(measure(subject(IDENTITY, data), Upscaling(steps=1), 0)))
    (_, part) = pictures(data, 500, 0)
    start = by_name(list(references(part)))["", "", "bicubic", "2x", "psnr_db"]
    assert made["", "mean", "imputation", "2x", "psnr_db"]["value"] > start["value"]


def test_a_model_of_the_only_image_restores_it() -> None:
    image = torch.rand(96)
    data = noise_images(5) | {"test": items(np.tile(image.numpy(), (5, 1)))}
    rows = by_name(list(measure(subject(constant(image), data), SETTINGS, 0)))
    assert [name[1:4] for name in rows] == [
        (features, "imputation", "2x") for features in ("sample", "mean")
    ]
    assert all(row["value"] > 120 for row in rows.values())


def test_a_grey_image_needs_no_model() -> None:
    data = {split: items(np.full((4, 8, 8), 0.25), (8, 8)) for split in ("validation", "test")}
    part = next(pictures(data, 500, 0))
    assert (
        by_name(list(references(part)), "validation")["", "", "bicubic", "2x", "psnr_db"]["value"]
        > 120
    )


def test_blocks_are_upsampled_about_their_centres() -> None:
    """A linear ramp, away from its ends, is reproduced by cubic convolution."""
    ramp = np.tile(np.linspace(0, 1, 16), (1, 16, 1))
    x = torch.tensor(ramp.reshape(1, -1), dtype=torch.float32)
    seen = bicubic(block_means(x, (16, 16))).reshape(16, 16)
    torch.testing.assert_close(seen[:, 4:12], x.reshape(16, 16)[:, 4:12], atol=1e-6, rtol=0)


@pytest.mark.parametrize(
    "change", [{"bounded": False}, {"shape": (96,)}, {"shape": (3, 32)}, {"shape": (32, 3)}]
)
def test_what_has_no_blocks_has_no_rows(change: dict) -> None:
    data = {split: of._replace(**change) for split, of in noise_images(5).items()}
    assert list(measure(subject(IDENTITY, data), SETTINGS, 0)) == []
