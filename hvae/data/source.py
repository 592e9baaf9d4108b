"""The content of a source: items, integer labels, perhaps a target; and checks of all of them.

Values may lie on levels, whole multiples of 1/(levels − 1): 8-bit images have 256 levels, k/255,
and binary images have 2. The numbers k take a quarter of the memory of the values, and a likelihood
over levels must know that no values lie between them.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from hvae.errors import InputError

SPLITS = ("train", "validation", "test")
UNLABELLED = ("all",)  # the only class of a source without classes; it holds every item
BYTE_LEVELS = 256  # the levels that a byte can number
SLICE = 512  # items handled together, to avoid a second copy of the data in memory


class Source(NamedTuple):
    """A whole data set in memory.

    x: (items, n), where n is the product of `shape`; float32, in [0, 1] if `bounded`, else real
        numbers; or uint8 numbers k of levels, which stand for k / (levels − 1).
    labels: (items,) int64, positions in `classes`; all 0 if there are no classes.
    shape: the shape of an item, (height, width) or (height, width, channels) for an image.
    classes: the classes' names; `UNLABELLED` if there are none.
    target: (items,) float64, a real number to be predicted from x, or None.
    levels: every value is a multiple of 1 / (levels − 1); None if values are continuous.
    parts: for a source that comes with a split, the positions of each part's items: `train` with
        `test`, `validation` or both. None for other sources.
    notes: what was left out or changed on reading, and why: sentences without a full stop.
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


def level_values(numbers: NDArray[np.uint8], levels: int) -> NDArray[np.float32]:
    """The values k / (levels − 1) in [0, 1] of the numbers k, to the last bit of float32."""
    result = numbers.astype(np.float32)
    result /= np.float32(levels - 1)
    return result


def level_numbers(x: NDArray[Any], levels: int) -> NDArray[np.uint8]:
    """The numbers of the levels nearest to the values; x of such numbers is returned as it is."""
    if x.dtype == np.uint8:
        return x
    result = np.empty(x.shape, np.uint8)
    for start, part in _slices(x):
        result[start : start + len(part)] = np.rint(part * (levels - 1))
    return result


def on_levels(x: NDArray[np.float32], levels: int) -> bool:
    """Whether every value is exactly on a level."""
    most = np.float32(levels - 1)
    return all((np.rint(part * most) / most == part).all() for _, part in _slices(x))


def _slices(x: NDArray[Any]) -> Iterator[tuple[int, NDArray[Any]]]:
    return ((start, x[start : start + SLICE]) for start in range(0, len(x), SLICE))


class Checkable(Protocol):
    """The fields that a source shares with a prepared split, so that one check serves both."""

    @property
    def x(self) -> NDArray[Any]: ...
    @property
    def labels(self) -> NDArray[np.int64]: ...
    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def classes(self) -> tuple[str, ...]: ...
    @property
    def bounded(self) -> bool: ...
    @property
    def target(self) -> NDArray[np.float64] | None: ...
    @property
    def levels(self) -> int | None: ...


def check(data: Checkable, origin: object) -> None:
    """InputError naming `origin` unless shapes agree and values and labels are in range.

    Data without items are accepted only if there are no classes either, as for the outliers of an
    experiment that holds no class out.
    """
    if len(data.x) == 0 and not data.classes:
        return
    if problem := _misfit(data) or _bad_value(data.x, data) or _bad_label(data):
        raise InputError(f"{origin} {problem}")


def _misfit(data: Checkable) -> str | None:
    count, width = data.x.shape
    if count == 0:
        return "has no items"
    if width != math.prod(data.shape):
        return f"has {width} values for each item, which do not fit shape {data.shape}"
    if len(data.labels) != count:
        return f"has {len(data.labels)} labels for {count} items"
    if data.target is not None and len(data.target) != count:
        return f"has {len(data.target)} targets for {count} items"
    return None


def _bad_value(x: NDArray[Any], data: Checkable) -> str | None:
    if x.dtype == np.uint8:
        beyond = data.levels is None or x.max() >= data.levels
        return f"has level {x.max()}, beyond its {data.levels} levels" if beyond else None
    low, high = x.min(), x.max()
    if not (np.isfinite(low) and np.isfinite(high)):  # both are NaN where any value is
        return "has values that are NaN or infinite"
    if (data.bounded or data.levels) and (low < 0 or high > 1):
        return f"has values from {low:g} to {high:g}, outside [0, 1]"
    if data.levels and not on_levels(x, data.levels):
        return f"has values between its {data.levels} levels"
    return None


def _bad_label(data: Checkable) -> str | None:
    if data.labels.min() < 0 or data.labels.max() >= len(data.classes):
        found = f"{data.labels.min()} to {data.labels.max()}"
        return f"has labels outside 0…{len(data.classes) - 1}: they run from {found}"
    if data.target is not None and not np.isfinite(data.target).all():
        return "has targets that are NaN or infinite"
    return None
