"""Values that are whole multiples of 1/(levels − 1): as such, and as the numbers of their levels.

8-bit images have 256 levels, k/255; binary ones have 2. Numbers take a quarter of the space, and a
likelihood over levels needs to know that there is nothing between them.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROWS = 512  # looked at together, so that no second copy of the data is in memory
MOST = 256  # levels whose numbers fit a byte


def values(numbers: NDArray[np.uint8], levels: int) -> NDArray[np.float32]:
    """The values k / (levels − 1) in [0, 1] of the numbers k, to the last bit of float32."""
    result = numbers.astype(np.float32)
    result /= np.float32(levels - 1)
    return result


def numbers(x: NDArray[Any], levels: int) -> NDArray[np.uint8]:
    """The numbers of the levels nearest to the values; numbers are returned as they are."""
    if x.dtype == np.uint8:
        return x
    result = np.empty(x.shape, np.uint8)
    for start, part in _slices(x):
        result[start : start + len(part)] = np.rint(part * (levels - 1))
    return result


def on_levels(x: NDArray[np.float32], levels: int) -> bool:
    """Whether every value is exactly that of a level."""
    most = np.float32(levels - 1)
    return all((np.rint(part * most) / most == part).all() for _, part in _slices(x))


def _slices(x: NDArray[Any]) -> Iterator[tuple[int, NDArray[Any]]]:
    return ((start, x[start : start + ROWS]) for start in range(0, len(x), ROWS))
