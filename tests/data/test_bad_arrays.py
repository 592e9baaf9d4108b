"""Arrays and columns that must be mistakes: each refused in one sentence with a way out."""

import datetime
import decimal
import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.data.published import options, refused

RNG = np.random.default_rng(0)
N = 60
X = RNG.random((N, 6)).astype(np.float32)
LABELS = np.repeat([0, 1, 2], 20)
ONE_HOT = np.eye(3)[LABELS]


def in_npz(folder: Path, sentence: str, arrays: dict[str, Any], **values: Any) -> None:
    """Refused as an npz file."""
    (folder / "raw").mkdir()
    np.savez(folder / "raw" / "data.npz", **arrays)
    refused(options("npz", raw_dir=folder / "raw", **values), rf"data\.npz.*{sentence}", folder)


def in_table(folder: Path, sentence: str, columns: dict[str, Any], **values: Any) -> None:
    """Refused as a Parquet file; signs at the end of a name allow repeated names."""
    (folder / "raw").mkdir()
    names = [name.rstrip("'") for name in columns]
    table = pa.Table.from_arrays([pa.array(column) for column in columns.values()], names=names)
    pq.write_table(table, folder / "raw" / "data.parquet")
    chosen = options("parquet", raw_dir=folder / "raw", **values)
    refused(chosen, rf"data\.parquet.*{sentence}", folder)


NPZ: list[tuple[str, dict[str, Any]]] = [
    ("target must be one number for each item, got shape \\(60, 2\\)$", {"target": X[:, :2]}),
    ("target must be one number for each item, got a single value$", {"target": 3.0}),
    ("target must hold numbers, got complex64", {"target": X[:, 0] * 1j}),
    ("target must hold numbers, got <U1", {"target": np.full(N, "a")}),
    ("labels must be .* got shape \\(60, 3\\): take the argmax", {"labels": ONE_HOT}),
    ("labels must be one number or name for each item, got a single value$", {"labels": 1}),
    ("labels must be whole numbers or names, got \\|S1: decode them$", {"labels": [b"a"] * N}),
    ("labels must be .* got datetime64", {"labels": np.full(N, "2020-01-01", "M8[D]")}),
    ("labels must be .* got float64: .* 'target'$", {"labels": LABELS / 2}),
    ("labels must run from 0", {"labels": np.full(N, 2**64 - 1, np.uint64)}),
    ("x has items without values, of shape \\(0,\\)$", {"x": X[:, :0]}),
    ("has no items$", {"x": X[:0]}),
    ("has no items$", {"x": X[:0], "labels": LABELS[:0]}),
    ("x must have 2 to 4 axes, items first, got 0$", {"x": 1.0}),
    ("x must have 2 to 4 axes, items first, got 1$", {"x": X[:, 0]}),
    ("x must have 2 to 4 axes, items first, got 5$", {"x": X.reshape(N, 1, 1, 2, 3)}),
    ("x must hold numbers, got complex64", {"x": X.astype(np.complex64)}),
    ("x must hold numbers, got \\[\\('a', '<f4'\\)\\]", {"x": X.view([("a", "<f4")])}),
    ("x must hold numbers, got timedelta64", {"x": X.astype("m8[s]")}),
]


@pytest.mark.parametrize(("sentence", "arrays"), NPZ)
def test_arrays_that_cannot_be_meant(sentence: str, arrays: dict[str, Any], tmp_path: Path) -> None:
    in_npz(tmp_path, sentence, {"x": X} | arrays)


DAY, CENT = datetime.date(2020, 1, 1), decimal.Decimal("1.25")
ROWS = X.tolist()
HOLED = [[None, *row[1:]] if k % 30 == 7 else row for k, row in enumerate(ROWS)]
TABLES: list[tuple[str, dict[str, Any]]] = [
    ("column 'label' must hold .* got list.*: take the argmax", {"label": ONE_HOT.tolist()}),
    ("column 'label' must hold .* got struct", {"label": [{"id": 1}] * N}),
    ("column 'label' must hold .* got binary$", {"label": [b"a"] * N}),
    ("column 'label' must hold .* got decimal128", {"label": [CENT] * N}),
    ("column 'label' must hold .* got date32", {"label": [DAY] * N}),
    ("labels must be .* got float64: .* 'target'$", {"label": LABELS / 2}),
    ("column 'target' must hold one number for each item, got list", {"target": X[:, :2].tolist()}),
    ("column 'target' must hold one number for each item, got string", {"target": ["1"] * N}),
    ("column 'target' must hold one number for each item, got decimal128", {"target": [CENT] * N}),
    ("target is missing for 59 items, the first in row 1: fill", {"target": [1.5] + [None] * 59}),
    ("target is missing for 60 items, the first in row 0", {"target": pa.nulls(N)}),
    ("has targets that are NaN or infinite$", {"target": np.full(N, np.nan)}),
    ("has 2 columns 'x': keep one of them$", {"x'": ROWS}),
    ("has 2 columns 'label': keep one of them$", {"label": LABELS, "label'": LABELS}),
    ("the lists in column 'x' hold no values$", {"x": [[]] * N}),
    ("the lists in column 'x' hold no values$", {"x": pa.array([[]] * N, pa.list_(pa.float32()))}),
    ("2 values in the lists of column 'x' are missing: fill", {"x": HOLED}),
    ("must hold lists of numbers, got list.*: flatten", {"x": X.reshape(N, 2, 3).tolist()}),
    ("must hold lists of numbers, got list", {"x": [["a"]] * N}),
    ("must hold lists of numbers, got list", {"x": [[None]] * N}),
    ("must hold lists of numbers, got list", {"x": [[CENT]] * N}),
    ("must hold lists of numbers, got binary", {"x": [b"abc"] * N}),
    ("must hold lists of numbers, got struct", {"x": [{"bytes": b"abc"}] * N}),
]


