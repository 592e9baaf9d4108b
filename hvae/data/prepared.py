"""Prepared data: a typed Parquet file for each split, checked when written and when read.

The columns are `index`, `label`, `x` and perhaps `target`; the file's metadata hold the rest as
JSON. x with up to 256 levels is stored as the numbers k = 0 … levels − 1, which stand for
k / (levels − 1). Validation and test have a further file for each kind of outliers.
"""

import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import Field, PositiveInt

from hvae.config.base import Section, parse
from hvae.data.source import BYTE_LEVELS, Source, check, level_numbers, level_values
from hvae.errors import InputError, one_line
from hvae.io import provenance, storage, tables

HELD_OUT = ("validation", "test")  # the splits that have outliers: nothing is fitted on them
OF_CLASS, OF_SOURCE = "outliers", "others"  # the two kinds, in names of files
ROWS = 4096  # rows in a part of a file, to avoid a second copy of the data in memory


def outliers_file(split: str, kind: str) -> str:
    """The name of the file of a split's outliers, without suffix."""
    return f"{split}-{kind}"


class Described(Section):
    """The metadata of a file; the names are those of `Items`."""

    shape: list[PositiveInt]
    classes: list[str]
    bounded: bool
    levels: Annotated[int, Field(ge=2, le=2**32)] | None
    read: list[str] = Field(default=[])


class Items(NamedTuple):
    """One split. Fields are those of `Source`, but x always holds values, not numbers of levels.

    x: (items, n) float32; labels: (items,) int64; target: (items,) float64 or None;
    ids: (items,) int64, the item's position in its source. read: the summary of the data, with a
    sentence in each line.
    """

    x: NDArray[np.float32]
    labels: NDArray[np.int64]
    ids: NDArray[np.int64]
    shape: tuple[int, ...]
    classes: tuple[str, ...]
    bounded: bool = True
    target: NDArray[np.float64] | None = None
    levels: int | None = None
    read: tuple[str, ...] = ()

    def first(self, count: int) -> "Items":
        """The leading `count` items: a random sample, since splits are stored in random order."""
        return self._replace(
            x=self.x[:count],
            labels=self.labels[:count],
            ids=self.ids[:count],
            target=None if self.target is None else self.target[:count],
        )


def select(source: Source, ids: NDArray[np.int64], read: Sequence[str] = ()) -> Items:
    """The items of a source at the positions `ids`."""
    return Items(
        x=_values(source.x[ids], source.levels),
        labels=source.labels[ids],
        ids=ids,
        shape=source.shape,
        classes=source.classes,
        bounded=source.bounded,
        target=None if source.target is None else source.target[ids],
        levels=source.levels,
        read=tuple(read),
    )


def _values(x: NDArray[Any], count: int | None) -> NDArray[np.float32]:
    return level_values(x, count) if count and x.dtype == np.uint8 else x


def write(items: Items, path: Path) -> None:
    """Check and store one split."""
    _write_all([_table(items, path)], path)


def store(source: Source, ids: NDArray[np.int64], path: Path, read: Sequence[str] = ()) -> None:
    """Check and store the items of a source at the positions `ids`, in parts to save memory."""
    starts = range(0, max(len(ids), 1), ROWS)
    parts = (select(source, ids[start : start + ROWS], read) for start in starts)
    _write_all((_table(part, path) for part in parts), path)


def _write_all(groups: Iterable[pa.Table], path: Path) -> None:
    """Write tables of one schema as the row groups of one file, whole or not at all."""
    storage.fill(path, lambda beside: _write_each(iter(groups), beside))


def _write_each(groups: Iterator[pa.Table], path: Path) -> None:
    first = next(groups)
    options = {"compression": "zstd", "write_page_checksum": True}
    every = itertools.chain([first], groups)
    provenance.write_tables(every, first.schema, path, **options)


def _table(items: Items, path: Path) -> pa.Table:
    check(items, path)
    columns = {"index": items.ids, "label": items.labels, "x": _stored(items)}
    if items.target is not None:
        columns["target"] = items.target
    described = {
        name: json.dumps(getattr(items, name), ensure_ascii=False)
        for name in Described.model_fields
    }
    return pa.table(columns).replace_schema_metadata(described)


def _stored(items: Items) -> pa.Array:
    if items.levels and items.levels <= BYTE_LEVELS:
        return tables.vectors(level_numbers(items.x, items.levels), pa.uint8())
    return tables.vectors(items.x)


def read(path: Path) -> Items:
    """Load and check one split; InputError if the file is not a prepared split."""
    groups = list(storage.parquet(path))
    try:
        items = _items(groups)
    except (LookupError, AttributeError, ValueError, TypeError, RecursionError) as error:
        raise InputError(f"{path} is not a prepared split: {one_line(error)}") from None
    check(items, path)
    return items


def _items(groups: list[pa.Table]) -> Items:
    schema = groups[0].schema
    meta = {
        name: json.loads(value)
        for key, value in (schema.metadata or {}).items()
        if (name := key.decode()) != provenance.KEY
    }
    known = parse(Described, meta)
    if (kind := schema.field("x").type.value_type) not in (pa.uint8(), pa.float32()):
        raise ValueError(f"x holds {kind}")
    x = np.concatenate([tables.matrix(group["x"]) for group in groups])
    return Items(
        x=_values(x, known.levels),
        labels=_column(groups, "label", pa.int64()),
        ids=_column(groups, "index", pa.int64()),
        shape=tuple(known.shape),
        classes=tuple(known.classes),
        bounded=known.bounded,
        target=_column(groups, "target", pa.float64()) if "target" in schema.names else None,
        levels=known.levels,
        read=tuple(known.read),
    )


def labels(path: Path) -> NDArray[np.int64]:
    """The labels of a split, read without keeping its items in memory."""
    return np.concatenate([group["label"].to_numpy() for group in storage.parquet(path)])


def _column(groups: list[pa.Table], name: str, kind: pa.DataType) -> NDArray[Any]:
    columns = [group[name] for group in groups]
    if columns[0].type != kind or any(column.null_count for column in columns):
        raise ValueError(f"{name} must be {kind} without gaps, got {columns[0].type}")
    return np.concatenate([column.to_numpy() for column in columns])
