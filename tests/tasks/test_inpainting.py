"""Hidden pixels: what stays, where iterations end, and which pixels they are."""

import math

import numpy as np
import pytest
import torch

from hvae.config.tasks import Inpainting
from hvae.data.seeded import Stream
from hvae.tasks.inpainting import filled, masked, mean_image, measure, references
from hvae.tasks.trained import HeldOutPart, pictures
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

SETTINGS = Inpainting()
MASKS = ["half", "random"]


@pytest.mark.parametrize("mask", MASKS)
def test_the_mean_image_has_its_closed_form(mask: str) -> None:
    data = noise_images(30)
    (_, part) = pictures(data, 500, 0)
    row = by_name(list(references(part, SETTINGS, data["train"])))[
        "", "", "mean-image", mask, "psnr_db"
    ]
    hidden = masked(part, mask).numpy()
    squared = (data["test"].x - data["train"].x.astype(np.float64).mean(0)) ** 2
    assert row["value"] == pytest.approx(-10 * math.log10(squared[hidden].mean()), abs=1e-5)
    assert row["low"] < row["value"] < row["high"]


@pytest.mark.parametrize("mask", MASKS)
def test_a_copy_leaves_what_it_starts_from(mask: str) -> None:
    data = noise_images(30)
    rows = by_name(list(measure(subject(IDENTITY, data), SETTINGS, 0)))
    (_, part) = pictures(data, 500, 0)
    start = by_name(list(references(part, SETTINGS, data["train"])))[
        "", "", "mean-image", mask, "psnr_db"
    ]
    for features in ("sample", "mean"):
        row = rows["", features, "imputation", mask, "psnr_db"]
        assert row["value"] == pytest.approx(start["value"], abs=1e-9)


def test_a_model_of_the_only_image_fills_it_in_exactly() -> None:
    image = torch.rand(96)
    data = noise_images(5) | {"test": items(np.tile(image.numpy(), (5, 1)))}
    rows = by_name(list(measure(subject(constant(image), data), SETTINGS, 0)))
    assert len(rows) == 2 * 2
    assert {row["value"] for row in rows.values()} == {math.inf}


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("features", ["sample", "mean"])
def test_visible_values_never_change(mask: str, features: str) -> None:
    part = next(pictures(noise_images(20), 500, 0))
    hidden = masked(part, mask)
    model = Known(lambda x, noise: 1 - x + noise[0][:, :1])
    seen = filled(
        model, part.x, hidden, torch.zeros(96), features, part.steps(Stream.INPAINTING, 5)
    )
    assert torch.equal(seen[~hidden], part.x[~hidden])
    assert not torch.isclose(seen[hidden], part.x[hidden]).any(dim=0).all()


def test_a_linear_model_ends_in_its_fixed_point() -> None:
    """x̂ = W x, W ≥ 0 with rows of sum 0.9: x_h = (I − W_hh)⁻¹ W_hv x_v, within [0, 1]."""
    weight = torch.rand(96, 96, generator=torch.Generator().manual_seed(0))
    weight *= 0.9 / weight.sum(1, keepdim=True)
    part = next(pictures(noise_images(4), 500, 0))
    hidden = masked(part, "random")
    model = Known(lambda x, noise: x @ weight.T)
    seen = filled(
        model, part.x, hidden, torch.zeros(96), "mean", part.steps(Stream.INPAINTING, 200)
    )
    for x, h, found in zip(part.x, hidden, seen, strict=True):
        inner = torch.eye(int(h.sum())) - weight[h][:, h]
        expected = torch.linalg.solve(inner, weight[h][:, ~h] @ x[~h])
        torch.testing.assert_close(found[h], expected, atol=1e-5, rtol=1e-5)


def test_masks_hide_half_of_the_pixels_with_all_their_channels() -> None:
    part = next(pictures(noise_images(50), 500, 0))
    half, random = (masked(part, mask).reshape(-1, *SHAPE) for mask in MASKS)
    assert not half[:, :4].any()
    assert half[:, 4:].all()
    assert torch.equal(random[..., 0], random[..., 1])
    assert (random[..., 0].sum((1, 2)) == 24).all()
    assert len({tuple(one.flatten().tolist()) for one in random}) == 50
    share = random.double().mean((0, 3))
    assert (share - 0.5).abs().max() < 4 * 0.5 / math.sqrt(50)


def test_the_train_mean_is_of_train_items() -> None:
    data = noise_images(10)
    np.testing.assert_allclose(mean_image(data["train"]), data["train"].x.mean(0), rtol=1e-6)


@pytest.mark.parametrize("change", [{"bounded": False}, {"shape": (96,)}])
def test_what_is_no_image_has_no_rows(change: dict) -> None:
    data = {split: of._replace(**change) for split, of in noise_images(5).items()}
    assert list(measure(subject(IDENTITY, data), SETTINGS, 0)) == []


def test_imputed_values_lie_in_the_range_of_the_data() -> None:
    """x̂ = 3x runs away, to 1 from any start above 0."""
    part = next(pictures(noise_images(4), 500, 0))
    hidden, start = masked(part, "half"), torch.full((96,), 0.5)
    model = Known(lambda x, noise: 3 * x)
    steps = part.steps(Stream.INPAINTING, 5)
    assert (filled(model, part.x, hidden, start, "mean", steps)[hidden] == 1).all()


@pytest.mark.parametrize(
    ("shape", "hidden"),
    [
        ((1, 5), [0, 0, 1, 1, 1]),  # of a single row the right half
        ((5, 1), [0, 0, 1, 1, 1]),
        ((1, 2, 3), [0, 0, 0, 1, 1, 1]),
        ((3, 2), [0, 0, 1, 1, 1, 1]),
        ((2, 2), [0, 0, 1, 1]),
        ((1, 1), [1]),
    ],
)
def test_half_of_an_item_is_seen_where_it_has_two_pixels(
    shape: tuple[int, ...], hidden: list[int]
) -> None:
    x = np.zeros((4, math.prod(shape)))
    part = HeldOutPart("test", items(x, shape), (0, 2))
    assert masked(part, "half").long().tolist() == [hidden] * 4
