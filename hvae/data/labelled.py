"""Turns the user's labels, whole numbers or names, into positions among the classes."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hvae.config.sources.files import Arrays
from hvae.data.source import UNLABELLED
from hvae.errors import InputError, counted

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
