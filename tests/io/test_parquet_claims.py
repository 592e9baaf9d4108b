"""What headers claim against what pyarrow writes, and files that claim little and take much."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hvae.errors import InputError
from hvae.io import parquet, storage

RANDOM = np.random.default_rng(0)
LONG = "long" * 100_000
NAMED = pa.DictionaryArray.from_arrays(pa.array(np.zeros(3000, np.int32)), pa.array([LONG]))
TABLE = {
    "number": RANDOM.random(5000),
    "name": RANDOM.choice(["a", "bc", None], 5000),
    "list": [[1.0] * (place % 4) for place in range(5000)],
    "vector": pa.FixedSizeListArray.from_arrays(RANDOM.random(15000), 3),
}


@pytest.mark.parametrize("compression", ["none", "zstd", "gzip", "snappy"])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("dictionary", [False, True])
def test_pages_are_those_that_the_footer_counts(
    compression: str, version: str, dictionary: bool, tmp_path: Path
) -> None:
    """A column's footer has the sum over its pages with their headers, which are short."""
    path = tmp_path / "a.parquet"
    options: dict[str, Any] = {"compression": compression, "data_page_version": version}
    options |= {"use_dictionary": dictionary, "data_page_size": 1000, "row_group_size": 2000}
    pq.write_table(pa.table(TABLE), path, write_page_checksum=True, **options)
    footer = pq.read_metadata(path)
    with path.open("rb") as file:
        found = [
            [list(parquet.pages(file, chunk)) for chunk in group] for group in parquet.chunks(file)
        ]
    assert len(found) == footer.num_row_groups
    for at, group in enumerate(found):
        for place, pages in enumerate(group):
            data = [page for page in pages if page.kind != parquet.DICTIONARY]
            told = footer.row_group(at).column(place)
            assert sum(page.values for page in data) == told.num_values
            assert len(pages) - len(data) == told.has_dictionary_page
            rest = told.total_uncompressed_size - sum(page.size for page in pages)
            assert 10 * len(pages) < rest < 120 * len(pages)


def pages(path: Path) -> None:
    """One text of 60 MB, which zstd compresses to two kilobytes."""
    _write(path, ["0" * 60_000_000], use_dictionary=False, write_statistics=False)


def footers(path: Path) -> None:
    """The same with a footer that says it is short."""
    pages(path)
    content, size = path.read_bytes(), pq.read_metadata(path).row_group(0).column(0)
    told = _varint(2 * size.total_uncompressed_size)
    assert content.count(told) == 2  # of the column and of the row group
    path.write_bytes(content.replace(told, bytes([0x80] * (len(told) - 1) + [1])))


def numbers(path: Path) -> None:
    """A row of ten million zeros, which run-length encoding makes tiny."""
    zeros = pa.array(np.zeros(10_000_000, np.int8))
    _write(path, pa.ListArray.from_arrays(pa.array([0, len(zeros)], pa.int32()), zeros))


def names(path: Path) -> None:
    """A long text that every row refers to."""
    _write(path, NAMED, store_schema=False)


def listed(path: Path) -> None:
    """A long text that a single row refers to many times."""
    _write(path, pa.ListArray.from_arrays(pa.array([0, len(NAMED)], pa.int32()), NAMED))


def texts_of_one_length(path: Path) -> None:
    """Nulls that take as much as any value."""
    _write(path, pa.nulls(3000, pa.binary(400_000)))


def lists_of_one_length(path: Path) -> None:
    """Likewise."""
    _write(path, pa.nulls(3000, pa.list_(pa.float32(), 100_000)))


def one_null(path: Path) -> None:
    """A single null that takes much."""
    _write(path, pa.nulls(1, pa.list_(pa.float32(), 100_000_000)))


def _write(path: Path, column: Any, **options: Any) -> None:
    pq.write_table(pa.table({"x": column}), path, compression="zstd", **options)


def _varint(number: int) -> bytes:
    low = [number >> shift & 127 for shift in range(0, number.bit_length(), 7)]
    return bytes([byte | 128 for byte in low[:-1]] + low[-1:])


BOMBS = [pages, footers, numbers, names, listed, texts_of_one_length, lists_of_one_length, one_null]


@pytest.fixture
def pool() -> Iterator[pa.MemoryPool]:
    """A memory pool that counts what pyarrow allocates."""
    usual = pa.default_memory_pool()
    counted = pa.proxy_memory_pool(usual)
    yield counted
    pa.set_memory_pool(usual)


@pytest.mark.parametrize("write", BOMBS, ids=lambda one: one.__name__)
def test_a_bomb_is_refused_before_it_has_taken_more_than_twice_what_it_may(
    write: Callable[[Path], None],
    tmp_path: Path,
    pool: pa.MemoryPool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "a.parquet"
    write(path)
    assert path.stat().st_size < 10_000
    monkeypatch.setattr(storage, "FREE", 20_000_000)
    monkeypatch.setattr(storage, "PART", 1_000_000)
    pa.set_memory_pool(pool)
    with pytest.raises(InputError, match=r"/a.parquet is refused, since it would take [\d,]+"):
        list(storage.parquet(path))
    assert pool.max_memory() < 40_000_000


def test_fixed_size_lists_inside_lists_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    _write(path, pa.array([[None] * 3], pa.list_(pa.list_(pa.float32(), 1000))))
    with pytest.raises(InputError, match=r"/a.parquet cannot be read .* lists inside lists are"):
        list(storage.parquet(path))


def test_a_page_whose_header_lacks_a_field_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"x": [1.0]}), path, use_dictionary=False)
    content = path.read_bytes()
    assert content[4:6] == b"\x15\x00"  # field 1, the kind, is 0
    path.write_bytes(content[:4] + b"\x17" + bytes(8) + content[13:])  # a double in its place
    with pytest.raises(InputError, match=r"/a.parquet cannot be read .* a page without size"):
        list(storage.parquet(path))


def test_what_is_honest_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    table = pa.table(TABLE)
    pq.write_table(table, path, row_group_size=700, data_page_size=1000)
    assert pa.concat_tables(storage.parquet(path)).equals(table)
