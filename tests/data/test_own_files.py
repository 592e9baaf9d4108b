"""The user's own images and arrays: what was written is read back, scaled correctly."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from hvae.data import prepared, sources
from hvae.data.source import UNLABELLED, Source
from tests.data.published import options

RNG = np.random.default_rng(0)


def write_images(folder: Path, arrays: dict[str, np.ndarray]) -> None:
    for name, array in arrays.items():
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        Image.fromarray(array).save(folder / name)


def random_images(names: list[str], *shape: int) -> dict[str, np.ndarray]:
    return {name: RNG.integers(0, 256, shape, dtype=np.uint8) for name in names}


@pytest.mark.parametrize(("channels", "shape"), [("colour", (6, 6, 3)), ("grey", (6, 6))])
def test_images_of_the_right_size_come_back_exactly(
    channels: str, shape: tuple[int, ...], tmp_path: Path
) -> None:
    arrays = random_images(["cat/1.png", "cat/2.bmp", "dog/0.png", "emu/x.png"], *shape)
    write_images(tmp_path, arrays)
    (tmp_path / "cat" / ".hidden").write_text("not an image")
    (tmp_path / "README.md").write_text("beside the classes")
    chosen = options("image-folder", raw_dir=tmp_path, size=6, channels=channels)
    for source in (sources.load(chosen, 0), sources.load(chosen, 1)):
        np.testing.assert_array_equal(source.x, [array.reshape(-1) for array in arrays.values()])
        assert source.labels.tolist() == [0, 0, 1, 2]
        assert (source.classes, source.shape, source.levels) == (("cat", "dog", "emu"), shape, 256)
        assert source.notes == (
            "1 hidden file or folder was left out",
            "1 file without an image's suffix was left out",
        )


def test_images_without_classes(tmp_path: Path) -> None:
    write_images(tmp_path, random_images(["1.png", "2.png"], 4, 4, 3))
    source = sources.load(options("image-folder", raw_dir=tmp_path, size=4), 0)
    assert (source.classes, source.labels.tolist()) == (UNLABELLED, [0, 0])


def test_the_shorter_side_is_scaled_and_the_middle_cut_out(tmp_path: Path) -> None:
    """Images of three squares: only the middle one is kept, at the chosen size."""
    squares = np.repeat(np.array([[10, 200, 90]], np.uint8), 12, axis=1)
    wide = np.repeat(squares, 12, axis=0)
    write_images(tmp_path, {"wide/1.png": wide, "tall/1.png": wide.T.copy()})
    as_it_is, smaller = (
        sources.load(options("image-folder", raw_dir=tmp_path, size=size, channels="grey"), 0).x
        for size in (12, 6)
    )
    np.testing.assert_array_equal(as_it_is, np.full((2, 144), 200))
    inner = smaller.reshape(2, 6, 6)[:, 2:-2, 2:-2]  # Lanczos' kernel reaches beyond the edges
    assert np.abs(inner.astype(int) - 200).max() < 10


def test_colour_is_turned_to_grey_by_luminance(tmp_path: Path) -> None:
    """ITU-R 601: 0.299 R + 0.587 G + 0.114 B."""
    write_images(tmp_path, {"a/1.png": np.full((2, 2, 3), (200, 100, 50), np.uint8)})
    source = sources.load(options("image-folder", raw_dir=tmp_path, size=2, channels="grey"), 0)
    assert source.x.tolist() == [[round(0.299 * 200 + 0.587 * 100 + 0.114 * 50)] * 4]


def saved(name: str, folder: Path, arrays: dict[str, Any], **values: Any) -> Source:
    """The source read from a file with these arrays."""
    if name == "npz":
        np.savez(folder / "data.npz", **arrays)
    else:
        columns = {"label" if key == "labels" else key: array for key, array in arrays.items()}
        columns["x"] = list(columns["x"].reshape(len(columns["x"]), -1))
        pq.write_table(pa.table(columns), folder / "data.parquet")
    return sources.load(options(name, raw_dir=folder, **values), 0)


@pytest.mark.parametrize("name", ["npz", "parquet"])
def test_bytes_are_levels(name: str, tmp_path: Path) -> None:
    x = RNG.integers(0, 256, (5, 3, 4, 3), dtype=np.uint8)
    source = saved(name, tmp_path, {"x": x, "labels": np.array([1, 0, 2, 0, 1])}, shape=[3, 4, 3])
    np.testing.assert_array_equal(source.x, x.reshape(5, -1))
    assert source.x.dtype == np.uint8
    assert (source.shape, source.levels, source.classes) == ((3, 4, 3), 256, ("0", "1", "2"))
    assert source.labels.tolist() == [1, 0, 2, 0, 1]
    values = prepared.select(source, np.arange(5)).x
    np.testing.assert_array_equal(values, (x.reshape(5, -1) / 255).astype(np.float32))


@pytest.mark.parametrize("name", ["npz", "parquet"])
def test_floats_stay_as_they_are(name: str, tmp_path: Path) -> None:
    x, target = RNG.standard_normal((6, 4)), RNG.standard_normal(6)
    source = saved(name, tmp_path, {"x": x, "target": target}, bounded=False, shape=[2, 2])
    np.testing.assert_array_equal(source.x, x.astype(np.float32))
    np.testing.assert_array_equal(source.target, target)
    assert (source.shape, source.bounded, source.levels) == ((2, 2), False, None)
    assert source.classes == UNLABELLED
    assert saved(name, tmp_path, {"x": np.abs(np.tanh(x))}).bounded


@pytest.mark.parametrize("name", ["npz", "parquet"])
def test_other_numbers_of_levels_and_named_classes(name: str, tmp_path: Path) -> None:
    x = np.array([[0, 16, 8], [4, 1, 2]])
    source = saved(name, tmp_path, {"x": x, "labels": np.array(["yes", "no"])}, levels=17)
    assert (source.levels, source.classes, source.labels.tolist()) == (17, ("no", "yes"), [1, 0])
    np.testing.assert_array_equal(prepared.select(source, np.arange(2)).x, x.astype("f4") / 16)


def test_npz_tells_the_shape_itself_and_one_channel_is_none(tmp_path: Path) -> None:
    x = np.zeros((2, 5, 7, 1), np.uint8)
    assert saved("npz", tmp_path, {"x": x}, levels=256).shape == (5, 7)
    assert saved("npz", tmp_path, {"x": x[..., 0]}, levels=256).shape == (5, 7)
    assert saved("npz", tmp_path, {"x": x}, levels=256, shape=[5, 7]).shape == (5, 7)


@pytest.mark.parametrize("shape", [(1, 16), (1, 16, 3), (16, 1), (3, 16), (1, 1), (3, 5, 3)])
def test_items_of_any_height_keep_their_shape(shape: tuple[int, ...], tmp_path: Path) -> None:
    x = RNG.random((4, *shape)).astype(np.float32)
    source = saved("npz", tmp_path, {"x": x})
    assert source.shape == shape
    np.testing.assert_array_equal(source.x.reshape(x.shape), x)


@pytest.mark.parametrize("name", ["npz", "parquet"])
@pytest.mark.parametrize("levels", [None, 2])
def test_true_and_false_are_two_levels(name: str, levels: int | None, tmp_path: Path) -> None:
    x = RNG.random((4, 6)) > 0.5
    source = saved(name, tmp_path, {"x": x}, levels=levels)
    assert (source.levels, source.x.dtype, source.bounded) == (2, np.uint8, True)
    np.testing.assert_array_equal(prepared.select(source, np.arange(4)).x, x.astype("f4"))


@pytest.mark.parametrize(("most", "levels"), [(16, 17), (16, 256), (1, 256), (0, 2)])
def test_levels_that_are_set_are_ones_word(most: int, levels: int, tmp_path: Path) -> None:
    x = np.full((2, 3), most)
    assert saved("npz", tmp_path, {"x": x}, levels=levels).levels == levels


def test_a_target_of_one_column_is_one_number_an_item(tmp_path: Path) -> None:
    x, target = RNG.random((5, 4)), RNG.random((5, 1))
    source = saved("npz", tmp_path, {"x": x, "target": target, "labels": np.zeros((5, 1), int)})
    np.testing.assert_array_equal(source.target, target[:, 0])
    assert source.labels.tolist() == [0] * 5


def test_what_is_not_read_is_told(tmp_path: Path) -> None:
    x, rows = RNG.random((3, 4)), np.arange(3)
    told = saved("npz", tmp_path, {"x": x, "ids": rows}).notes
    assert told == ("1 array was not read: 'ids'",)
    told = saved("parquet", tmp_path, {"x": x, "index": rows, "path": rows}).notes
    assert told == ("2 columns were not read: 'index', 'path'",)
    assert saved("npz", tmp_path, {"x": x}).notes == ()


def test_a_prepared_split_is_a_parquet_source(tmp_path: Path) -> None:
    digits = sources.load(options("digits"), 0)
    prepared.write(prepared.select(digits, np.arange(100)), tmp_path / "data.parquet")
    again = sources.load(options("parquet", raw_dir=tmp_path, levels=17, shape=[8, 8]), 0)
    np.testing.assert_array_equal(prepared.select(again, np.arange(100)).x, digits.x[:100])
    np.testing.assert_array_equal(again.labels, digits.labels[:100])
    assert again.notes == ("1 column was not read: 'index'",)
