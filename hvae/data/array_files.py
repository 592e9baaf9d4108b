"""`npz` and `parquet`: the user's own arrays in a file, `x` and perhaps labels and a target.

Pickled arrays are never read. A Parquet table has lists of one length in its column `x`, like a
prepared split of another experiment. Arrays with other names are not read, and a file is refused if
such a name is close to a name that is read.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import types

from hvae.config.sources import Npz, Parquet
from hvae.data import arrays
from hvae.data.source import Source
from hvae.errors import InputError, counted, listed, one_line, were
from hvae.io import tables
from hvae.io.storage import near, refuse_bomb

Names = Mapping[str, str]  # the names of "x", "label" and "target" in a kind of file
IN_NPZ: Names = {"x": "x", "label": "labels", "target": "target"}
IN_PARQUET: Names = {"x": "x", "label": "label", "target": "target"}
OTHERS = {  # other common names
    "x": ("data", "image", "images", "img", "input", "inputs", "features", "arr_0", "x_train"),
    "label": ("label", "labels", "y", "class", "classes", "category", "categories", "y_train"),
    "target": ("target", "targets"),
}


def unread(found: Sequence[str], known: Names, noun: str, path: Path) -> tuple[str, ...]:
    """A note about the arrays that are not read.

    InputError if x is missing, a known name occurs twice, or another name is close to a known one.
    """
    if known["x"] not in found:
        raise InputError(_without_x(found, known, noun, path))
    for name in known.values():
        if found.count(name) > 1:
            raise InputError(f"{path} has {found.count(name)} {noun}s {name!r}: keep one of them")
    others = [name for name in found if name not in known.values()]
    for name in others:
        if meant := _meant(name, known):
            way_out = f" beside {meant!r}: remove it"
            if meant not in found:
                way_out = f": rename it to {meant!r} or remove it"
            raise InputError(f"{path} has {name!r}, which is not read{way_out}")
    if not others:
        return ()
    return (f"{counted(len(others), noun)} {were(len(others))} not read: {listed(others)}",)


def _without_x(found: Sequence[str], known: Names, noun: str, path: Path) -> str:
    said = f"{path} has no {noun} 'x' (it has: {one_line(', '.join(found))})"
    meant = [name for name in found if _meant(name, known) == known["x"]]
    return f"{said}: rename {meant[0]!r} to 'x'" if meant else said


def _meant(name: str, known: Names) -> str | None:
    """The known name that `name` probably stands for, by its meaning or its spelling, if any."""
    aliases = {other: known[role] for role, others in OTHERS.items() for other in others}
    spelled = list(dict.fromkeys([*known.values(), "label", "labels", "target", "targets"]))
    meant = aliases.get(name) or near(name, spelled, aliases)
    return aliases.get(meant, meant) if meant else None


def load_npz(options: Npz, _seed: int) -> Source:
    """The arrays of the file. No part is random."""
    return arrays.source(_arrays(options), options)


def _arrays(options: Npz) -> arrays.FoundArrays:
    path = options.path
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            refuse_bomb(path, sum(member.file_size for member in file.zip.infolist()))
            notes = unread(file.files, IN_NPZ, "array", path)
            x, labels, target = (file.get(name) for name in IN_NPZ.values())
    except FileNotFoundError:
        raise InputError(f"{path} is missing: set data.raw_dir and data.file to yours") from None
    except InputError:
        raise
    except Exception as error:  # broken bytes can make numpy's parser raise anything
        raise InputError(
            f"{path} cannot be read as npz ({one_line(error)}): "
            "save it with numpy.savez, without objects"
        ) from None
    if not all(isinstance(array, np.ndarray | None) for array in (x, labels, target)):
        raise InputError(f"{path} has members that are not arrays: save it with numpy.savez")
    return arrays.FoundArrays(x, labels, target, notes=notes)


def load_parquet(options: Parquet, _seed: int) -> Source:
    """The rows of the file. No part is random."""
    table = tables.read(options.path)
    notes = unread(table.column_names, IN_PARQUET, "column", options.path)
    if table.num_rows == 0:
        raise InputError(f"{options.path} has no items")
    label = _labels(table["label"], options) if "label" in table.column_names else (None, None)
    target = _target(table["target"], options) if "target" in table.column_names else None
    found = arrays.FoundArrays(_lists(table["x"], options), label[0], target, label[1], notes)
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
    """Labels (items,), masked where missing. Names become positions, returned with the names."""
    column = _plain(column)
    kind = column.type
    if types.is_null(kind):
        return _all_missing(column), None
    if types.is_dictionary(kind):
        return _named(column)
    if _is_number(kind):
        return _numbers(column), None
    hint = ": take the argmax of one-hot labels" if _is_list(kind) else ""
    raise _refused(options, "label", "one whole number or name for each item", kind, hint)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column with text as a dictionary, since long texts may repeat, and no other dictionary."""
    kind = column.type
    if types.is_dictionary(kind):
        return column if _is_text(kind.value_type) else column.cast(kind.value_type)
    if types.is_string_view(kind):
        column = column.cast(pa.large_string())
    return column.dictionary_encode() if _is_text(column.type) else column


def _named(column: pa.ChunkedArray) -> tuple[NDArray[Any], tuple[str, ...]]:
    """The positions (items,) of names among the sorted names that occur."""
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
    """Numbers (items,), masked where missing."""
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
        raise _refused(options, "target", "one number for each item", column.type)
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
            f"{options.path}: the lists in column 'x' must have one length, with none missing"
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
