"""The user's own arrays, from whatever file, as a source: what may be in them, what it means."""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hvae.data.checks import check
from hvae.data.source import UNLABELLED, Source
from hvae.errors import InputError
from hvae.options import Arrays

CHANNELS = (1, 3)


class Found(NamedTuple):
    """What a file holds: x (items, …), and perhaps labels (items,) and a target (items,)."""

    x: NDArray[Any]
    labels: NDArray[Any] | None = None
    target: NDArray[Any] | None = None


def source(found: Found, options: Arrays) -> Source:
    """The arrays as a source; InputError naming the file where they cannot be one."""
    shape = _shape(found.x, options)
    labels, classes = _labelled(found, options)
    discrete = found.x.dtype.kind in "bui"
    result = Source(
        x=_whole(found.x, options) if discrete else _real(found.x, options),
        labels=labels,
        shape=shape,
        classes=classes,
        bounded=discrete or options.bounded,
        target=None if found.target is None else _numbers(found.target, "target", options),
        levels=options.levels if discrete else None,
    )
    check(result, options.path)
    return result


def _shape(x: NDArray[Any], options: Arrays) -> tuple[int, ...]:
    """The items' own shape, without an axis of one channel."""
    shape = tuple(options.shape or x.shape[1:])
    if x.ndim < 2 or len(shape) > 3:
        raise InputError(f"{options.path}: x must have 2 to 4 axes, items first, got {x.ndim}")
    if len(shape) == 3 and shape[-1] not in CHANNELS:
        raise InputError(
            f"{options.path}: x of shape {shape} must have 1 or 3 channels on its last axis"
        )
    return shape[:-1] if len(shape) == 3 and shape[-1] == 1 else shape


def _whole(x: NDArray[Any], options: Arrays) -> NDArray[np.uint8]:
    if x.size and (x.min() < 0 or x.max() >= options.levels):
        raise InputError(
            f"{options.path}: x has whole numbers from {x.min()} to {x.max()}, but data.levels "
            f"is {options.levels}: set it to one more than the largest, or save x as floats"
        )
    return _rows(x.astype(np.uint8, copy=False))


def _real(x: NDArray[Any], options: Arrays) -> NDArray[np.float32]:
    """Values as they are; where they ought to be in [0, 1], the way out is named."""
    values = _rows(_numbers(x, "x", options, np.float32))
    if options.bounded and values.size and (values.min() < 0 or values.max() > 1):
        raise InputError(
            f"{options.path}: x has values from {values.min():g} to {values.max():g}: scale them "
            "to [0, 1], or set data.bounded to false"
        )
    return values


def _rows(x: NDArray[Any]) -> NDArray[Any]:
    return x.reshape(len(x), math.prod(x.shape[1:]))


def _numbers(values: NDArray[Any], name: str, options: Arrays, kind: Any = np.float64) -> Any:
    if values.dtype.kind not in "buif":
        raise InputError(f"{options.path}: {name} must hold numbers, got {values.dtype}")
    return values.astype(kind, copy=False)


def _labelled(found: Found, options: Arrays) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Labels 0 … M − 1 and the classes' names: whole numbers as they are, or names in order."""
    if found.labels is None:
        return np.zeros(len(found.x), np.int64), UNLABELLED
    if found.labels.ndim != 1:
        raise InputError(f"{options.path}: labels must have one axis, got {found.labels.ndim}")
    if found.labels.dtype.kind == "U":
        names, places = np.unique(found.labels, return_inverse=True)
        return places.astype(np.int64), tuple(names.tolist())
    if found.labels.dtype.kind not in "bui" or not len(found.labels):
        raise InputError(
            f"{options.path}: labels must be whole numbers or names, got {found.labels.dtype}"
        )
    labels = found.labels.astype(np.int64)
    _refuse_gaps(labels, options)
    return labels, tuple(map(str, range(labels.max() + 1)))


def _refuse_gaps(labels: NDArray[np.int64], options: Arrays) -> None:
    present = np.unique(labels)
    if present[0] != 0 or present[-1] != len(present) - 1:
        raise InputError(
            f"{options.path}: labels must run from 0 with none left out, got "
            f"{len(present)} different ones from {present[0]} to {present[-1]}"
        )
