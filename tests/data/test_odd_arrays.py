"""Odd arrays and tables: either their values or one sentence, and no silent omission."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as some

from hvae.data.source import Source
from tests.data.drawn import QUICK, counts, loaded

N = 6
SHAPES = [(N, 4), (N, 2, 2), (N, 1, 4), (N, 4, 1), (N, 3, 2, 2), (N, 2, 2, 3), (N, 1, 2, 2)]
SHAPES += [(N,), (), (N, 0), (0, 4), (N, 2, 2, 1), (N, 2, 2, 2), (N, 1, 1, 1, 2)]
TYPES = ["?", "u1", ">u2", "i1", "i8", "f2", "f4", ">f8", "c8", "S1", "U1", "M8[D]", "i4,f4"]
MOST = [0, 1, 1.5, 16, 127, 128, 255, 256, 1e6, np.nan, np.inf, -1]


def array(shape: tuple[int, ...], kind: str, most: float) -> np.ndarray:
    """Numbers up to `most`, or up to the largest of the type."""
    values = np.resize(np.array([0, most / 4, most]), shape)
    with np.errstate(all="ignore"):
        return values.astype(kind) if kind != "M8[D]" else values.astype("i8").astype(kind)


PLAIN = some.builds(
    array,
    some.sampled_from(SHAPES[:6]),
    some.sampled_from(["?", "u1", ">u2", "f2", ">f8"]),
    some.sampled_from([1, 0.5, 128, 255]),
)
ODD = some.builds(
    array, some.sampled_from(SHAPES), some.sampled_from(TYPES), some.sampled_from(MOST)
)
OTHERS: dict[str, Any] = {
    "whole": np.arange(N) % 2,
    "text": np.array(list("abcabc")),
    "missing": np.array([0, np.nan, 1, 0, 1, np.nan]),
    "one-hot": np.eye(N)[:, :2],
    "column": (np.arange(N) % 3)[:, None],
    "real": np.linspace(-1, 1, N),
    "short": np.zeros(2, int),
    "single": np.array(1),
    "gap": np.arange(N) * 2,
    "bool": np.arange(N) % 2 == 0,
    "bytes": np.array([b"a"] * N),
    "complex": np.zeros(N, complex),
}
NAMES = some.sampled_from(["labels", "target", "label", "y", "ids", "X", "index"])
REST = some.dictionaries(NAMES, some.sampled_from(sorted(OTHERS)), max_size=3)
FEW = some.fixed_dictionaries(
    {},
    optional={
        "labels": some.sampled_from(["whole", "text", "missing", "column", "bool"]),
        "target": some.sampled_from(["real", "whole", "column"]),
        "ids": some.sampled_from(sorted(OTHERS)),
    },
)
SETTINGS = some.just({"unlabelled": "drop"}) | some.fixed_dictionaries(
    {},
    optional={
        "levels": some.sampled_from([2, 17, 256]),
        "bounded": some.just(False),
        "unlabelled": some.just("drop"),
        "shape": some.sampled_from([[4], [2, 2], [2, 2, 3], [3, 2, 2]]),
    },
)


def assert_right(source: Source, x: np.ndarray, label: Any, target: Any) -> None:
    """Values are those written, except for items that the notes report."""
    kept = np.ones(len(x), bool)
    if label is not None and label.dtype.kind == "f":
        kept = ~np.isnan(label)
    assert counts(source, "without a label") == (~kept).sum() == len(x) - len(source.x)
    wanted = x[kept].reshape(len(source.x), -1)
    np.testing.assert_array_equal(source.x, wanted.astype("f4" if x.dtype.kind == "f" else "u1"))
    assert source.levels in ((None,) if x.dtype.kind == "f" else (2, 17, 256))
    assert source.levels != 256 or wanted.max() >= 128 or wanted.dtype.kind != "b"
    if label is not None:
        names = [source.classes[place] for place in source.labels]
        told = label.reshape(-1)[kept]
        assert names == [str(v if label.dtype.kind == "U" else int(v)) for v in told]
    if target is not None:
        np.testing.assert_array_equal(source.target, target.reshape(-1)[kept])


@QUICK
@given(PLAIN | ODD, FEW | REST, SETTINGS)
def test_arrays(x: np.ndarray, rest: dict[str, str], values: dict[str, Any]) -> None:
    arrays = {name: OTHERS[kind] for name, kind in rest.items()}
    with tempfile.TemporaryDirectory() as folder:
        np.savez(Path(folder) / "data.npz", x=x, **arrays)
        source = loaded("npz", Path(folder), **values)
    if source is None:
        return
    assert_right(source, x, arrays.get("labels"), arrays.get("target"))
    assert counts(source, "not read") == len(arrays.keys() - {"labels", "target"})


ROWS: dict[str, pa.Array] = {
    "floats": pa.array(np.linspace(0, 1, 4 * N).reshape(N, 4).tolist()),
    "fixed": pa.FixedSizeListArray.from_arrays(pa.array(np.linspace(0, 1, 4 * N)), 4),
    "bools": pa.array([[True, False]] * N),
    "bytes": pa.array([[0, 255]] * N, pa.list_(pa.uint8())),
    "few": pa.array([[0, 16]] * N),
    "holes": pa.array([[0.5, None]] * N),
    "lost": pa.array([[0.5]] * (N - 1) + [None]),
    "ragged": pa.array([[0.5]] * (N - 1) + [[0.5, 0.5]]),
    "empty": pa.array([[]] * N, pa.list_(pa.float32())),
    "nothing": pa.nulls(N),
    "nested": pa.array([[[0.5]]] * N),
    "text": pa.array([["a"]] * N),
    "numbers": pa.array([0.5] * N),
}
CELLS: dict[str, pa.Array] = {
    **{name: pa.array(OTHERS[name]) for name in ("whole", "text", "real", "bool", "gap")},
    "nan": pa.array(OTHERS["missing"]),
    "null": pa.array([0, None, 1, 0, 1, None]),
    "lost": pa.nulls(N),
    "categories": pa.array(["a", None, "b", "a", "b", None]).dictionary_encode(),
    "lists": pa.array([[1]] * N),
    "structs": pa.array([{"a": 1}] * N),
    "binary": pa.array([b"a"] * N),
    "time": pa.array([0] * N, pa.timestamp("s")),
    "whole decimals": pa.array([1] * N, pa.decimal128(5, 2)),
}
CELL = some.sampled_from(sorted(CELLS))
COLUMNS = some.lists(
    some.tuples(some.sampled_from(["label", "target", "labels", "index", "x"]), CELL), max_size=3
) | some.tuples(
    some.tuples(some.just("label"), some.sampled_from(["whole", "text", "null", "categories"])),
    some.tuples(some.just("target"), some.sampled_from(["real", "whole"])),
).map(list)


@QUICK
@given(
    some.sampled_from(["floats", "fixed", "bools", "bytes"]) | some.sampled_from(sorted(ROWS)),
    COLUMNS,
    SETTINGS,
)
def test_tables(rows: str, columns: list[tuple[str, str]], values: dict[str, Any]) -> None:
    names, cells = ["x", *(name for name, _ in columns)], [CELLS[cell] for _, cell in columns]
    table = pa.Table.from_arrays([ROWS[rows], *cells], names=names)
    with tempfile.TemporaryDirectory() as folder:
        pq.write_table(table, Path(folder) / "data.parquet")
        source = loaded("parquet", Path(folder), **values)
    if source is None:
        return
    found = dict(columns)
    x = np.array(ROWS[rows].to_pylist())
    label, target = (CELLS[found[name]] if name in found else None for name in ("label", "target"))
    kept = [True] * N if label is None else [v is not None and v == v for v in label.to_pylist()]
    assert counts(source, "without a label") == kept.count(False)
    wanted = x[kept].astype("f4" if x.dtype.kind == "f" else "u1")
    np.testing.assert_array_equal(source.x, wanted)
    if label is not None:
        told = [str(v if isinstance(v, str) else int(v)) for v in label.filter(kept).to_pylist()]
        assert [source.classes[place] for place in source.labels] == told
    if target is not None:
        np.testing.assert_array_equal(source.target, np.array(target.filter(kept), float))
    assert counts(source, "not read") == names.count("index")
