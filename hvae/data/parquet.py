"""`parquet`: the user's own table, columns `x` (lists of one length), perhaps `label` and `target`.

A prepared split of another experiment is such a table, too.
"""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hvae import tables
from hvae.data import arrays
from hvae.data.source import Source
from hvae.errors import InputError
from hvae.options import Parquet
from hvae.reading import one_line


def load(options: Parquet, _seed: int) -> Source:
    """The rows of the file; nothing about them is chosen or random."""
    table = tables.read(options.path)
    if "x" not in table.column_names:
        raise InputError(
            f"{options.path} has no column 'x' (it has: {one_line(', '.join(table.column_names))})"
        )
    found = arrays.Found(
        _lists(table["x"], options), _column(table, "label"), _column(table, "target")
    )
    return arrays.source(found, options)


def _column(table: pa.Table, name: str) -> NDArray[Any] | None:
    if name not in table.column_names:
        return None
    values = table[name].combine_chunks().to_numpy(zero_copy_only=False)
    return values.astype(str) if values.dtype.kind == "O" else values


def _lists(column: pa.ChunkedArray, options: Parquet) -> NDArray[Any]:
    """The column as (items, n), or (items, *shape) where the options give a shape."""
    kind = column.type
    if not (pa.types.is_fixed_size_list(kind) or pa.types.is_list(kind) or _large(kind)):
        raise InputError(f"{options.path}: column 'x' must hold lists of numbers, got {kind}")
    chunks = [chunk for chunk in column.chunks if len(chunk)]
    lengths = {length for chunk in chunks for length in np.unique(chunk.value_lengths())}
    if len(lengths) != 1 or column.null_count:
        raise InputError(
            f"{options.path}: the lists in column 'x' must be of one length and none missing"
        )
    flat = np.concatenate([chunk.flatten().to_numpy(zero_copy_only=False) for chunk in chunks])
    return flat.reshape(len(column), -1)


def _large(kind: pa.DataType) -> bool:
    return bool(pa.types.is_large_list(kind))
