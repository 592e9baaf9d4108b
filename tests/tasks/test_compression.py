"""Rates as bits, and files of images as bits."""

import math
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from hvae.config.tasks import Compression
from hvae.data.prepared import Items
from hvae.tasks.compression import code, comparable, measure, references
from hvae.tasks.images import held_out
from tests.tasks.pictures import RATES, Known, by_name, items, noise_images, subject

SETTINGS = Compression(qualities=[5, 90])


def photographs(shape: tuple[int, ...] = (32, 40, 3), count: int = 4) -> Items:
    """Smooth 8-bit images with a little noise."""
    random = np.random.default_rng(0)
    height, width, *channels = shape
    ramp = np.add.outer(np.linspace(0, 120, height), np.linspace(0, 100, width))
    ramp = ramp.reshape(height, width, *([1] * len(channels)))
    x = np.rint(ramp + random.uniform(0, 30, (count, *shape))) / 255
    return items(x, shape, levels=256)


def test_rates_are_bits_of_every_layer_and_of_all() -> None:
    model = Known(lambda x, noise: x + 0.1)
    rows = by_name(list(measure(subject(model, noise_images(10)), SETTINGS, 0)))
    scale = 96 * math.log(2)
    for layers, rate in zip(("z1", "z2", ""), (*RATES, sum(RATES)), strict=True):
        assert rows[layers, "sample", "rate", "", "bits_per_dim"]["value"] == pytest.approx(
            rate / scale
        )
    assert rows["", "sample", "rate", "", "psnr_db"]["value"] == pytest.approx(20, abs=1e-5)
    assert len(rows) == 4


def test_data_without_a_peak_have_bits_alone() -> None:
    data = {split: of._replace(bounded=False) for split, of in noise_images(5).items()}
    rows = by_name(list(measure(subject(Known(lambda x, noise: x), data), SETTINGS, 0)))
    assert {name[4] for name in rows} == {"bits_per_dim"}


@pytest.mark.parametrize("shape", [(32, 32), (32, 33, 1), (40, 32, 3)])
@pytest.mark.parametrize("name", ["jpeg", "webp"])
def test_a_grey_image_of_one_value_is_kept_and_is_nearly_all_header(
    name: str, shape: tuple[int, ...]
) -> None:
    coded = code(items(np.full((2, *shape), 128 / 255), shape, levels=256), name, 90)
    assert (coded.errors <= (1 / 255) ** 2).all()
    assert (coded.bits > 0).all()
    assert (coded.bits < 8).all()
    assert coded.bits[0] == coded.bits[1]


def test_bits_are_those_of_whole_files() -> None:
    images = photographs(count=1)
    file = BytesIO()
    whole = np.rint(images.x * 255).astype(np.uint8).reshape(images.shape)
    Image.fromarray(whole).save(file, format="JPEG", quality=90, optimize=True)
    seen = np.asarray(Image.open(file)).astype(float)
    coded = code(images, "jpeg", 90)
    assert coded.bits[0] == 8 * len(file.getvalue()) / whole.size
    assert coded.errors[0] == pytest.approx(((seen - whole) ** 2).mean() / 255**2)


@pytest.mark.parametrize("name", ["jpeg", "webp"])
def test_quality_costs_bits(name: str) -> None:
    (_, part) = held_out({"validation": photographs(), "test": photographs()}, 500, 0)
    rows = by_name(list(references(part, SETTINGS)))
    for metric in ("bits_per_dim", "psnr_db"):
        poor, good = (rows["", "", name, str(q), metric]["value"] for q in (5, 90))
        assert poor < good
    assert len(rows) == 2 * 2 * 2


@pytest.mark.parametrize(
    ("images", "expected"),
    [
        (photographs((32, 32)), True),
        (photographs((32, 40, 1)), True),
        (photographs((32, 40, 3)), True),
        (photographs((31, 40)), False),
        (photographs((32, 40, 2)), False),
        (photographs()._replace(levels=None), False),
        (photographs()._replace(levels=17), False),
        (photographs()._replace(shape=(3840,)), False),
    ],
)
def test_only_large_8_bit_images_are_compared(images: Items, expected: bool) -> None:
    assert comparable(images) == expected
    (part, _) = held_out({"validation": images, "test": images}, 500, 0)
    assert bool(list(references(part, SETTINGS))) == expected
