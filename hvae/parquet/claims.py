"""What a Parquet file says it holds, found before any of it is unpacked.

pyarrow gives memory to what headers claim: of pages, which are compressed without any limit, and of
fixed-size lists, which are as long where they are null. Headers are structures of `thrift`, their
fields those of apache/parquet-format, src/main/thrift/parquet.thrift.
"""

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from hvae.parquet.thrift import BINARY, I32, I64, LIST, STRUCT, Known, Structure, structure

END = b"size" + b"PAR1"
LEAF: Known = {}
HISTOGRAMS: Known = {2: (I64, LEAF), 3: (I64, LEAF)}
PLACES: Known = {2: (I32, LEAF)}
COLUMN: Known = {
    2: (I32, LEAF),  # encodings
    3: (BINARY, LEAF),  # path
    8: (STRUCT, LEAF),  # remarks
    13: (STRUCT, LEAF),  # counts of encodings
    16: (STRUCT, HISTOGRAMS),
    17: (STRUCT, PLACES),
}
SECRET: Known = {2: (STRUCT, {1: (BINARY, LEAF)})}
GROUP: Known = {1: (STRUCT, {3: (STRUCT, COLUMN), 8: (STRUCT, SECRET)}), 4: (STRUCT, LEAF)}
FOOTER: Known = {2: (STRUCT, LEAF), 4: (STRUCT, GROUP), 5: (STRUCT, LEAF), 7: (STRUCT, LEAF)}
ROW_GROUPS, COLUMNS, CHUNK = (4, LIST), (1, LIST), (3, STRUCT)
CHUNK_VALUES, DATA_AT, DICTIONARY_AT = (5, I64), (9, I64), (11, I64)
KIND, SIZE, PACKED, VALUES = (1, I32), (2, I32), (3, I32), (1, I32)
HEADERS = {0: (5, STRUCT), 2: (7, STRUCT), 3: (8, STRUCT)}  # of data, dictionary, data version 2
DICTIONARY = 2
PLACE = 12  # bytes of a value while it is decoded: a number or where a text lies, and two levels
LEAST = 1024  # values for which pyarrow makes room, however few are read


class Page(NamedTuple):
    """Its kind, bytes once it is unpacked, and the values among them."""

    kind: int
    size: int
    values: int


class Claim(NamedTuple):
    """Bytes that it takes to decode a file, and those that a row can add without any in the file.

    Rows do so by referring to one long text, or by nulls.
    """

    whole: int
    row: int


def claim(path: Path, file: pq.ParquetFile) -> Claim:
    """Of all row groups together; ValueError or KeyError where a page's header is broken."""
    columns = [file.schema.column(place) for place in range(len(file.schema))]
    with path.open("rb") as content:
        groups = [
            [
                _column(list(_pages(content, chunk)), column)
                for chunk, column in zip(chunks, columns, strict=True)
            ]
            for chunks in _chunks(content)
        ]
    repeated = sum(max(one.row for one in column) for column in zip(*groups, strict=True))
    null = sum(_null(field.type) for field in file.schema_arrow)
    return Claim(sum(column.whole for group in groups for column in group), repeated + null)


def _chunks(file: BinaryIO) -> list[list[Structure]]:
    """What the footer tells of each row group's columns.

    pyarrow's objects would tell, but end the process where a footer contradicts itself.
    """
    file.seek(-len(END), os.SEEK_END)
    length = int.from_bytes(file.read(4), "little")
    file.seek(-length - len(END), os.SEEK_END)
    groups = structure(io.BytesIO(file.read(length)), FOOTER)[ROW_GROUPS]
    return [[chunk[CHUNK] for chunk in group[COLUMNS]] for group in groups]


def _column(pages: list[Page], column: pq.ColumnSchema) -> Claim:
    """Of one in one row group. A text can be as long as the dictionary that it is in."""
    values = sum(page.values for page in pages)
    whole = sum(page.size for page in pages) + PLACE * values + LEAST * column.length
    if "BYTE_ARRAY" not in column.physical_type:
        return Claim(whole, 0)
    longest = max([column.length, *(page.size for page in pages if page.kind == DICTIONARY)])
    if column.max_repetition_level:  # a single row may hold all of the values
        return Claim(whole + longest * values, 0)
    return Claim(whole, longest)


def _pages(file: BinaryIO, chunk: Structure) -> Iterator[Page]:
    """Those that a reader comes to, which stops once it has seen all of the column's values."""
    dictionary, data = chunk.get(DICTIONARY_AT, 0), chunk[DATA_AT]
    file.seek(dictionary if 0 < dictionary < data else data)
    seen = 0
    while seen < chunk[CHUNK_VALUES]:
        header = structure(file)
        kind = header[KIND]
        values = header[HEADERS[kind]][VALUES] if kind in HEADERS else 0
        if min(header[SIZE], header[PACKED], values) < 0:
            raise ValueError("a page of less than nothing")
        seen += values if kind != DICTIONARY else 0
        yield Page(kind, header[SIZE], values)
        file.seek(header[PACKED], 1)


def _null(kind: pa.DataType, listed: bool = False) -> int:
    """Bytes that a null of the type takes. ValueError for fixed-size lists inside other lists."""
    kind = getattr(kind, "storage_type", kind)
    if pa.types.is_fixed_size_list(kind):
        if listed:
            raise ValueError("fixed-size lists inside lists are not read")
        return int(kind.list_size) * _null(kind.value_type)
    inner = (kind.field(place).type for place in range(kind.num_fields))
    return sum(_null(one, listed or not pa.types.is_struct(kind)) for one in inner) or 8
