"""Parquet files from elsewhere: what is read, and what is refused in one sentence."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hvae.audit import latents
from hvae.errors import InputError

ITEMS = 30
RNG = np.random.default_rng(0)
MEAN = RNG.normal(size=(ITEMS, 3))


def columns(**changes: Any) -> dict[str, Any]:
    """One layer of width 3 with labels, in the simplest types; None drops a column."""
    one = {
        "label": np.arange(ITEMS) % 3 + 5,
        "z1_mean": MEAN.tolist(),
        "z1_std": np.full((ITEMS, 3), 0.5).tolist(),
        "z1_sample": (MEAN + 0.1).tolist(),
    }
    return {name: value for name, value in (one | changes).items() if value is not None}


def written(folder: Path, **changes: Any) -> Path:
    path = folder / "z.parquet"
    pq.write_table(pa.table(columns(**changes)), path)
    return path


def test_values_labels_and_rates_are_read(tmp_path: Path) -> None:
    own = latents.read(written(tmp_path, rate_1=np.linspace(0, 1, ITEMS)))
    np.testing.assert_allclose(own.latents.mean[0], MEAN, rtol=1e-6)
    assert own.classes == ("5", "6", "7")
    np.testing.assert_array_equal(own.latents.label, np.arange(ITEMS) % 3)
    assert own.rates is not None
    assert own.rates.shape == (ITEMS, 1)
    few = own.select(np.array([4, 2]))
    assert few.latents.ids.tolist() == [4, 2]
    np.testing.assert_array_equal(few.latents.sample[0], own.latents.sample[0][[4, 2]])


@pytest.mark.parametrize(
    "kind", [pa.list_(pa.float64()), pa.large_list(pa.float32()), pa.list_(pa.float16(), 3)]
)
def test_any_kind_of_list_will_do(tmp_path: Path, kind: pa.DataType) -> None:
    halves = np.round(MEAN * 4) / 4  # exact in half precision
    values = pa.array([[np.float16(v) for v in row] for row in halves], type=kind)
    own = latents.read(written(tmp_path, z1_mean=values))
    np.testing.assert_array_equal(own.latents.mean[0], halves)


def test_text_labels_and_none(tmp_path: Path) -> None:
    own = latents.read(written(tmp_path, label=["b", "a"] * (ITEMS // 2)))
    assert own.classes == ("a", "b")
    assert own.latents.label[:2].tolist() == [1, 0]
    assert latents.read(written(tmp_path, label=None)).classes == ("all",)


def ragged() -> list[list[float]]:
    return [[0.0] * (3 + (i == 7)) for i in range(ITEMS)]


def with_value(value: float | None) -> list[list[float | None]]:
    rows: list[list[float | None]] = [[1.0, 1.0, 1.0] for _ in range(ITEMS)]
    rows[4][1] = value
    return rows


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"z1_std": None}, "needs one column z1_std"),
        ({"z3_mean": MEAN.tolist()}, "needs one column z2_mean"),
        ({"z1_mean": np.zeros(ITEMS)}, "z1_mean must hold lists"),
        ({"z1_mean": ragged()}, "z1_mean must hold lists of one length"),
        ({"z1_mean": [None, *MEAN.tolist()[1:]]}, "z1_mean must hold lists of one length"),
        ({"z1_mean": [[]] * ITEMS}, "z1_mean must hold lists of one length"),
        ({"z1_mean": [["a"] * 3] * ITEMS}, "z1_mean must hold numbers"),
        ({"z1_mean": with_value(float("nan"))}, "z1_mean has values that are NaN"),
        ({"z1_mean": with_value(1e300)}, "z1_mean has values that are NaN, infinite"),
        ({"z1_mean": with_value(None)}, "z1_mean has values that are NaN, infinite or missing"),
        ({"z1_std": with_value(0.0)}, "z1_std must be positive, has 0"),
        ({"z1_std": [[1.0]] * ITEMS}, "differ in length"),
        ({"label": [0.5] * ITEMS}, "label must hold whole numbers or text, has double"),
        ({"label": [None, *range(ITEMS - 1)]}, "label is missing for 1 items"),
        ({"label": ["a"] * (ITEMS - 1) + ["b"]}, "label b has 1 items, at least 4 of each"),
        ({"rate_2": [1.0] * ITEMS}, None),
        ({"rate_1": [-0.1] * ITEMS}, "rate_1 must not be negative, has -0.1"),
        ({"rate_1": [-1e-5] * ITEMS}, "rate_1 must not be negative, has -1e-05"),
        ({"rate_1": [None, *[1.0] * (ITEMS - 1)]}, "rate_1 has values that are NaN, infinite"),
        ({"rate_1": [[1.0]] * ITEMS}, "rate_1 must hold numbers, has list"),
        ({"rate_1": ["1"] * ITEMS}, "rate_1 must hold numbers, has string"),
        ({"labels": np.arange(ITEMS), "label": None}, "has a column 'labels', which is not read"),
        ({"rates_1": [1.0] * ITEMS}, "has a column 'rates_1', which is not read: rename it"),
        ({"z0_mean": MEAN.tolist()}, "has a column z0_mean: layers are numbered from 1"),
        ({"label": [True, False] * (ITEMS // 2)}, "whole numbers or text, has bool"),
        ({"label": [[1, 0]] * ITEMS}, "whole numbers or text, has list"),
        ({"label": [{"a": 1}] * ITEMS}, "whole numbers or text, has struct"),
        (
            {"label": pa.array([0.5] * ITEMS).dictionary_encode()},
            "whole numbers or text, has double",
        ),
        ({"label": pa.array(["a", None] * 15).dictionary_encode()}, "is missing for 15 items"),
        ({"z1_mean": [[[0.0]] * 3] * ITEMS}, "z1_mean must hold numbers, has list"),
        ({"z1_mean": [{"a": 1.0}] * ITEMS}, "z1_mean must hold lists"),
        ({"z1_mean": [[True] * 3] * ITEMS}, "z1_mean must hold numbers, has bool"),
        ({"rate_1": [float("inf")] * ITEMS}, "rate_1 has values that are NaN, infinite"),
    ],
)
def test_what_cannot_be_used_is_refused(
    tmp_path: Path, changes: dict[str, Any], problem: str | None
) -> None:
    path = written(tmp_path, **changes)
    if problem is None:  # a column of a layer that the file does not have is not ours
        assert latents.read(path).rates is None
        return
    with pytest.raises(InputError, match=problem) as error:
        latents.read(path)
    assert str(path) in str(error.value)


def test_rates_of_some_layers_are_refused(tmp_path: Path) -> None:
    second = {f"z2_{part}": columns()[f"z1_{part}"] for part in latents.PARTS}
    with pytest.raises(InputError, match="needs all of rate_1, rate_2 or none, has rate_2"):
        latents.read(written(tmp_path, **second, rate_2=[1.0] * ITEMS))


def test_too_few_items_and_files_of_another_kind(tmp_path: Path) -> None:
    path = tmp_path / "z.parquet"
    pq.write_table(pa.table(columns()).slice(0, 5), path)
    with pytest.raises(InputError, match="has 5 items, at least 20 are needed"):
        latents.read(path)
    path.write_text("not parquet")
    with pytest.raises(InputError, match="cannot be read as a Parquet table"):
        latents.read(path)


def test_a_column_twice_is_refused(tmp_path: Path) -> None:
    path, one = tmp_path / "z.parquet", columns()
    arrays = [pa.array(value) for value in [*one.values(), one["label"]]]
    pq.write_table(pa.Table.from_arrays(arrays, names=[*one, "label"]), path)
    with pytest.raises(InputError, match=r"z\.parquet: has 2 columns label: one is needed"):
        latents.read(path)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
@pytest.mark.parametrize("place", [pa.int8(), pa.int32()])
def test_categories_are_labels(tmp_path: Path, kind: pa.DataType, place: pa.DataType) -> None:
    """Categories as pandas and Polars write them, also where one has no items."""
    places = pa.array([3, 1] * (ITEMS // 2), place)
    names = pa.array(["z", "b", "unused", "a"], kind)
    own = latents.read(written(tmp_path, label=pa.DictionaryArray.from_arrays(places, names)))
    assert own.classes == ("a", "b")
    assert own.latents.label[:2].tolist() == [0, 1]


def test_whole_numbers_in_a_dictionary_are_labels(tmp_path: Path) -> None:
    own = latents.read(written(tmp_path, label=pa.array([7, 5, 7] * 10).dictionary_encode()))
    assert own.classes == ("5", "7")
    assert own.latents.label[:3].tolist() == [1, 0, 1]


def test_a_rate_that_rounding_left_below_zero_is_zero(tmp_path: Path) -> None:
    rate = np.linspace(0, 1, ITEMS)
    rate[:2] = -6e-8, -2.9e-6  # of three dimensions, 3e-6 nats are rounding
    own = latents.read(written(tmp_path, rate_1=rate))
    assert own.rates is not None
    np.testing.assert_array_equal(own.rates[:, 0], np.maximum(rate, 0))


def test_the_path_may_be_text_and_other_columns_are_named(tmp_path: Path) -> None:
    path = written(tmp_path, index=range(ITEMS), epoch=[3] * ITEMS, name=["a"] * ITEMS)
    own = latents.read(str(path))
    assert own.unread == ("epoch", "name")
    assert own.select(np.arange(3)).unread == own.at([1.0]).unread == ("epoch", "name")
    with pytest.raises(InputError, match="path must be a path or text, got None"):
        latents.read(None)  # type: ignore[arg-type]
