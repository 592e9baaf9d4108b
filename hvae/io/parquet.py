"""How much memory a Parquet file will take, computed before any of it is decompressed.

pyarrow allocates what headers claim, and the claims have no limit: pages may be compressed by any
factor, and a null in a fixed-size list takes as much as a full list. So the footer and the headers
of pages are read here first. pyarrow can read a footer too, but an inconsistent footer crashes the
process.

Both are structures in Thrift's compact protocol (apache/thrift,
doc/specs/thrift-compact-protocol.md), with the fields of apache/parquet-format,
src/main/thrift/parquet.thrift. Only whole numbers, structures and lists are kept. Anything that
another reader could understand differently is an error: a field that occurs twice, a number with
more bits than its type, or a list of another type than its field has.
"""

import io
import os
from collections.abc import Iterator, Mapping
from itertools import repeat
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

PLACE = 12  # bytes of a value while it is decoded: a number or a text's position, and two levels
LEAST = 1024  # values for which pyarrow allocates memory, however few it reads

# Types of Thrift's fields.
STOP, TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(13)
BITS = {I16: 16, I32: 32, I64: 64}
TRUTHS = (TRUE, FALSE)  # a field of these types has no bytes; in a list they take one each
FIXED = {TRUE: 1, FALSE: 1, BYTE: 1, DOUBLE: 8}  # bytes
DEEPEST = 16  # levels of nesting; a footer has eight

Structure = dict[tuple[int, int], Any]
Known = Mapping[int, tuple[int, "Known"]]
ANY: tuple[int, Known] = STOP, {}


def structure(file: BinaryIO, known: Known = ANY[1], depth: int = 0) -> Structure:
    """The structure at the file's position, by field and type. ValueError if it is broken.

    `known` has, for each field that is a list, the type and the known fields of its elements; for
    each field that is a structure with lists in it, its type and known fields.
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
    """A whole number, a structure or a list; any other value is skipped and gives None."""
    if not TRUE <= kind <= STRUCT:
        raise ValueError(f"a value of the unknown type {kind}")
    if depth > DEEPEST:
        raise ValueError("structures that are nested too deeply")
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
    """A number in zigzag form: 0, −1, 1, −2, …"""
    found = _varint(file, BITS[kind])
    return found >> 1 ^ -(found & 1)


def _varint(file: BinaryIO, bits: int) -> int:
    """A number with seven bits in each byte, lowest first; ValueError if it exceeds `bits`."""
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

# The fields of a footer that are lists, or structures with lists in them, and their elements.
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

# Fields and their types: from the footer down to a column, of a page's header, of kinds of pages.
ROW_GROUPS, COLUMNS, CHUNK = (4, LIST), (1, LIST), (3, STRUCT)
CHUNK_VALUES, DATA_AT, DICTIONARY_AT = (5, I64), (9, I64), (11, I64)
KIND, SIZE, PACKED, VALUES = (1, I32), (2, I32), (3, I32), (1, I32)
HEADERS = {0: (5, STRUCT), 2: (7, STRUCT), 3: (8, STRUCT)}  # of data, dictionary, data version 2
DICTIONARY = 2


class Page(NamedTuple):
    """A page: its kind, its size in bytes once decompressed, and its number of values."""

    kind: int
    size: int
    values: int


def chunks(file: BinaryIO) -> list[list[Structure]]:
    """The footer's metadata of each row group's columns."""
    file.seek(-len(END), os.SEEK_END)
    length = int.from_bytes(file.read(4), "little")
    file.seek(-length - len(END), os.SEEK_END)
    groups = structure(io.BytesIO(file.read(length)), FOOTER)[ROW_GROUPS]
    return [[chunk[CHUNK] for chunk in group[COLUMNS]] for group in groups]


def pages(file: BinaryIO, chunk: Structure) -> Iterator[Page]:
    """The pages that a reader reaches; it stops after all values of the column."""
    dictionary, data = chunk.get(DICTIONARY_AT, 0), chunk[DATA_AT]
    file.seek(dictionary if 0 < dictionary < data else data)
    seen = 0
    while seen < chunk[CHUNK_VALUES]:
        page, packed = _page(structure(file))
        seen += page.values if page.kind != DICTIONARY else 0
        yield page
        file.seek(packed, 1)


def _page(header: Structure) -> tuple[Page, int]:
    """The page that a header describes, and its compressed size in bytes."""
    try:
        kind, size, packed = header[KIND], header[SIZE], header[PACKED]
        values = header[HEADERS[kind]][VALUES] if kind in HEADERS else 0
    except KeyError:
        raise ValueError("a page without size or number of values, as if encrypted") from None
    if min(size, packed, values) < 0:
        raise ValueError("a page with a negative size")
    return Page(kind, size, values), packed


class MemoryClaim(NamedTuple):
    """Memory in bytes: of the whole file, and what a single row may add.

    A row takes more memory than its bytes in the file if it refers to a long text or holds nulls.
    """

    whole: int
    row: int


def claim(path: Path, file: pq.ParquetFile) -> MemoryClaim:
    """The memory that a file takes; ValueError or KeyError if a header is broken."""
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
    """The claim of a column in one row group. A text may be as long as its whole dictionary."""
    values = sum(page.values for page in found)
    whole = sum(page.size for page in found) + PLACE * values + LEAST * column.length
    if "BYTE_ARRAY" not in column.physical_type:
        return MemoryClaim(whole, 0)
    longest = max([column.length, *(page.size for page in found if page.kind == DICTIONARY)])
    if column.max_repetition_level:  # a single row may hold all of the values
        return MemoryClaim(whole + longest * values, 0)
    return MemoryClaim(whole, longest)


def _null(kind: pa.DataType, listed: bool = False) -> int:
    """The bytes that a null of this type takes. ValueError for fixed-size lists in other lists."""
    kind = getattr(kind, "storage_type", kind)
    if pa.types.is_fixed_size_list(kind):
        if listed:
            raise ValueError("fixed-size lists inside lists are not read")
        return int(kind.list_size) * _null(kind.value_type)
    inner = (kind.field(place).type for place in range(kind.num_fields))
    return sum(_null(one, listed or not pa.types.is_struct(kind)) for one in inner) or 8
