"""Where a Parquet file's pages are and what their headers say.

The footer and the headers are structures of `thrift`, with the fields of apache/parquet-format,
src/main/thrift/parquet.thrift. pyarrow's objects would tell what is in a footer, but end the
process where it contradicts itself.
"""

import io
import os
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from hvae.io.parquet_thrift import BINARY, I32, I64, LIST, STRUCT, Known, Structure, structure

END = b"size" + b"PAR1"

# The fields of a footer that are lists, or structures with lists in them, and what they consist of.
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

# Fields and their types, of the footer down to a column; of a page's header; of each kind of it.
ROW_GROUPS, COLUMNS, CHUNK = (4, LIST), (1, LIST), (3, STRUCT)
CHUNK_VALUES, DATA_AT, DICTIONARY_AT = (5, I64), (9, I64), (11, I64)
KIND, SIZE, PACKED, VALUES = (1, I32), (2, I32), (3, I32), (1, I32)
HEADERS = {0: (5, STRUCT), 2: (7, STRUCT), 3: (8, STRUCT)}  # of data, dictionary, data version 2
DICTIONARY = 2


class Page(NamedTuple):
    """Its kind, bytes once it is unpacked, and the values among them."""

    kind: int
    size: int
    values: int


def chunks(file: BinaryIO) -> list[list[Structure]]:
    """What the footer tells of each row group's columns."""
    file.seek(-len(END), os.SEEK_END)
    length = int.from_bytes(file.read(4), "little")
    file.seek(-length - len(END), os.SEEK_END)
    groups = structure(io.BytesIO(file.read(length)), FOOTER)[ROW_GROUPS]
    return [[chunk[CHUNK] for chunk in group[COLUMNS]] for group in groups]


def pages(file: BinaryIO, chunk: Structure) -> Iterator[Page]:
    """Those that a reader comes to, which stops once it has seen all of the column's values."""
    dictionary, data = chunk.get(DICTIONARY_AT, 0), chunk[DATA_AT]
    file.seek(dictionary if 0 < dictionary < data else data)
    seen = 0
    while seen < chunk[CHUNK_VALUES]:
        page, packed = _page(structure(file))
        seen += page.values if page.kind != DICTIONARY else 0
        yield page
        file.seek(packed, 1)


def _page(header: Structure) -> tuple[Page, int]:
    """What a page's header says of it, and its bytes while it is packed."""
    try:
        kind, size, packed = header[KIND], header[SIZE], header[PACKED]
        values = header[HEADERS[kind]][VALUES] if kind in HEADERS else 0
    except KeyError:
        raise ValueError("a page without its size or its values, as if it were encrypted") from None
    if min(size, packed, values) < 0:
        raise ValueError("a page of less than nothing")
    return Page(kind, size, values), packed
