"""`python -m hvae.coding`: images to files and back, and what it refuses."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hvae.coding import __main__ as command
from hvae.coding import choice
from hvae.data import prepared
from hvae.errors import InputError
from hvae.io import tables
from hvae.io.command import joined
from tests.coding import cases
from tests.plane import cases as plane
from tests.tasks.pictures import items

SIDE, COUNT = 2, 12


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Models for images of 2×2 pixels."""
    cases.save(tmp_path / "results" / "models", "bernoulli", shape=[SIDE, SIDE])
    cases.save(tmp_path / "results" / "models", "gaussian", shape=[SIDE, SIDE], rates=[3.0, 1.0])
    return tmp_path / "results"


@pytest.fixture
def images(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    for place, image in enumerate(np.random.default_rng(0).integers(0, 2, (COUNT, SIDE, SIDE))):
        Image.fromarray((255 * image).astype(np.uint8)).save(folder / f"{place:02}.png")
    return folder


def compress(results: Path, images: Path, out: Path, **given: Any) -> None:
    asked = {"rates": (), "beta": (), "point": "", "lossless": False, "data": None} | given
    command.compress(Namespace(results=results, images=images, out=out, **asked))


def decompress(results: Path, file: Path, out: Path, beta: Sequence[float] = ()) -> None:
    command.decompress(Namespace(results=results, file=file, out=out, beta=beta))


def read(folder: Path) -> np.ndarray:
    return np.stack([np.asarray(Image.open(path)) for path in sorted(folder.rglob("*.png"))])


def test_lossless_files_give_the_same_images(
    results: Path, images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, again = tmp_path / "x.hvae", tmp_path / "again"
    compress(results, images, file, point="bernoulli", lossless=True)
    decompress(results, file, again)
    assert np.array_equal(read(again), read(images))
    command.info(Namespace(file=file))
    said = capsys.readouterr().out
    assert f"bernoulli: 12 items in {file.stat().st_size} bytes" in said
    assert "12 items of shape 2×2, without loss" in said


def test_one_file_or_one_for_each_image(results: Path, images: Path, tmp_path: Path) -> None:
    compress(results, images, tmp_path / "x.hvae", rates=[3.1, 0.9])
    compress(results, images, tmp_path / "each", rates=[3.1, 0.9])
    assert len(list((tmp_path / "each").iterdir())) == COUNT
    for file, out in (("x.hvae", "a"), ("each", "b")):
        decompress(results, tmp_path / file, tmp_path / out)
    assert np.array_equal(read(tmp_path / "a"), read(tmp_path / "b"))
    names = sorted(path.stem for path in (tmp_path / "b").iterdir())
    assert names == [f"{place:02}" for place in range(COUNT)]


def test_sizes_and_the_rate_are_told_in_bits(
    results: Path, images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of 3 and 1 nats, in bits; a lossless file costs no rate but -ELBO."""
    compress(results, images, tmp_path / "x.hvae", rates=[3.1, 0.9])
    bits = 8 * (tmp_path / "x.hvae").stat().st_size / COUNT
    rate = 4 / np.log(2)
    said = capsys.readouterr().out
    assert f" bytes, {bits:.1f} bits an item; the rate is {rate:.1f} bits; " in said
    assert "nats" not in said
    compress(results, images, tmp_path / "y.hvae", point="bernoulli", lossless=True)
    assert "rate" not in capsys.readouterr().out


def test_a_folder_that_holds_something_is_not_written_to(
    results: Path, images: Path, tmp_path: Path
) -> None:
    file, out = tmp_path / "x.hvae", tmp_path / "out"
    compress(results, images, file, rates=[3.1, 0.9])
    out.mkdir()
    decompress(results, file, out)  # it is empty
    held = {path: path.read_bytes() for path in out.iterdir()}
    with pytest.raises(InputError, match=r"out is not empty: give a folder that is new or empty$"):
        decompress(results, file, out)
    with pytest.raises(InputError, match="is not empty"):
        compress(results, images, out, rates=[3.1, 0.9])
    assert held == {path: path.read_bytes() for path in out.iterdir()}


def test_images_that_would_be_one_file_are_refused(
    results: Path, images: Path, tmp_path: Path
) -> None:
    Image.new("L", (SIDE, SIDE)).save(images / "03.bmp")
    with pytest.raises(InputError, match=r"^'03': each is the name of several items, without"):
        compress(results, images, tmp_path / "each", rates=[3.1, 0.9])
    assert not (tmp_path / "each").exists()
    compress(results, images, tmp_path / "x.hvae", rates=[3.1, 0.9])  # which keeps no names
    decompress(results, tmp_path / "x.hvae", tmp_path / "again")
    assert len(read(tmp_path / "again")) == COUNT + 1


def test_items_that_would_be_one_image_are_refused(
    results: Path, images: Path, tmp_path: Path
) -> None:
    """Items 01 to 12 of `a.hvae`, and files 00 to 11 of the folder `a`."""
    folder = tmp_path / "files"
    compress(results, images, folder / "a.hvae", rates=[3.1, 0.9])
    compress(results, images, folder / "a", rates=[3.1, 0.9])
    with pytest.raises(InputError, match=r"^'a/01', .*, …: each is the name of several items"):
        decompress(results, folder, tmp_path / "again")
    assert not (tmp_path / "again").exists()
    decompress(results, folder, tmp_path / "again.parquet")
    assert len(prepared.read(tmp_path / "again.parquet").x) == 2 * COUNT


def test_data_without_a_peak_have_a_squared_error(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    x = np.random.default_rng(0).normal(size=(COUNT, SIDE * SIDE)).astype(np.float32)
    for bounded, said in ((False, "; a squared error of 0."), (True, " dB\n")):
        values = np.clip(x, 0, 1) if bounded else x
        prepared.write(items(values, (SIDE, SIDE), bounded=bounded), tmp_path / "x.parquet")
        compress(results, tmp_path / "x.parquet", tmp_path / "x.hvae", rates=[3.1, 0.9])
        printed = capsys.readouterr().out
        assert said in printed
        assert ("dB" in printed) == bounded


def test_data_without_a_peak_are_no_images(results: Path, images: Path, tmp_path: Path) -> None:
    """PNG would cut off what is below 0 or above 1."""
    x = np.random.default_rng(0).normal(size=(COUNT, SIDE * SIDE)).astype(np.float32)
    prepared.write(items(x, (SIDE, SIDE), bounded=False), tmp_path / "x.parquet")
    for out in ("x.hvae", "each"):
        compress(results, tmp_path / "x.parquet", tmp_path / out, rates=[3.1, 0.9])
        with pytest.raises(InputError, match=r"^the items have values below 0 .* \.parquet file$"):
            decompress(results, tmp_path / out, tmp_path / "again")
        assert not (tmp_path / "again").exists()
        decompress(results, tmp_path / out, tmp_path / "again.parquet")
        found = prepared.read(tmp_path / "again.parquet")
        assert not found.bounded
        assert found.x.min() < 0
    compress(results, images, tmp_path / "y.hvae", rates=[3.1, 0.9])
    decompress(results, tmp_path / "y.hvae", tmp_path / "images.parquet")
    found = prepared.read(tmp_path / "images.parquet")
    assert found.bounded
    assert 0 <= found.x.min() <= found.x.max() <= 1


def test_a_split_without_items_is_refused(results: Path, tmp_path: Path) -> None:
    one = items(np.zeros((1, SIDE * SIDE)), (SIDE, SIDE))
    prepared.write(one.first(0)._replace(classes=()), tmp_path / "x.parquet")
    with pytest.raises(InputError, match=r"x\.parquet has no items$"):
        compress(results, tmp_path / "x.parquet", tmp_path / "x.hvae", rates=[3.1, 0.9])


def test_parquet_goes_in_and_comes_out(results: Path, images: Path, tmp_path: Path) -> None:
    compress(results, images, tmp_path / "x.hvae", point="bernoulli", lossless=True)
    decompress(results, tmp_path / "x.hvae", tmp_path / "x.parquet")
    found = prepared.read(tmp_path / "x.parquet")
    assert (found.shape, found.levels) == ((SIDE, SIDE), 2)
    assert np.array_equal(255 * found.x, read(images).reshape(COUNT, -1))
    compress(results, tmp_path / "x.parquet", tmp_path / "y.hvae", point="bernoulli", lossless=True)
    assert (tmp_path / "y.hvae").read_bytes() == (tmp_path / "x.hvae").read_bytes()


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"rates": [30.0, 1.0]}, "no model has these; the nearest, gaussian, has 3 1 nats"),
        ({"rates": [3.0]}, "^--rates: give 2 rates, one for each layer, got 1$"),
        ({"point": "b7"}, "has no b7"),
        ({"beta": [7.0, 7.0]}, "no model .* was trained for β = 7 7"),
        ({"point": "gaussian", "lossless": True}, "no lossless file under a Gaussian"),
    ],
)
def test_what_is_not_there(
    results: Path, images: Path, tmp_path: Path, asked: dict, reason: str
) -> None:
    with pytest.raises(InputError, match=reason):
        compress(results, images, tmp_path / "x.hvae", **asked)
    assert not (tmp_path / "x.hvae").exists()


def test_images_that_the_model_does_not_take(results: Path, images: Path, tmp_path: Path) -> None:
    Image.new("L", (SIDE, SIDE), 100).save(images / "grey.png")
    with pytest.raises(InputError, match="grey has values that are not one of the 2 levels"):
        compress(results, images, tmp_path / "x.hvae", point="bernoulli")
    Image.new("L", (3, 3)).save(images / "grey.png")
    with pytest.raises(InputError, match="3×3 pixels instead of 2×2: a model takes images of its"):
        compress(results, images, tmp_path / "x.hvae", point="bernoulli")
    Image.new("LA", (SIDE, SIDE)).save(images / "grey.png")
    with pytest.raises(InputError, match="has transparency"):
        compress(results, images, tmp_path / "x.hvae", point="bernoulli")


def test_a_file_of_another_experiment(results: Path, images: Path, tmp_path: Path) -> None:
    compress(results, images, tmp_path / "x.hvae", point="bernoulli")
    (results / "models" / "bernoulli.json").unlink()
    with pytest.raises(InputError, match=r"was written with a model that .* does not have$"):
        decompress(results, tmp_path / "x.hvae", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_file_of_a_plane_needs_beta(tmp_path: Path) -> None:
    """Where no point of the tables has its β."""
    plane.amortized_model(tmp_path / "results" / "models")
    prepared.write(items(np.full((COUNT, 6), 0.5), (2, 3)), tmp_path / "x.parquet")
    compress(tmp_path / "results", tmp_path / "x.parquet", tmp_path / "x.hvae", beta=[1.0, 1.0])
    reason = "does not have; if it was written with --beta, give the same --beta again$"
    with pytest.raises(InputError, match=reason):
        decompress(tmp_path / "results", tmp_path / "x.hvae", tmp_path / "again")
    decompress(tmp_path / "results", tmp_path / "x.hvae", tmp_path / "again", beta=[1.0, 1.0])
    assert len(read(tmp_path / "again")) == COUNT


def test_lossless_work_has_bars(
    results: Path, images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One for each part of it; of a folder, one over its files."""
    told: list[tuple[str, int]] = []

    def progress(steps: Sequence, what: str, _leave: bool = True) -> Sequence:
        told.append((what, len(steps)))
        return steps

    monkeypatch.setattr(command.command, "progress", progress)
    compress(results, images, tmp_path / "x.hvae", point="bernoulli", lossless=True)
    decompress(results, tmp_path / "x.hvae", tmp_path / "again")
    names = [what for what, _ in told]
    assert list(dict.fromkeys(names)) == ["reading images", "coding", "checking", "decoding"]
    assert told[-1][1] == told[-2][1] > 1  # batches
    compress(results, images, tmp_path / "each", point="gaussian")
    decompress(results, tmp_path / "each", tmp_path / "more")
    assert told[-1] == ("decoding files", COUNT)


def test_numbers_after_rates_are_no_paths() -> None:
    line = ["compress", "--rates", "20", "5", "images", "out.hvae", "--beta", "1"]
    found = joined(line, ["--rates", "--beta"])
    assert found == ["compress", "--rates= 20 5", "images", "out.hvae", "--beta= 1"]


def test_models_that_diverged_are_no_candidates(results: Path) -> None:
    cases.save(results / "models", "gaussian", "worse", status="diverged", shape=[SIDE, SIDE])
    assert [one.point for one in choice.candidates(results)] == ["bernoulli", "gaussian"]


def test_rates_choose_among_the_points_of_the_tables(results: Path) -> None:
    """A model from scratch may be nearer, and stands beside the points for comparison alone."""
    near = {"shape": [SIDE, SIDE], "rates": [2.5, 1.0]}
    cases.save(results / "models", "gaussian", "gaussian_scratch_s0", **near)
    assert choice.chosen(results, [2.5, 1.0]).point == "gaussian_scratch_s0"
    schema = tables.points(2)
    row = dict.fromkeys(schema.names, 0) | {"point": "gaussian", "status": "ok"}
    row |= {"strategy": "rates", "rate_1": 3.0, "rate_2": 1.0}
    tables.write(tables.from_rows([row], schema), results / "points.parquet")
    assert choice.chosen(results, [2.5, 1.0]).point == "gaussian"
    assert choice.chosen(results, point="gaussian_scratch_s0").point == "gaussian_scratch_s0"
