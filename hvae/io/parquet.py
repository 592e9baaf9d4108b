"""How much memory a Parquet file will take, found before any of it is unpacked.

pyarrow gives memory to what headers claim: of pages, which are compressed without any limit, and of
fixed-size lists, which are as long where they are null. So the footer and the headers of pages are
read here. pyarrow's objects would tell what is in a footer, but end the process where it
contradicts itself.

Both are structures in Thrift's compact protocol (apache/thrift,
doc/specs/thrift-compact-protocol.md), with the fields of apache/parquet-format,
src/main/thrift/parquet.thrift. Only whole numbers, structures and lists are kept. What another
reader could take for something else is an error: a field that comes twice, a number of more bits
than its type has, or a list of another type than its field, since readers go by the field.
"""

import io
import os
from collections.abc import Iterator, Mapping
from itertools import repeat
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

PLACE = 12  # bytes of a value while it is decoded: a number or where a text lies, and two levels
LEAST = 1024  # values for which pyarrow makes room, however few are read

# Types of Thrift's fields.
STOP, TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(13)
BITS = {I16: 16, I32: 32, I64: 64}
TRUTHS = (TRUE, FALSE)  # as a field the type is all there is; in a list they are bytes
FIXED = {TRUE: 1, FALSE: 1, BYTE: 1, DOUBLE: 8}  # bytes
DEEPEST = 16  # values in values; a footer has eight

Structure = dict[tuple[int, int], Any]
Known = Mapping[int, tuple[int, "Known"]]
ANY: tuple[int, Known] = STOP, {}


def structure(file: BinaryIO, known: Known = ANY[1], depth: int = 0) -> Structure:
    """The one at the file's position, by field and type. ValueError where it is broken.

    `known` has, by field, the type of a list's elements and what is known of their fields; for a
    structure that has lists in it, its own type and fields.
    """
    found: Structure = {}
    field = 0
    while kind := (head := _byte(file)) & 15:
        field = field + (head >> 4) if head >> 4 else _integer(file, I16)
        if not 0 < field < 1 << 15:
            raise ValueError(f"a structure with a field {field}")
        if (field, kind) in found:
            raise ValueError(f"a structure with two fields {field}")
        value = None if kind in TRUTHS else _value(file, kind, known.get(field, ANY), depth + 1)
        found[field, kind] = value
    return found


def _value(file: BinaryIO, kind: int, known: tuple[int, Known], depth: int) -> Any:
    """A whole number, a structure or a list; None, after passing over it, of what else there is."""
    if not TRUE <= kind <= STRUCT:
        raise ValueError(f"a value of the unknown type {kind}")
    if depth > DEEPEST:
        raise ValueError("structures that nest too deep")
    if kind in BITS:
        return _integer(file, kind)
    if kind == STRUCT:
        return structure(file, known[1], depth)
    if kind in (LIST, SET, MAP):
        return [_value(file, one, known, depth + 1) for one in _elements(file, kind, known[0])]
    if kind == BINARY:
        file.seek(_varint(file, 31), 1)
    else:
        _read(file, FIXED[kind])
    return None


def _elements(file: BinaryIO, kind: int, known: int) -> Iterator[int]:
    """The types of the values in a list, a set or a map, one by one."""
    if kind != MAP:
        head = _byte(file)
        length = head >> 4 if head >> 4 < 15 else _varint(file, 31)
        if length and known not in (STOP, head & 15):
            raise ValueError("a list of another type than its field has")
        yield from repeat(head & 15, length)
    elif length := _varint(file, 31):
        head = _byte(file)
        for _ in range(length):
            yield from (head >> 4, head & 15)


def _integer(file: BinaryIO, kind: int) -> int:
    """Of zigzag form: 0, −1, 1, −2, …"""
    found = _varint(file, BITS[kind])
    return found >> 1 ^ -(found & 1)


def _varint(file: BinaryIO, bits: int) -> int:
    """Seven bits a byte, the lowest first; ValueError where it is longer than `bits`."""
    found = shift = 0
    while (byte := _byte(file)) > 127 and shift < bits:
        found, shift = found | (byte & 127) << shift, shift + 7
    found |= byte << shift
    if found >> bits:
        raise ValueError(f"a number of more than {bits} bits")
    return found


def _byte(file: BinaryIO) -> int:
    return _read(file, 1)[0]


def _read(file: BinaryIO, length: int) -> bytes:
    found = file.read(length)
    if len(found) < length:
        raise ValueError("a structure without an end")
    return found


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


class MemoryClaim(NamedTuple):
    """Bytes that it takes to decode a file, and those that a row can add without any in the file.

    Rows do so by referring to one long text, or by nulls.
    """

    whole: int
    row: int


def claim(path: Path, file: pq.ParquetFile) -> MemoryClaim:
    """Of all row groups together; ValueError or KeyError where the footer or a header is broken."""
    columns = [file.schema.column(place) for place in range(len(file.schema))]
    with path.open("rb") as content:
        groups = [
            [
                _column(list(pages(content, chunk)), column)
                for chunk, column in zip(group, columns, strict=True)
            ]
            for group in chunks(content)
        ]
    repeated = sum(max(one.row for one in column) for column in zip(*groups, strict=True))
    null = sum(_null(field.type) for field in file.schema_arrow)
    return MemoryClaim(sum(column.whole for group in groups for column in group), repeated + null)


def _column(found: list[Page], column: pq.ColumnSchema) -> MemoryClaim:
    """Of one in one row group. A text can be as long as the dictionary that it is in."""
    values = sum(page.values for page in found)
    whole = sum(page.size for page in found) + PLACE * values + LEAST * column.length
    if "BYTE_ARRAY" not in column.physical_type:
        return MemoryClaim(whole, 0)
    longest = max([column.length, *(page.size for page in found if page.kind == DICTIONARY)])
    if column.max_repetition_level:  # a single row may hold all of the values
        return MemoryClaim(whole + longest * values, 0)
    return MemoryClaim(whole, longest)


def _null(kind: pa.DataType, listed: bool = False) -> int:
    """Bytes that a null of the type takes. ValueError for fixed-size lists inside other lists."""
    kind = getattr(kind, "storage_type", kind)
    if pa.types.is_fixed_size_list(kind):
        if listed:
            raise ValueError("fixed-size lists inside lists are not read")
        return int(kind.list_size) * _null(kind.value_type)
    inner = (kind.field(place).type for place in range(kind.num_fields))
    return sum(_null(one, listed or not pa.types.is_struct(kind)) for one in inner) or 8
