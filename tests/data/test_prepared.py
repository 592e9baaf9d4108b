"""The prepared form comes back as it went in, and what is wrong is refused by name."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hvae.data import prepared
from hvae.data.digits import load
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


def holed() -> np.ndarray:
    x = items().x.copy()
    x[1, 2] = np.nan
    return x


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"x": holed()}, "NaN or infinite"),
        ({"x": items().x * 2}, r"values from 0 to 2, outside \[0, 1\]"),
        ({"x": items().x - 0.5}, r"outside \[0, 1\]"),
        ({"labels": np.array([0, 1, 2, 0])}, "labels outside 0…1"),
        ({"labels": np.array([0, -1, 1, 0])}, "labels outside 0…1"),
        ({"labels": np.array([0, 1])}, "2 labels for 4 items"),
        ({"shape": (2, 2)}, r"do not fill shape \(2, 2\)"),
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
    source = load()
    assert source.x.shape == (1797, 64)
    assert np.bincount(source.labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert sorted(np.unique(source.x * 16)) == list(range(17))
