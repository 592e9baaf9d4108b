"""What a Parquet file says it holds, found before any of it is unpacked.

pyarrow gives memory to what headers claim: of pages, which are compressed without any limit, and of
fixed-size lists, which are as long where they are null.
"""

from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from hvae.io.parquet_headers import DICTIONARY, Page, chunks, pages

PLACE = 12  # bytes of a value while it is decoded: a number or where a text lies, and two levels
LEAST = 1024  # values for which pyarrow makes room, however few are read


class Claim(NamedTuple):
    """Bytes that it takes to decode a file, and those that a row can add without any in the file.

    Rows do so by referring to one long text, or by nulls.
    """

    whole: int
    row: int


def claim(path: Path, file: pq.ParquetFile) -> Claim:
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
    return Claim(sum(column.whole for group in groups for column in group), repeated + null)


def _column(found: list[Page], column: pq.ColumnSchema) -> Claim:
    """Of one in one row group. A text can be as long as the dictionary that it is in."""
    values = sum(page.values for page in found)
    whole = sum(page.size for page in found) + PLACE * values + LEAST * column.length
    if "BYTE_ARRAY" not in column.physical_type:
        return Claim(whole, 0)
    longest = max([column.length, *(page.size for page in found if page.kind == DICTIONARY)])
    if column.max_repetition_level:  # a single row may hold all of the values
        return Claim(whole + longest * values, 0)
    return Claim(whole, longest)


def _null(kind: pa.DataType, listed: bool = False) -> int:
    """Bytes that a null of the type takes. ValueError for fixed-size lists inside other lists."""
    kind = getattr(kind, "storage_type", kind)
    if pa.types.is_fixed_size_list(kind):
        if listed:
            raise ValueError("fixed-size lists inside lists are not read")
        return int(kind.list_size) * _null(kind.value_type)
    inner = (kind.field(place).type for place in range(kind.num_fields))
    return sum(_null(one, listed or not pa.types.is_struct(kind)) for one in inner) or 8
