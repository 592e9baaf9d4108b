"""Parquet files that are too long to be held twice: written and read a row group at a time."""

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from hvae import tables
from hvae.errors import InputError


def write(parts: Iterable[pa.Table], path: Path) -> None:
    """Tables of one schema as the row groups of one file, which is seen only once it is whole."""
    tables.write_whole(path, lambda beside: _write(iter(parts), beside))


def _write(parts: Iterator[pa.Table], path: Path) -> None:
    first = next(parts)
    with pq.ParquetWriter(path, first.schema, compression="zstd") as file:
        for part in itertools.chain([first], parts):
            file.write_table(part)


def read(path: Path) -> Iterator[pa.Table]:
    """The row groups, one after the other; InputError where the file is absent or not Parquet."""
    try:
        with pq.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                yield file.read_row_group(group)
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{path} cannot be read as a Parquet table: {error}") from None
