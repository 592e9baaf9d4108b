"""Statistics of images that one can draw, and what is no image."""

import math

import numpy as np
import pytest

from hvae.data import bundled, prepared
from hvae.data.prepared import Items
from hvae.tasks.regression import image_statistics, intensity, slant

SIZE = 25


def stroke(lean: float) -> np.ndarray:
    """A Gaussian blob about the line u = lean · v, u to the right and v up: μ_uv/μ_vv = lean."""
    v, u = np.meshgrid(SIZE // 2 - np.arange(SIZE), np.arange(SIZE) - SIZE // 2, indexing="ij")
    return np.exp(-(v**2) / 18 - (u - lean * v) ** 2 / 4)


def items(x: np.ndarray, shape: tuple[int, ...], bounded: bool = True) -> Items:
    count = len(x)
    x = x.reshape(count, -1).astype(np.float32)
    return Items(x, np.zeros(count, int), np.arange(count), shape, ("all",), bounded)


@pytest.mark.parametrize("lean", [-0.5, 0.0, 0.3])
def test_a_stroke_leans_as_it_was_drawn(lean: float) -> None:
    assert slant(stroke(lean)[None])[0] == pytest.approx(math.atan(lean), abs=1e-3)
    assert slant(np.roll(stroke(lean), 2, axis=1)[None])[0] == pytest.approx(
        math.atan(lean), abs=1e-2
    )


def test_leaning_right_is_positive_and_flipping_turns_the_sign() -> None:
    slash = np.fliplr(np.eye(5))  # as the character: from the lower left to the upper right
    both = np.stack([slash, np.fliplr(slash), np.flipud(slash), slash / 3])
    np.testing.assert_allclose(slant(both), math.pi / 4 * np.array([1, -1, -1, 1]))


def test_what_has_no_height_does_not_lean() -> None:
    flat, dot = np.zeros((5, 5)), np.zeros((5, 5))
    flat[2] = 1
    dot[1, 3] = 0.5
    np.testing.assert_array_equal(slant(np.stack([np.zeros((5, 5)), flat, dot])), 0)


def test_intensity_is_the_mean() -> None:
    images = np.stack([np.zeros((4, 6)), np.full((4, 6), 0.25)])
    images[0, 0, :3] = 1
    np.testing.assert_allclose(intensity(images), [3 / 24, 0.25])


def test_colours_are_averaged() -> None:
    image = np.stack([stroke(0.3), stroke(0.3), np.zeros((SIZE, SIZE))], axis=-1)
    colour = image_statistics(items(image[None], (SIZE, SIZE, 3)))
    grey = image_statistics(items(stroke(0.3)[None], (SIZE, SIZE)))
    np.testing.assert_allclose(colour["intensity"], grey["intensity"] * 2 / 3, rtol=1e-6)
    np.testing.assert_allclose(colour["slant"], grey["slant"], rtol=1e-6)


def test_what_is_no_image_has_no_statistics() -> None:
    assert image_statistics(items(np.zeros((2, 8)), (8,))) == {}
    assert image_statistics(items(np.zeros((2, 8)), (2, 4), bounded=False)) == {}


@pytest.mark.parametrize("shape", [(1, 8), (8, 1), (1, 1), (1, 8, 3), (8, 1, 3)])
def test_a_single_row_or_column_has_no_slant(shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(0).random((3, math.prod(shape)))
    found = image_statistics(items(x, shape))
    assert list(found) == ["intensity"]
    np.testing.assert_allclose(found["intensity"], x.mean(1), rtol=1e-6)


def test_ones_are_darker_than_eights_and_the_digits_lean() -> None:
    """Of 8×8 handwritten digits, an 8 has more ink than a 1."""
    source = bundled.load_digits()
    found = image_statistics(prepared.select(source, np.arange(len(source.x))))
    one, eight = (found["intensity"][source.labels == label].mean() for label in (1, 8))
    assert one < eight
    assert 0.1 < found["slant"].std() < 0.5
