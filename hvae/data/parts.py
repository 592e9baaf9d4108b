"""Parquet files that are too long to be held twice: written a row group at a time."""

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from hvae.io import provenance, writing


def write(parts: Iterable[pa.Table], path: Path) -> None:
    """Tables of one schema as the row groups of one file, which is seen only once it is whole."""
    writing.fill(path, lambda beside: _write(iter(parts), beside))


def _write(parts: Iterator[pa.Table], path: Path) -> None:
    first = next(parts)
    options = {"compression": "zstd", "write_page_checksum": True}
    schema = first.schema.with_metadata(provenance.metadata(first.schema))
    with pq.ParquetWriter(path, schema, **options) as file:
        for part in itertools.chain([first], parts):
            file.write_table(part)
