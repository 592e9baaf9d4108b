"""Checks the user's own arrays, from any kind of file, and turns them into a source.

Labels are whole numbers or names, and become positions among the classes.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hvae.config.sources import Arrays
from hvae.data.source import BYTE_LEVELS, UNLABELLED, Source, check
from hvae.errors import InputError, counted, one_line, were

CHANNELS = (1, 3)
FAR_BELOW = BYTE_LEVELS // 2  # data with 256 levels hardly ever have a maximum below this


class FoundArrays(NamedTuple):
    """The arrays of a file: x (items, …), and perhaps labels (items,) and a target (items,).

    Labels and target are masked where they are missing. names: the classes, if labels are positions
    among them; notes: on what is not read.
    """

    x: NDArray[Any]
    labels: NDArray[Any] | None = None
    target: NDArray[Any] | None = None
    names: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()


def source(found: FoundArrays, options: Arrays) -> Source:
    """The arrays as a source; InputError naming the file if that is not possible."""
    _refuse_kind(found.x, "x", options)
    shape = _shape(found.x, options)
    labels, classes, kept = labelled(found.labels, found.names, len(found.x), options)
    x = found.x if kept.all() else found.x[kept]
    levels = _levels(x, options)
    result = Source(
        x=_rows(x.astype(np.uint8, copy=False)) if levels else _real(x, options),
        labels=labels,
        shape=shape,
        classes=classes,
        bounded=levels is not None or options.bounded,
        target=None if found.target is None else _target(found.target, kept, options),
        levels=levels,
        notes=(*found.notes, *_dropped(int((~kept).sum()))),
    )
    check(result, options.path)
    return result


def _dropped(count: int) -> tuple[str, ...]:
    if not count:
        return ()
    what = f"{counted(count, 'item')} without a label {were(count)} left out"
    return (f"{what} (data.unlabelled)",)


def _refuse_kind(values: NDArray[Any], name: str, options: Arrays) -> None:
    if values.dtype.kind not in "buif":
        kind = one_line(values.dtype)
        raise InputError(f"{options.path}: {name} must hold numbers, got {kind}, not real numbers")


def _shape(x: NDArray[Any], options: Arrays) -> tuple[int, ...]:
    """The shape of an item, without a channel axis of length 1."""
    shape = tuple(options.shape or x.shape[1:])
    if x.ndim < 2 or len(shape) > 3:
        raise InputError(f"{options.path}: x must have 2 to 4 axes, items first, got {x.ndim}")
    if len(x) == 0:
        raise InputError(f"{options.path} has no items")
    if x.size == 0:
        raise InputError(f"{options.path}: x has items without values, of shape {shape}")
    if len(shape) == 3 and shape[-1] not in CHANNELS:
        raise InputError(
            f"{options.path}: x of shape {shape} must have 1 or 3 channels on its last axis"
            f"{_channels_last(x, shape)}"
        )
    _refuse_reshaping(x, shape, options)
    return _grey(shape)


def _channels_last(x: NDArray[Any], shape: tuple[int, ...]) -> str:
    """A hint if channels come first: the expression that moves them last."""
    if shape[0] not in CHANNELS:
        return ""
    array = "x" if x.ndim == 4 else f"x.reshape(-1, {', '.join(map(str, shape))})"
    return f": save {array}.transpose(0, 2, 3, 1)"


def _grey(shape: tuple[int, ...]) -> tuple[int, ...]:
    return shape[:-1] if len(shape) == 3 and shape[-1] == 1 else shape


def _refuse_reshaping(x: NDArray[Any], shape: tuple[int, ...], options: Arrays) -> None:
    """InputError if the items already have a shape and `data.shape` would scramble it."""
    own = x.shape[1:]
    if sum(axis > 1 for axis in own) > 1 and _grey(own) != _grey(shape):
        raise InputError(
            f"{options.path}: x has items of shape {own}, but data.shape is {list(shape)}: "
            "set it to null, or reshape x"
        )


def _levels(x: NDArray[Any], options: Arrays) -> int | None:
    """The number of levels of whole numbers; None for floats. InputError if they do not fit."""
    if x.dtype.kind == "f":
        if options.levels is not None:
            raise _refused(options, f"floats ({x.dtype})", "set it to null, or save whole numbers")
        return None
    if x.dtype.kind == "b":
        if options.levels not in (None, 2):
            raise _refused(options, "True and False, which are 2 levels", "set it to 2 or null")
        return 2
    low, high = int(x.min()), int(x.max())
    found = f"whole numbers from {low} to {high}"
    if low < 0:
        raise _refused(options, found, "levels run from 0, so save x as floats")
    if high >= BYTE_LEVELS:
        scale = (1 << high.bit_length()) - 1
        way_out = f"save x / {scale} as floats"
        raise _refused(options, f"{found}, but there can be {BYTE_LEVELS} levels at most", way_out)
    if options.levels is None and high < FAR_BELOW:
        way_out = (
            f"set data.levels to {max(high + 1, 2)}; to {BYTE_LEVELS} if they are 8-bit values "
            "after all"
        )
        raise _refused(options, f"{found}, far below {BYTE_LEVELS} levels", way_out)
    if options.levels is not None and high >= options.levels:
        raise _refused(options, found, "set it to one more than the largest, or save x as floats")
    return options.levels or BYTE_LEVELS


def _refused(options: Arrays, found: str, way_out: str) -> InputError:
    setting = f", but data.levels is {options.levels}: " if options.levels is not None else ": "
    return InputError(f"{options.path}: x has {found}{setting}{way_out}")


def _real(x: NDArray[Any], options: Arrays) -> NDArray[np.float32]:
    """Values as float32, (items, n); InputError, with a way out, if they are out of range."""
    with np.errstate(over="ignore"):
        values = _rows(x.astype(np.float32, copy=False))
    low, high = x.min(), x.max()  # NaN where any value is NaN
    if options.bounded and (low < 0 or high > 1):
        raise InputError(
            f"{options.path}: x has values from {low:g} to {high:g}: scale them "
            "to [0, 1], or set data.bounded to false"
        )
    if np.isfinite([low, high]).all() and not np.isfinite([values.min(), values.max()]).all():
        raise InputError(
            f"{options.path}: x has values from {low:g} to {high:g}, beyond what 32 bits hold: "
            "scale them"
        )
    return values


def _rows(x: NDArray[Any]) -> NDArray[Any]:
    return x.reshape(len(x), math.prod(x.shape[1:]))


def _target(values: NDArray[Any], kept: NDArray[np.bool_], options: Arrays) -> NDArray[np.float64]:
    """A real number for each kept item."""
    values = one_an_item(values, "target", options, " number")
    _refuse_kind(values, "target", options)
    if len(values) != len(kept):
        raise InputError(f"{options.path} has {len(values)} targets for {len(kept)} items")
    missing = np.ma.getmaskarray(values) & kept
    if missing.any():
        raise InputError(
            f"{options.path}: target is missing for {counted(int(missing.sum()), 'item')}, the "
            f"first in row {missing.argmax()}: fill it in, or leave such items out"
        )
    return np.ma.getdata(values)[kept].astype(np.float64)


MISSING = ("", "nan", "None", "<NA>", "NaT")  # numpy's ways to write a missing name
HINTS = {"f": ": save whole numbers as integers, and real ones as 'target'", "S": ": decode them"}


class Labelled(NamedTuple):
    """Labels of the kept items.

    labels: (kept items,) 0 … M − 1. classes: M names. kept: (items,) whether an item is kept.
    """

    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    kept: NDArray[np.bool_]


def labelled(
    values: NDArray[Any] | None, names: tuple[str, ...] | None, items: int, options: Arrays
) -> Labelled:
    """Whole numbers as they are, or names as their positions among the sorted names.

    values: (items,), perhaps masked; if `names` are given, positions among them. InputError for
    values that are not labels, or if some are missing and `unlabelled` is not drop.
    """
    if values is None:
        return Labelled(np.zeros(items, np.int64), UNLABELLED, np.ones(items, np.bool_))
    values = one_an_item(values, "labels", options, " number or name")
    if len(values) != items:
        raise InputError(f"{options.path} has {len(values)} labels for {items} items")
    missing = _missing(values, names)
    if missing.any():
        _refuse_missing(values, missing, options)
    present = np.ma.getdata(values)[~missing]
    if names is not None:
        return Labelled(present.astype(np.int64), names, ~missing)
    labels, classes = _classes(present, bool(missing.any()), options)
    return Labelled(labels, classes, ~missing)


def one_an_item(values: NDArray[Any], name: str, options: Arrays, what: str) -> NDArray[Any]:
    """Values (items,) from (items,) or (items, 1); InputError for any other shape."""
    if values.ndim == 2 and values.shape[1] == 1:
        return values[:, 0]
    if values.ndim == 1:
        return values
    found = f"shape {values.shape}" if values.ndim else "a single value"
    hint = ": take the argmax of one-hot labels" if name == "labels" and values.ndim > 1 else ""
    raise InputError(f"{options.path}: {name} must be one{what} for each item, got {found}{hint}")


def _missing(values: NDArray[Any], names: tuple[str, ...] | None) -> NDArray[np.bool_]:
    missing = np.ma.getmaskarray(values).copy()
    if values.dtype.kind == "f":
        missing |= np.isnan(np.ma.getdata(values))
    if values.dtype.kind == "U" and names is None:
        missing |= np.isin(np.ma.getdata(values), MISSING)
    return missing


def _refuse_missing(values: NDArray[Any], missing: NDArray[np.bool_], options: Arrays) -> None:
    """InputError unless `unlabelled` is drop and some items have labels."""
    if options.unlabelled == "drop" and not missing.all():
        return
    first = int(missing.argmax())
    word = f" ({str(values[first])!r})" if values.dtype.kind == "U" else ""
    way_out = "or set data.unlabelled to drop"
    raise InputError(
        f"{options.path}: label is missing for {counted(int(missing.sum()), 'item')}, the first in "
        f"row {first}{word}: add what is missing, "
        + ("or remove all labels" if missing.all() else way_out)
    )


def _classes(
    values: NDArray[Any], some_missing: bool, options: Arrays
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    if values.dtype.kind == "U":
        names, places = np.unique(values, return_inverse=True)
        return places.astype(np.int64), tuple(names.tolist())
    if values.dtype.kind == "f" and some_missing and (np.rint(values) == values).all():
        values = values.astype(np.int64)  # missing labels had turned whole numbers into floats
    if values.dtype.kind not in "bui":
        raise InputError(
            f"{options.path}: labels must be whole numbers or names, got {values.dtype}"
            f"{HINTS.get(values.dtype.kind, '')}"
        )
    _refuse_gaps(values, options)
    labels = values.astype(np.int64)
    return labels, tuple(map(str, range(labels.max() + 1)))


def _refuse_gaps(labels: NDArray[Any], options: Arrays) -> None:
    present = np.unique(labels)
    if present[0] != 0 or present[-1] != len(present) - 1:
        raise InputError(
            f"{options.path}: labels must run from 0 with none left out, got "
            f"{len(present)} different ones from {present[0]} to {present[-1]}"
        )
