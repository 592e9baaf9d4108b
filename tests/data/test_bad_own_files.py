"""Errors in the user's own files: one sentence names the problem and a way out."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from hvae.data import sources
from tests.data.published import options, refused

Spoil = Callable[[Path], None]


def pictures(folder: Path) -> None:
    """Two classes with two images each."""
    for name in ("a/1.png", "a/2.png", "b/1.png", "b/2.png"):
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        Image.new("RGB", (8, 8), (9, 99, 199)).save(folder / name)


def image(mode: str, size: tuple[int, int] = (8, 8), form: str = "PNG") -> bytes:
    content = io.BytesIO()
    Image.new(mode, size).save(content, form)
    return content.getvalue()


def last(content: bytes) -> Spoil:
    return lambda folder: (folder / "b" / "2.png").write_bytes(content) and None


def emptied(folder: Path) -> None:
    for path in (folder / "b").iterdir():
        path.unlink()


FOLDERS = [
    (last(b"no image"), {}, r"b/2\.png is not an image: it is in none of .*: repair or remove it$"),
    (last(image("RGB")[:40]), {}, r"b/2\.png is not an image: "),
    (last(image("RGB")[:45]), {}, r"b/2\.png cannot be read as an image \("),
    (last(b"%!PS-Adobe-3.0 EPSF-3.0\n"), {}, r"b/2\.png is not an image: "),
    (last(image("F", form="TIFF")), {}, r"b/2\.png has pixels of mode F: save it with 8 bits"),
    (
        last(image("RGB", (8, 9))),
        {"resize": False},
        r"b/2\.png has 8×9 pixels instead of 8×8: set data\.size .* or data\.resize to true",
    ),
    (emptied, {}, r"/b holds no images: add some, or remove the folder"),
]


@pytest.mark.parametrize(("spoil", "values", "sentence"), FOLDERS)
def test_folders_of_images_that_are_not_right(
    spoil: Spoil, values: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    folder = tmp_path / "raw"
    pictures(folder)
    chosen = options("image-folder", raw_dir=folder, size=8, **values)
    sources.load(chosen, 0)
    spoil(folder)
    refused(chosen, sentence, tmp_path)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    chosen = options("image-folder", raw_dir=tmp_path / "raw")
    refused(chosen, r"data\.raw_dir: .*/raw is not a folder$", tmp_path)


X = np.linspace(0, 1, 24).reshape(4, 6)
HOLED = np.where(X == 1, np.nan, X)
ARRAYS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"y": X}, {}, r"has no (array|column) 'x' \(it has: y\)"),
    ({"x": HOLED}, {}, r"has values that are NaN or infinite$"),
    ({"x": HOLED}, {"bounded": False}, r"has values that are NaN or infinite$"),
    ({"x": X * 9}, {}, r"x has values from 0 to 9: scale them to \[0, 1\], or set data\.bounded"),
    (
        {"x": np.full((4, 6), 300)},
        {},
        r"from 300 to 300, but there can be 256 levels at most: save x / ",
    ),
    ({"x": np.full((4, 6), 300)}, {"levels": 17}, r"data\.levels is 17: save x / 511 as floats$"),
    ({"x": np.full((4, 6), -1)}, {}, r"from -1 to -1: levels run from 0, so save x as floats"),
    ({"x": np.full((4, 6), 16)}, {}, r"far below 256 levels: set data\.levels to 17; to 256 if"),
    ({"x": np.zeros((4, 6), "u1")}, {}, r"far below 256 levels: set data\.levels to 2; to 256 if"),
    ({"x": X > 0.5}, {"levels": 256}, r"True and False.*data\.levels is 256: set it to 2 or null"),
    ({"x": X}, {"levels": 17}, r"x has floats \(float64\), but data\.levels is 17: set it to null"),
    ({"x": X * 1e300}, {"bounded": False}, r"from 0 to 1e\+300, beyond what 32 bits hold"),
    ({"x": np.full((4, 6), 17)}, {"levels": 17}, r"from 17 to 17, but data\.levels is 17: set it"),
    ({"x": np.full((4, 6), "a")}, {}, r"must hold (lists of )?numbers, got "),
    ({"x": X}, {"shape": [2, 2]}, r"has 6 values for each item, which do not fit shape \(2, 2\)"),
    ({"x": X}, {"shape": [3, 1, 2]}, r"x of shape \(3, 1, 2\) must have 1 or 3 channels on its"),
    ({"x": X, "labels": [0, 1, 2, 4]}, {}, r"labels must run from 0 with none left out, got 4"),
    ({"x": X, "labels": [0, 1, -1, 0]}, {}, r"labels must run from 0 .* from -1 to 1"),
    ({"x": X, "labels": X[:, 0]}, {}, r"labels must be whole numbers or names, got float64"),
    ({"x": X, "target": [0, np.inf, 0, 0]}, {}, r"has targets that are NaN or infinite"),
    ({"x": X[:0]}, {}, r"(has no items|must hold lists of numbers)"),
]


@pytest.mark.parametrize("name", ["npz", "parquet"])
@pytest.mark.parametrize(("arrays", "values", "sentence"), ARRAYS)
def test_arrays_that_are_not_right(
    name: str, arrays: dict[str, Any], values: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    folder = tmp_path / "raw"
    folder.mkdir()
    save = {"npz": np.savez, "parquet": save_table}[name]
    save(folder / f"data.{name}", **{key: np.asarray(value) for key, value in arrays.items()})
    refused(options(name, raw_dir=folder, **values), rf"data\.{name}.*{sentence}", tmp_path)


def save_table(path: Path, **arrays: np.ndarray) -> None:
    named = {"label" if name == "labels" else name: list(array) for name, array in arrays.items()}
    pq.write_table(pa.table(named), path)


def test_counts_that_differ_in_npz(tmp_path: Path) -> None:
    folder = tmp_path / "raw"
    folder.mkdir()
    np.savez(folder / "data.npz", x=X, labels=np.array([0, 1]))
    refused(options("npz", raw_dir=folder), r"data\.npz has 2 labels for 4 items", tmp_path)
    np.savez(folder / "data.npz", x=X, target=np.arange(3.0))
    refused(options("npz", raw_dir=folder), r"data\.npz has 3 targets for 4 items", tmp_path)


@pytest.mark.parametrize("name", ["npz", "parquet"])
@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 no archive", b"\x93NUMPY\x01\x00v"])
def test_files_that_are_no_arrays(name: str, content: bytes | None, tmp_path: Path) -> None:
    folder = tmp_path / "raw"
    folder.mkdir()
    if content is not None:
        (folder / f"data.{name}").write_bytes(content)
    sentence = rf"data\.{name} (is missing: set data|cannot be read as (npz|a Parquet table))"
    refused(options(name, raw_dir=folder), sentence, tmp_path)


def test_pickled_arrays_are_not_unpickled(tmp_path: Path) -> None:
    folder = tmp_path / "raw"
    folder.mkdir()
    np.savez(folder / "data.npz", x=np.array([{"an": "object"}], dtype=object))
    refused(options("npz", raw_dir=folder), r"cannot be read as npz .*without objects$", tmp_path)


def test_a_single_array_is_not_taken_for_several(tmp_path: Path) -> None:
    folder = tmp_path / "raw"
    folder.mkdir()
    np.save(folder / "data.npy", X)
    (folder / "data.npy").rename(folder / "data.npz")
    refused(options("npz", raw_dir=folder), r"cannot be read as npz .*numpy\.savez", tmp_path)


def test_lists_of_unequal_length(tmp_path: Path) -> None:
    folder = tmp_path / "raw"
    folder.mkdir()
    for column in ([[1.0, 0.0], [1.0]], [[1.0], None]):
        pq.write_table(pa.table({"x": column}), folder / "data.parquet")
        refused(options("parquet", raw_dir=folder), r"must have one length, with none", tmp_path)
    pq.write_table(pa.table({"x": [1.0, 2.0]}), folder / "data.parquet")
    refused(options("parquet", raw_dir=folder), r"must hold lists of numbers, got double", tmp_path)
