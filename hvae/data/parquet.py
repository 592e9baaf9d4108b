"""`parquet`: the user's own table, columns `x` (lists of one length), perhaps `label` and `target`.

A prepared split of another experiment is such a table, too.
"""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import types

from hvae.config.data import Parquet
from hvae.data import arrays, names
from hvae.data.source import Source
from hvae.data.wording import counted
from hvae.errors import InputError
from hvae.io import tables
from hvae.io.reading import one_line

KNOWN = {"x": "x", "label": "label", "target": "target"}


def load(options: Parquet, _seed: int) -> Source:
    """The rows of the file; nothing about them is chosen or random."""
    table = tables.read(options.path)
    notes = names.unread(table.column_names, KNOWN, "column", options.path)
    if table.num_rows == 0:
        raise InputError(f"{options.path} has no items")
    label = _labels(table["label"], options) if "label" in table.column_names else (None, None)
    target = _target(table["target"], options) if "target" in table.column_names else None
    found = arrays.Found(_lists(table["x"], options), label[0], target, label[1], notes)
    return arrays.source(found, options)


def _refused(options: Parquet, name: str, what: str, kind: object, hint: str = "") -> InputError:
    wanted = f"column {name!r} must hold {what}"
    return InputError(f"{options.path}: {wanted}, got {one_line(kind)}{hint}")


def _is_number(kind: pa.DataType) -> bool:
    return types.is_boolean(kind) or types.is_integer(kind) or types.is_floating(kind)


def _is_text(kind: pa.DataType) -> bool:
    return types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)


def _is_list(kind: pa.DataType) -> bool:
    return types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)


def _labels(
    column: pa.ChunkedArray, options: Parquet
) -> tuple[NDArray[Any], tuple[str, ...] | None]:
    """Labels (items,), masked where they are missing; of names, their positions, and the names."""
    column = _plain(column)
    kind = column.type
    if types.is_null(kind):
        return _all_missing(column), None
    if types.is_dictionary(kind):
        return _named(column)
    if _is_number(kind):
        return _numbers(column), None
    hint = ": take the argmax of one-hot labels" if _is_list(kind) else ""
    raise _refused(options, "label", "one whole number or name an item", kind, hint)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text as a dictionary, since one long text may occur often; any other dictionary undone."""
    kind = column.type
    if types.is_dictionary(kind):
        return column if _is_text(kind.value_type) else column.cast(kind.value_type)
    if types.is_string_view(kind):
        column = column.cast(pa.large_string())
    return column.dictionary_encode() if _is_text(column.type) else column


def _named(column: pa.ChunkedArray) -> tuple[NDArray[Any], tuple[str, ...]]:
    """The positions (items,) of names in their order; those alone that occur."""
    whole = column.unify_dictionaries().combine_chunks()
    words = [*whole.dictionary.to_pylist(), None]
    places = whole.indices.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    places[np.asarray(whole.indices.is_null())] = len(words) - 1
    names = sorted({words[place] for place in np.unique(places)} - {None})
    new = {name: place for place, name in enumerate(names)}
    numbers = np.array([new.get(word, 0) for word in words], np.int64)
    missing = np.array([word is None for word in words])
    return np.ma.masked_array(numbers[places], missing[places]), tuple(names)


def _numbers(column: pa.ChunkedArray) -> NDArray[Any]:
    """Numbers (items,), masked where they are missing."""
    missing = np.asarray(column.is_null().combine_chunks())
    if column.null_count and not types.is_floating(column.type):
        column = column.fill_null(pa.scalar(0).cast(column.type))
    return np.ma.masked_array(column.to_numpy(), missing)


def _all_missing(column: pa.ChunkedArray) -> NDArray[Any]:
    return np.ma.masked_array(np.zeros(len(column), np.int64), True)


def _target(column: pa.ChunkedArray, options: Parquet) -> NDArray[Any]:
    if types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if types.is_null(column.type):
        return _all_missing(column)
    if not _is_number(column.type):
        raise _refused(options, "target", "one number an item", column.type)
    return _numbers(column)


def _lists(column: pa.ChunkedArray, options: Parquet) -> NDArray[Any]:
    """The column as (items, n)."""
    kind = column.type
    if not _is_list(kind):
        raise _refused(options, "x", "lists of numbers", kind)
    chunks = [chunk for chunk in column.chunks if len(chunk)]
    lengths = {length for chunk in chunks for length in np.unique(chunk.value_lengths())}
    if len(lengths) != 1 or column.null_count:
        raise InputError(
            f"{options.path}: the lists in column 'x' must be of one length and none missing"
        )
    if lengths == {0}:
        raise InputError(f"{options.path}: the lists in column 'x' hold no values")
    if not _is_number(kind.value_type):
        nested = _is_list(kind.value_type)
        hint = ": flatten each item, and set data.shape" if nested else ""
        raise _refused(options, "x", "lists of numbers", kind, hint)
    return _flat([chunk.flatten() for chunk in chunks], options).reshape(len(column), -1)


def _flat(chunks: list[pa.Array], options: Parquet) -> NDArray[Any]:
    if count := sum(chunk.null_count for chunk in chunks):
        raise InputError(
            f"{options.path}: {counted(count, 'value')} in the lists of column 'x' "
            f"{'is' if count == 1 else 'are'} missing: fill them in, or leave such items out"
        )
    return np.concatenate([chunk.to_numpy(zero_copy_only=False) for chunk in chunks])