@pytest.mark.parametrize(("sentence", "columns"), TABLES)
def test_columns_that_cannot_be_meant(
    sentence: str, columns: dict[str, Any], tmp_path: Path
) -> None:
    in_table(tmp_path, sentence, {"x": ROWS} | columns)


def test_a_table_without_rows(tmp_path: Path) -> None:
    in_table(tmp_path, "has no items$", {"x": pa.array([], pa.list_(pa.float32()))})


def test_an_array_twice_in_an_npz(tmp_path: Path) -> None:
    content = io.BytesIO()
    np.save(content, X)
    with zipfile.ZipFile(tmp_path / "data.npz", "w") as file:
        file.writestr("x.npy", content.getvalue())
        file.writestr("x", content.getvalue())
    chosen = options("npz", raw_dir=tmp_path)
    refused(chosen, r"data\.npz has 2 arrays 'x': keep one of them$", tmp_path)


@pytest.mark.parametrize("shape", [(3, 8, 9), (1, 8, 9)])
def test_channels_that_come_first(shape: tuple[int, ...], tmp_path: Path) -> None:
    x = RNG.random((4, *shape))
    in_npz(tmp_path, r"1 or 3 channels .*: save x\.transpose\(0, 2, 3, 1\)$", {"x": x})
    (tmp_path / "flat").mkdir()
    told = r"save x\.reshape\(-1, \d, 8, 9\)\.transpose\(0, 2, 3, 1\)$"
    in_table(tmp_path / "flat", told, {"x": x.reshape(4, -1).tolist()}, shape=list(shape))


def test_a_shape_that_would_scramble_the_items(tmp_path: Path) -> None:
    x = RNG.random((4, 3, 8, 8))
    sentence = r"items of shape \(3, 8, 8\), but data\.shape is \[8, 8, 3\]: set it to null"
    in_npz(tmp_path, sentence, {"x": x}, shape=[8, 8, 3])


NEAR = {  # by what the file lacks
    "x": ("X", "data", "images", "arr_0", "x_train", "features"),
    "labels": ("y", "class", "classes", "Labels", "lables", "y_train", "category"),
    "target": ("targets", "Target", "taget"),
}


CHECKS = {"npz": in_npz, "parquet": in_table}
NAMES = [(known, name) for known, names in NEAR.items() for name in names]


@pytest.mark.parametrize(("known", "name"), NAMES)
@pytest.mark.parametrize("source", CHECKS)
def test_names_close_to_a_known_one(source: str, known: str, name: str, tmp_path: Path) -> None:
    known = "label" if (source, known) == ("parquet", "labels") else known
    sentence = f"has '{name}', which is not read: rename it to '{known}' or remove it$"
    if known == "x":
        sentence = rf"has no (array|column) 'x' \(it has: {name}\): rename '{name}' to 'x'$"
    rest = {} if known == "x" else {"x": X.tolist()}
    CHECKS[source](tmp_path, sentence, rest | {name: LABELS})


@pytest.mark.parametrize(("known", "name"), NAMES)
@pytest.mark.parametrize("source", CHECKS)
def test_and_beside_it(source: str, known: str, name: str, tmp_path: Path) -> None:
    known = "label" if (source, known) == ("parquet", "labels") else known
    sentence = f"has '{name}', which is not read beside '{known}': remove it$"
    CHECKS[source](tmp_path, sentence, {known: LABELS, "x": X.tolist(), name: LABELS})


@pytest.mark.parametrize(("source", "name"), [("npz", "label"), ("parquet", "labels")])
def test_the_name_of_the_other_format(source: str, name: str, tmp_path: Path) -> None:
    other = {"label": "labels", "labels": "label"}[name]
    sentence = f"has '{name}', which is not read: rename it to '{other}' or remove it$"
    CHECKS[source](tmp_path, sentence, {"x": X.tolist(), name: LABELS})
