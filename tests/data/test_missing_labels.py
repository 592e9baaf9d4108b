"""Missing labels are refused or their items left out; they never become a class."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hvae.data import sources
from hvae.data.source import Source
from tests.data.published import options, refused

N = 60
X = np.random.default_rng(0).random((N, 4)).astype(np.float32)
GONE = np.arange(N) % 10 == 0
NUMBERS = [None if gone else k // 20 for k, gone in enumerate(GONE)]
TEXT = [None if n is None else "abc"[n] for n in NUMBERS]
FLOATS = [np.nan if n is None else float(n) for n in NUMBERS]
COLUMNS = {
    "text": pa.array(TEXT),
    "long text": pa.array(TEXT, pa.large_string()),
    "text as views": pa.array(TEXT, pa.string_view()),
    "categories": pa.array(TEXT).dictionary_encode(),
    "categories that do not occur": pa.DictionaryArray.from_arrays(
        pa.array(NUMBERS), pa.array(["a", "b", "c", "never"])
    ),
    "whole numbers": pa.array(NUMBERS),
    "bytes": pa.array(NUMBERS, pa.uint8()),
    "categories of numbers": pa.array(NUMBERS).dictionary_encode(),
    "floats with nulls": pa.array(NUMBERS, pa.float64()),
    "floats with NaN": pa.array(FLOATS),
}
ARRAYS = {
    "floats": np.array(FLOATS),
    "half floats": np.array(FLOATS, np.float16),
    "text of None": np.array(["None" if word is None else word for word in TEXT]),
    "text of nan": np.array([np.nan if word is None else word for word in TEXT]),
    "empty text": np.array(["" if word is None else word for word in TEXT]),
    "text of pandas": np.array(["<NA>" if word is None else word for word in TEXT]),
}


def table(folder: Path, label: pa.Array) -> None:
    columns = {"x": X.tolist(), "label": label, "target": X[:, 0]}
    pq.write_table(pa.table(columns), folder / "data.parquet", row_group_size=7)


def dropped(source: str, folder: Path) -> Source:
    return sources.load(options(source, raw_dir=folder, unlabelled="drop"), 0)


def assert_dropped(source: Source, names: bool) -> None:
    """Items with a label are unchanged, and the others are reported."""
    kept = ~GONE
    np.testing.assert_array_equal(source.x, X[kept])
    np.testing.assert_array_equal(source.target, X[kept, 0].astype(np.float64))
    assert source.labels.tolist() == [n for n in NUMBERS if n is not None]
    assert source.classes == (("a", "b", "c") if names else ("0", "1", "2"))
    assert source.notes == ("6 items without a label were left out (data.unlabelled)",)


SENTENCE = r"label is missing for 6 items, the first in row 0.*or set data\.unlabelled to drop$"


@pytest.mark.parametrize("case", COLUMNS)
def test_columns_with_missing_labels(case: str, tmp_path: Path) -> None:
    table(tmp_path, COLUMNS[case])
    refused(options("parquet", raw_dir=tmp_path), rf"data\.parquet: {SENTENCE}", tmp_path)
    named = "text" in case or case in ("categories", "categories that do not occur")
    assert_dropped(dropped("parquet", tmp_path), named)


@pytest.mark.parametrize("case", ARRAYS)
def test_arrays_with_missing_labels(case: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "data.npz", x=X, labels=ARRAYS[case], target=X[:, 0])
    refused(options("npz", raw_dir=tmp_path), rf"data\.npz: {SENTENCE}", tmp_path)
    assert_dropped(dropped("npz", tmp_path), "text" in case)


@pytest.mark.parametrize("unlabelled", ["refuse", "drop"])
@pytest.mark.parametrize(
    "label", [pa.nulls(N), pa.nulls(N, pa.string()), pa.nulls(N, pa.int8())], ids=str
)
def test_no_label_at_all(label: pa.Array, unlabelled: str, tmp_path: Path) -> None:
    table(tmp_path, label)
    sentence = r"label is missing for 60 items, the first in row 0: .* or remove all labels$"
    refused(options("parquet", raw_dir=tmp_path, unlabelled=unlabelled), sentence, tmp_path)


def test_one_item(tmp_path: Path) -> None:
    label = ["a"] * (N - 1) + [None]
    table(tmp_path, pa.array(label))
    sentence = r"label is missing for 1 item, the first in row 59: "
    refused(options("parquet", raw_dir=tmp_path), sentence, tmp_path)
    assert dropped("parquet", tmp_path).notes == (
        "1 item without a label was left out (data.unlabelled)",
    )


def test_dropped_items_need_no_target_and_leave_no_gap(tmp_path: Path) -> None:
    columns: dict[str, Any] = {"x": X.tolist(), "label": NUMBERS}
    target = [None if gone else 1.0 for gone in GONE]
    pq.write_table(pa.table({**columns, "target": target}), tmp_path / "data.parquet")
    assert_target = dropped("parquet", tmp_path).target
    np.testing.assert_array_equal(assert_target, np.ones(54))
    table(tmp_path, pa.array([0 if n == 1 else n for n in NUMBERS]))
    chosen = options("parquet", raw_dir=tmp_path, unlabelled="drop")
    refused(chosen, r"labels must run from 0 with none left out", tmp_path)
    table(tmp_path, pa.array([0.5 if n == 1 else n for n in NUMBERS]))
    refused(chosen, r"labels must be whole numbers or names, got float64", tmp_path)


def test_a_text_that_says_none_is_a_name_where_nulls_can_be_told(tmp_path: Path) -> None:
    table(tmp_path, pa.array(["None", "nan", ""] * 20))
    assert sources.load(options("parquet", raw_dir=tmp_path), 0).classes == ("", "None", "nan")


def test_long_names_that_occur_often_take_no_room(tmp_path: Path) -> None:
    long = "a" * 1_000_000
    table(tmp_path, pa.array(["b", long] * (N // 2)).dictionary_encode())
    source = sources.load(options("parquet", raw_dir=tmp_path), 0)
    assert source.classes == (long, "b")
    assert source.labels.tolist() == [1, 0] * (N // 2)
