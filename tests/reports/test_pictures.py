"""Strips of items of any shape that can be shown: pixel by pixel what was given."""

import base64
import io
import math
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hvae.reports.sections import pictures
from hvae.reports.sections.pictures import GAP

COUNT = 3


def decoded(strip: pictures.Strip) -> Any:
    """The picture in a strip, as an array of its own shape."""
    content = base64.b64decode(strip.uri.removeprefix("data:image/png;base64,"))
    with Image.open(io.BytesIO(content)) as image:
        assert image.size == (strip.width, strip.height)
        return np.asarray(image)


GREY = [(1, 16), (1, 1), (16, 1), (8, 8), (2, 3, 1), (1, 16, 1), (1, 1, 1), (3, 1, 1)]
COLOUR = [(1, 16, 3), (16, 1, 3), (1, 1, 3), (8, 8, 3)]


@pytest.mark.parametrize("shape", [*GREY, *COLOUR])
@pytest.mark.parametrize("count", [1, COUNT])
def test_a_strip_holds_its_pictures_as_they_are(shape: tuple[int, ...], count: int) -> None:
    height, width, *channels = shape
    items = np.random.default_rng(0).random((count, math.prod(shape)))
    strip = pictures.strip(items, shape, "items")
    assert (strip.width, strip.height) == (count * (width + GAP) - GAP, height)
    colours = [3] if channels == [3] else []
    found = decoded(strip)
    assert found.shape == (height, strip.width, *colours)
    for place, item in enumerate(items):
        left = place * (width + GAP)
        shown = found[:, left : left + width]
        wanted = (item * 255).round().astype(np.uint8).reshape(height, width, *colours)
        np.testing.assert_array_equal(shown, wanted)
        assert (found[:, left + width : left + width + GAP] == 255).all()


def test_values_outside_are_clipped() -> None:
    found = decoded(pictures.strip(np.array([[-1.0, 0.5, 2.0]]), (1, 3), "one"))
    assert found.tolist() == [[0, 128, 255]]


@pytest.mark.parametrize(
    ("shape", "image"),
    [
        ((1, 16), True),
        ((1, 1), True),
        ((16, 1), True),
        ((1, 16, 3), True),
        ((1, 1, 3), True),
        ((8, 8, 1), True),
        ((16,), False),
        ((1,), False),
        ((8, 8, 2), False),
        ((8, 8, 4), False),
        ((2, 8, 8, 3), False),
    ],
)
def test_what_can_be_shown(shape: tuple[int, ...], image: bool) -> None:
    assert pictures.is_image(shape) is image
