"""Odd folders of images: either their content or one sentence, and no silent omission."""

import io
import itertools
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from PIL import Image

from hvae.data.source import Source
from tests.data.drawn import QUICK, counts, loaded


class Kind(NamedTuple):
    """An image of one colour: how it is stored, and what it shows, None if it cannot be read."""

    content: bytes
    shown: tuple[int, int, int] | None


def stored(image: Image.Image, kind: str, **saving: Any) -> bytes:
    content = io.BytesIO()
    image.save(content, kind, **saving)
    return content.getvalue()


def solid(mode: str, colour: Any) -> Image.Image:
    return Image.new(mode, (2, 2), colour)


def frames() -> bytes:
    more = [solid("L", 9), solid("L", 200)]
    return stored(solid("L", 70), "TIFF", save_all=True, append_images=more)


KINDS = {
    "colour": Kind(stored(solid("RGB", (1, 2, 3)), "PNG"), (1, 2, 3)),
    "grey": Kind(stored(solid("L", 77), "BMP"), (77, 77, 77)),
    "bit": Kind(stored(solid("1", 1), "PNG"), (255, 255, 255)),
    "transparent": Kind(stored(solid("RGBA", (0, 0, 0, 0)), "PNG"), (255, 255, 255)),
    "half": Kind(stored(solid("RGBA", (0, 0, 0, 51)), "PNG"), (204, 204, 204)),
    "grey and alpha": Kind(stored(solid("LA", (5, 0)), "TIFF"), (255, 255, 255)),
    "keyed": Kind(stored(solid("L", 3), "PNG", transparency=3), (255, 255, 255)),
    "deep": Kind(stored(Image.fromarray(np.full((2, 2), 2570, np.uint16)), "PNG"), (10, 10, 10)),
    "frames": Kind(frames(), (70, 70, 70)),
    "floats": Kind(stored(solid("F", 0.5), "TIFF"), None),
    "text": Kind(b"no image", None),
    "empty": Kind(b"", None),
}
FOLDERS = ("", "cat", "dog", "cat/deep", "train", "test", "train/cat", "test/cat", "val", ".git")
FILES = ("1.png", "2.JPG", "3.tif", ".4.png", "notes.txt", "noext")
PATHS = some.sampled_from([f"{folder}/{file}".strip("/") for folder in FOLDERS for file in FILES])
READABLE = [kind for kind in KINDS if KINDS[kind].shown]
INSIDE = PATHS.filter(lambda name: name.startswith(("cat/", "dog/", ".git")))
TREES = some.dictionaries(INSIDE, some.sampled_from(READABLE), min_size=1, max_size=6) | (
    some.dictionaries(PATHS, some.sampled_from(sorted(KINDS)), min_size=1, max_size=6)
)
EMPTY = some.just([".tmp"]) | some.lists(
    some.sampled_from(["cat", "dog/deep", "stray", "train", ".tmp"]), max_size=2
)


def write(root: Path, tree: dict[str, str], empty: list[str]) -> None:
    for folder in empty:
        (root / folder).mkdir(parents=True, exist_ok=True)
    for name, kind in tree.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(KINDS[kind].content)


def hidden(name: str) -> str | None:
    """The hidden file or folder that contains a file, or is it."""
    above = itertools.accumulate(name.split("/"), "{}/{}".format)
    return next((path for path in above if "/." in f"/{path}"), None)


@QUICK
@given(TREES, EMPTY)
def test_folders_of_images(tree: dict[str, str], empty: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), tree, empty)
        source = loaded("image-folder", Path(folder), size=2)
    if source is None:
        return
    seen = {name: kind for name, kind in tree.items() if not hidden(name)}
    images = {name: seen[name] for name in sorted(seen) if name[-4:] in (".png", ".JPG", ".tif")}
    known = [KINDS[kind].shown for kind in images.values()]
    np.testing.assert_array_equal(source.x.reshape(-1, 4, 3)[:, 0], known)
    assert counts(source, "suffix") == len(seen) - len(images)
    concealed = {hidden(name) for name in [*tree, *empty]} - {None}
    assert counts(source, "hidden") == len(concealed)
    clear = ("transparent", "half", "grey and alpha", "keyed")
    assert counts(source, "transparency") == sum(kind in clear for kind in images.values())
    for word, kind in (("16 bits", "deep"), ("frames", "frames")):
        assert counts(source, word) == list(images.values()).count(kind)
    labels = [name.split("/")[-2 if source.parts else 0] for name in images]
    if len(source.classes) > 1 or source.classes == ("cat",):
        assert [source.classes[label] for label in source.labels] == labels


def assert_same(first: Source | None, second: Source | None) -> None:
    """Two sources are equal to the last bit."""
    assert first is not None
    assert second is not None
    for one, other in zip(first, second, strict=True):
        if isinstance(one, np.ndarray):
            assert (one.dtype, one.shape) == (other.dtype, other.shape)
            assert one.tobytes() == other.tobytes()
        else:
            assert one == other


def soft(file: str, link: str) -> None:
    Path(link).symlink_to(file)


def hard(file: str, link: str) -> None:
    Path(link).hardlink_to(file)


WAYS: dict[str, Callable[[Path, Path], Any]] = {
    "a copy": shutil.copytree,
    "a link to the folder": lambda raw, other: other.symlink_to(raw),
    "links": lambda raw, other: shutil.copytree(raw, other, copy_function=soft),
    "hard links": lambda raw, other: shutil.copytree(raw, other, copy_function=hard),
}


@pytest.mark.parametrize("way", WAYS)
def test_links_and_copies_are_the_same_source(way: str, tmp_path: Path) -> None:
    tree = {f"{label}/{kind}.tif": kind for kind in READABLE for label in ("a", "b")}
    write(tmp_path / "raw", tree, [])
    WAYS[way](tmp_path / "raw", tmp_path / "other")
    first, second = (loaded("image-folder", tmp_path / name, size=2) for name in ("raw", "other"))
    assert_same(first, second)
