"""What a source gives: items, integer labels, perhaps a target, and what they look like."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SPLITS = ("train", "validation", "test")
UNLABELLED = ("all",)  # the classes of a source that has none: one, which holds every item


class Source(NamedTuple):
    """A whole data set in memory.

    x: (items, n), n the product of `shape`; float32, in [0, 1] if `bounded`, else real numbers; or
        uint8 numbers k of levels, which stand for k / (levels − 1).
    labels: (items,) int64, positions in `classes`; all 0 where there are no classes.
    shape: the item's own shape, (height, width) or (height, width, channels) for an image.
    classes: the classes' names; `UNLABELLED` where there are none.
    target: (items,) float64, a real number to be read from x, or None.
    levels: every value is a multiple of 1 / (levels − 1); None where values are continuous.
    parts: the places of the items of each part where the source comes divided: `train`, `test`,
        and `validation` unless that is still to be taken out of `train`. None where it does not.
    notes: what was left out of what was read, or changed, and why: sentences without a full stop.
    """

    x: NDArray[np.float32] | NDArray[np.uint8]
    labels: NDArray[np.int64]
    shape: tuple[int, ...]
    classes: tuple[str, ...]
    bounded: bool = True
    target: NDArray[np.float64] | None = None
    levels: int | None = None
    parts: Mapping[str, NDArray[np.int64]] | None = None
    notes: tuple[str, ...] = ()
