"""The manifest of raw files: it depends on content, and a second update reads no file."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hvae.config.data import Data
from hvae.data import manifest
from hvae.errors import InputError
from tests.data.published import options

RNG = np.random.default_rng(0)
LONG_AGO = 1_000_000_000


def picture(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(RNG.integers(0, 256, (4, 4, 3), dtype=np.uint8)).save(path, "BMP")


@pytest.fixture
def images(tmp_path: Path) -> Data:
    """Two classes with two images each, all of the same size in bytes."""
    for name in ("a/1.bmp", "a/2.bmp", "b/1.bmp", "b/more/2.bmp"):
        picture(tmp_path / "raw" / name)
    return options("image-folder", raw_dir=tmp_path / "raw", size=4)


def mark(data: Data, times: Path | None = None) -> object:
    return manifest.manifest(data, times)["fingerprint"]


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Treat files as settled at once, so that a second update uses the stored times."""
    monkeypatch.setattr(manifest, "SETTLED", -60.0)


def test_a_file_that_is_touched_is_the_same(images: Data, tmp_path: Path) -> None:
    times = tmp_path / "times.json"
    first = mark(images, times)
    for path in (tmp_path / "raw").rglob("*.bmp"):
        os.utime(path)
    assert mark(images, times) == first


@pytest.mark.parametrize("how", ["move", "copy with its date", "write", "same date", "link"])
def test_a_file_that_is_replaced_is_another(how: str, images: Data, tmp_path: Path) -> None:
    """The new file has the same size, and an older or the same date."""
    times, path, other = tmp_path / "times.json", tmp_path / "raw/a/1.bmp", tmp_path / "other.bmp"
    first = mark(images, times)
    before = path.stat()
    picture(other)
    assert other.stat().st_size == before.st_size
    os.utime(other, (LONG_AGO, LONG_AGO))
    if how == "move":
        other.rename(path)
    elif how == "copy with its date":
        shutil.copy2(other, path)
    elif how == "write":
        path.write_bytes(other.read_bytes())
    elif how == "link":
        path.unlink()
        path.symlink_to(other)
    else:
        path.write_bytes(other.read_bytes())
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert mark(images, times) != first
    assert mark(images, times) == mark(images)


def test_names_and_absent_files_count(images: Data, tmp_path: Path) -> None:
    found = {mark(images)}
    (tmp_path / "raw/a/1.bmp").rename(tmp_path / "raw/b/3.bmp")
    found.add(mark(images))
    (tmp_path / "raw/b/3.bmp").unlink()
    found.add(mark(images))
    assert len(found) == 3


def test_what_is_not_read_does_not_count(images: Data, tmp_path: Path) -> None:
    first = mark(images)
    (tmp_path / "raw" / "notes.txt").write_text("later")
    (tmp_path / "raw" / "a" / ".DS_Store").write_text("later")
    assert mark(images) == first


def test_links_and_copies_of_the_same_files_are_the_same(images: Data, tmp_path: Path) -> None:
    shutil.copytree(tmp_path / "raw", tmp_path / "copied")
    (tmp_path / "linked").mkdir()
    for name in "ab":
        (tmp_path / "linked" / name).symlink_to(tmp_path / "raw" / name)
    (tmp_path / "whole").symlink_to(tmp_path / "raw")
    others = [
        options("image-folder", raw_dir=tmp_path / name, size=4)
        for name in ("copied", "linked", "whole")
    ]
    assert {mark(one) for one in others} == {mark(images)}


def test_a_second_look_reads_nothing(
    images: Data, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = tmp_path / "times.json"
    first = mark(images, times)
    monkeypatch.setattr(manifest.hashlib, "file_digest", None)
    assert mark(images, times) == first


def test_a_file_that_has_just_changed_is_read_again(
    images: Data, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its next change could have the same time stamp."""
    monkeypatch.setattr(manifest, "SETTLED", 60.0)
    mark(images, tmp_path / "times.json")
    assert json.loads((tmp_path / "times.json").read_text()) == {}


@pytest.mark.parametrize("content", ["", "[1]", '{"a/1.bmp": 3}', '{"a/1.bmp": [[1], "x", 2]}'])
def test_a_record_of_times_that_is_broken_is_no_matter(
    content: str, images: Data, tmp_path: Path
) -> None:
    (tmp_path / "times.json").write_text(content)
    assert mark(images, tmp_path / "times.json") == mark(images)


def test_a_manifest_is_written_where_it_differs_alone(images: Data, tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    manifest.update(images, path)
    os.utime(path, (LONG_AGO, LONG_AGO))
    manifest.update(images, path)
    assert path.stat().st_mtime == LONG_AGO
    picture(tmp_path / "raw/a/1.bmp")
    with pytest.raises(InputError, match=r"raw have changed since this run began: run the same"):
        manifest.check(images, path)
    manifest.update(images, path)
    assert path.stat().st_mtime != LONG_AGO
    manifest.check(images, path)


def test_where_the_raw_files_are_not_the_manifest_of_the_same_folder_stands(
    images: Data, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "manifest.json"
    manifest.update(images, path)
    first = path.read_text()
    (tmp_path / "raw").rename(tmp_path / "elsewhere")
    manifest.update(images, path)
    assert path.read_text() == first
    assert "raw is not here:" in capsys.readouterr().err
    other = images.model_copy(update={"raw_dir": str(tmp_path / "misspelled")})
    manifest.update(other, path)
    assert path.read_text() != first


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff\x00", b'{"fingerprint": 3}'])
def test_a_manifest_that_is_broken_is_written_anew(
    content: bytes, images: Data, tmp_path: Path
) -> None:
    path = tmp_path / "manifest.json"
    path.write_bytes(content)
    manifest.update(images, path)
    assert json.loads(path.read_text()) == manifest.manifest(images)


def test_sources_that_need_no_manifest_have_an_empty_one(tmp_path: Path) -> None:
    manifest.update(options("digits"), tmp_path / "manifest.json")
    found = json.loads((tmp_path / "manifest.json").read_text())
    assert (found["files"], found["raw_dir"]) == ({}, None)
    manifest.update(options("npz", raw_dir=tmp_path), tmp_path / "other.json")
    assert json.loads((tmp_path / "other.json").read_text())["files"] == {}


def test_a_loop_is_refused(images: Data, tmp_path: Path) -> None:
    (tmp_path / "raw/a/again").symlink_to(tmp_path / "raw")
    with pytest.raises(InputError, match=r"a/again links to a folder that holds it"):
        manifest.update(images, tmp_path / "manifest.json")
