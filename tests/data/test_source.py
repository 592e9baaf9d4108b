"""Levels: every number is recovered from its value, and values between levels are found."""

import numpy as np
import pytest

from hvae.data.source import SLICE, level_numbers, level_values, on_levels


@pytest.mark.parametrize("count", [2, 17, 255, 256])
def test_numbers_and_values(count: int) -> None:
    k = np.tile(np.arange(count, dtype=np.uint8), (SLICE + 1, 1))
    x = level_values(k, count)
    assert x.dtype == np.float32
    np.testing.assert_array_equal(x[0], (np.arange(count) / (count - 1)).astype(np.float32))
    np.testing.assert_array_equal(level_numbers(x, count), k)
    assert level_numbers(k, count) is k
    assert on_levels(x, count)
    x[-1, -1] = np.nextafter(x[-1, -1], np.float32(0))
    assert not on_levels(x, count)
