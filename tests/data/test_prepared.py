"""Prepared files are read as they were written, and errors are refused by name."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hvae.data import prepared
from hvae.data.bundled import load_digits
from hvae.data.source import Source
from hvae.errors import InputError


def items(**changes: Any) -> prepared.Items:
    x = np.linspace(0, 1, 24, dtype=np.float32).reshape(4, 6)
    good = prepared.Items(x, np.array([0, 1, 1, 0]), np.arange(4), (2, 3), ("no", "<b>yes</b>"))
    return good._replace(**changes)


def test_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "train.parquet"
    prepared.write(items(), path)
    back = prepared.read(path)
    for was, now in zip(items(), back, strict=True):
        np.testing.assert_array_equal(was, now)
    assert back.x.dtype == np.float32
    assert [str(field.type) for field in pq.read_schema(path)] == [
        "int64",
        "int64",
        "fixed_size_list<element: float>[6]",
    ]


def test_values_outside_the_unit_interval_and_a_target_come_back(tmp_path: Path) -> None:
    path, target = tmp_path / "train.parquet", np.array([0.5, -3, 1e-9, 7])
    real = items(x=items().x * 9 - 4, bounded=False, target=target)
    prepared.write(real, path)
    back = prepared.read(path)
    for was, now in zip(real, back, strict=True):
        np.testing.assert_array_equal(was, now)
    assert pq.read_schema(path).field("target").type == pa.float64()


@pytest.mark.parametrize("count", [2, 17, 256])
def test_levels_are_stored_as_bytes_and_come_back_as_the_same_floats(
    count: int, tmp_path: Path
) -> None:
    numbers = (np.arange(24).reshape(4, 6) * 11 % count).astype(np.uint8)
    x = (numbers / (count - 1)).astype(np.float32)
    path = tmp_path / "train.parquet"
    prepared.write(items(x=x, levels=count), path)
    back = prepared.read(path)
    np.testing.assert_array_equal(back.x, x)
    assert (back.x.dtype, back.levels, back.first(2).levels) == (np.float32, count, count)
    table = pq.read_table(path)
    assert str(table.schema.field("x").type) == "fixed_size_list<element: uint8>[6]"
    assert table["x"].to_pylist() == numbers.tolist()
    assert json.loads(table.schema.metadata[b"levels"]) == count


def test_many_levels_are_stored_as_floats(tmp_path: Path) -> None:
    x = (np.arange(24).reshape(4, 6) / 1000).astype(np.float32)
    prepared.write(items(x=x, levels=1001), tmp_path / "train.parquet")
    back = prepared.read(tmp_path / "train.parquet")
    np.testing.assert_array_equal(back.x, x)
    assert back.levels == 1001


def test_a_source_of_numbers_and_one_of_values_are_the_same_items() -> None:
    numbers = np.array([[0, 128, 255], [7, 9, 11]], np.uint8)
    labels = np.array([0, 1])
    given = Source(numbers, labels, (3,), ("a", "b"), levels=256)
    scaled = given._replace(x=(numbers / 255).astype(np.float32))
    ids = np.array([1])
    for one, other in zip(prepared.select(given, ids), prepared.select(scaled, ids), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_long_split_is_stored_in_parts(tmp_path: Path) -> None:
    rng, path = np.random.default_rng(0), tmp_path / "train.parquet"
    count = 2 * prepared.ROWS + 5
    numbers = rng.integers(0, 256, (count + 7, 3), dtype=np.uint8)
    target = rng.standard_normal(count + 7)
    labels = rng.integers(0, 2, count + 7)
    source = Source(numbers, labels, (3,), ("a", "b"), target=target, levels=256)
    ids = rng.permutation(count + 7)[:count]
    prepared.store(source, ids, path)
    assert pq.ParquetFile(path).num_row_groups == 3
    back = prepared.read(path)
    for was, now in zip(prepared.select(source, ids), back, strict=True):
        np.testing.assert_array_equal(was, now)
    source.labels[ids[-1]] = 2  # found only when the first parts are already written
    with pytest.raises(InputError, match="labels outside 0…1"):
        prepared.store(source, ids, tmp_path / "test.parquet")
    assert list(tmp_path.iterdir()) == [path]


def holed() -> np.ndarray:
    x = items().x.copy()
    x[1, 2] = np.nan
    return x


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"x": holed()}, "NaN or infinite"),
        ({"levels": 256}, "values between its 256 levels"),
        ({"x": items().x * 2, "bounded": False, "levels": 24}, r"outside \[0, 1\]"),
        ({"x": items().x * 2}, r"values from 0 to 2, outside \[0, 1\]"),
        ({"x": items().x - 0.5}, r"outside \[0, 1\]"),
        ({"labels": np.array([0, 1, 2, 0])}, "labels outside 0…1"),
        ({"labels": np.array([0, -1, 1, 0])}, "labels outside 0…1"),
        ({"labels": np.array([0, 1])}, "2 labels for 4 items"),
        ({"shape": (2, 2)}, r"do not fit shape \(2, 2\)"),
        ({"target": np.arange(3.0)}, "3 targets for 4 items"),
        ({"target": np.array([0, 1, np.inf, 0])}, "targets that are NaN or infinite"),
        ({"x": holed(), "bounded": False}, "NaN or infinite"),
        ({"x": items().x[:0], "labels": items().labels[:0]}, "no items"),
    ],
)
def test_bad_items_are_refused_and_nothing_is_written(
    tmp_path: Path, changes: dict[str, Any], problem: str
) -> None:
    with pytest.raises(InputError, match=problem):
        prepared.write(items(**changes), tmp_path / "train.parquet")
    assert not list(tmp_path.iterdir())


def test_another_table_is_not_a_split(tmp_path: Path) -> None:
    path = tmp_path / "other.parquet"
    pq.write_table(pa.table({"a": [1]}), path)
    with pytest.raises(InputError, match=r"other\.parquet is not a prepared split"):
        prepared.read(path)


def test_the_digits_are_what_they_are_known_to_be() -> None:
    source = load_digits()
    assert source.x.shape == (1797, 64)
    assert np.bincount(source.labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert sorted(np.unique(source.x * 16)) == list(range(17))
    assert source.levels == 17
