"""What a source gives: items scaled to [0, 1], integer labels, and what they look like."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Source(NamedTuple):
    """A whole data set in memory.

    x: (items, n) float32 in [0, 1], n the product of `shape`.
    labels: (items,) int64, positions in `classes`.
    shape: the item's own shape, (height, width) or (height, width, channels) for an image.
    classes: the classes' names.
    """

    x: NDArray[np.float32]
    labels: NDArray[np.int64]
    shape: tuple[int, ...]
    classes: tuple[str, ...]
