"""What is wrong with a source, or with a prepared split of one: the same checks for both."""

import math
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hvae.data.levels import on_levels
from hvae.errors import InputError


class Described(Protocol):
    """The fields of `Source` that `Items` shares."""

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


def check(data: Described, origin: object) -> None:
    """InputError naming `origin` unless shapes agree and values and labels are in range.

    Only what has no classes either, as the outliers of a source that holds none out, may be empty.
    """
    if len(data.x) == 0 and not data.classes:
        return
    if problem := _misfit(data) or _bad_value(data.x, data) or _bad_label(data):
        raise InputError(f"{origin} {problem}")


def _misfit(data: Described) -> str | None:
    count, width = data.x.shape
    if count == 0:
        return "has no items"
    if width != math.prod(data.shape):
        return f"has {width} values an item, which do not fill shape {data.shape}"
    if len(data.labels) != count:
        return f"has {len(data.labels)} labels for {count} items"
    if data.target is not None and len(data.target) != count:
        return f"has {len(data.target)} targets for {count} items"
    return None


def _bad_value(x: NDArray[Any], data: Described) -> str | None:
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


def _bad_label(data: Described) -> str | None:
    if data.labels.min() < 0 or data.labels.max() >= len(data.classes):
        found = f"{data.labels.min()} to {data.labels.max()}"
        return f"has labels outside 0…{len(data.classes) - 1}: they run from {found}"
    if data.target is not None and not np.isfinite(data.target).all():
        return "has targets that are NaN or infinite"
    return None
