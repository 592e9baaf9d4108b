"""What a source gives: items, integer labels, perhaps a target, and what they look like."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

UNLABELLED = ("all",)  # the classes of a source that has none: one, which holds every item


class Source(NamedTuple):
    """A whole data set in memory.

    x: (items, n) float32, n the product of `shape`; in [0, 1] if `bounded`, else real numbers.
    labels: (items,) int64, positions in `classes`; all 0 where there are no classes.
    shape: the item's own shape, (height, width) or (height, width, channels) for an image.
    classes: the classes' names; `UNLABELLED` where there are none.
    target: (items,) float64, a real number to be read from x, or None.
    """

    x: NDArray[np.float32]
    labels: NDArray[np.int64]
    shape: tuple[int, ...]
    classes: tuple[str, ...]
    bounded: bool = True
    target: NDArray[np.float64] | None = None
