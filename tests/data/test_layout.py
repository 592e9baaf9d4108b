"""Which images a folder holds, and their classes and splits, from names alone."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hvae.data import source as of_source
from hvae.data import sources
from hvae.data.layout import PARTS, SUFFIXES, layout
from hvae.data.splits import divide
from tests.data.published import options, refused


def write(root: Path, *names: str) -> None:
    """Write empty files, and folders where a name ends in a slash."""
    for name in names:
        path = root / name
        (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            path.touch()


Found = list[tuple[str, str | None, str | None]]


def found(root: Path) -> Found:
    images = layout(root).images
    assert all(image.path == root / image.name for image in images)
    return [(image.name, image.part, image.label) for image in images]


def test_parts_are_those_of_a_source() -> None:
    assert PARTS == of_source.SPLITS


def test_it_needs_neither_numpy_nor_pillow() -> None:
    code = "import sys, hvae.data.layout; print({'numpy', 'PIL', 'pyarrow'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_images_in_any_folder_of_a_class_belong_to_it(tmp_path: Path) -> None:
    write(tmp_path, "dog/1.png", "cat/2.png", "cat/2023/may/1.JPEG", "cat/2023/1.tif", "cat/old/")
    assert found(tmp_path) == [
        ("cat/2.png", None, "cat"),
        ("cat/2023/1.tif", None, "cat"),
        ("cat/2023/may/1.JPEG", None, "cat"),
        ("dog/1.png", None, "dog"),
    ]
    assert layout(tmp_path).left_out == {}


def test_images_without_folders_have_no_class(tmp_path: Path) -> None:
    write(tmp_path, "b.png", "a.bmp", "notes/read.txt", "empty/")
    assert found(tmp_path) == [("a.bmp", None, None), ("b.png", None, None)]
    assert layout(tmp_path).left_out == {"folder without images": 2, "without an image's suffix": 1}


def test_what_is_left_out_is_counted(tmp_path: Path) -> None:
    write(tmp_path, *(f"a/{k}{end.upper()}" for k, end in enumerate(SUFFIXES)))
    write(tmp_path, "README.md", "a/x.txt", "a/b/Thumbs.db", "a/png", "a/.DS_Store", ".git/x.png")
    os.mkfifo(tmp_path / "a" / "pipe.png")
    assert len(found(tmp_path)) == len(SUFFIXES) == 15
    assert layout(tmp_path).left_out == {
        "hidden": 2,
        "neither a file nor a folder": 1,
        "without an image's suffix": 4,
    }


@pytest.mark.parametrize("parts", [("test", "train"), ("train", "validation"), PARTS])
@pytest.mark.parametrize("classes", [("",), ("cat/", "dog/")])
def test_parts_of_a_split(parts: tuple[str, ...], classes: tuple[str, ...], tmp_path: Path) -> None:
    names = sorted(f"{part}/{label}1.png" for part in parts for label in classes)
    write(tmp_path, *names, "LICENSE")
    known = [(name, name.split("/")[0], name.split("/")[1]) for name in names]
    flat: Found = [(name, part, None) for name, part, _ in known]
    assert found(tmp_path) == (flat if classes == ("",) else known)
    assert layout(tmp_path).left_out == {"without an image's suffix": 1}


REFUSED = [
    (["1.png", "2.png", "a/1.png", "b/1.png"], r"holds 2 images beside folders .* \('a', 'b'\): "),
    (["1.png", "train/1.png", "test/1.png"], r"holds 1 image beside folders .* \('test', 'train'"),
    (["train/1.png", "train/a/1.png", "test/a/1.png"], r"/train holds 1 image beside .* \('a'\)"),
    (["a/1.png", "b/"], r"/b holds no images: add some, or remove the folder$"),
    (["a/1.png", "b/1.heic"], r"/b holds no images"),
    (["a/", "b/"], r"raw holds no images"),
    ([], r"raw holds no images"),
    (["1.txt"], r"raw holds no images"),
    (["train/1.png", "test/"], r"/test holds no images"),
    (["train/a/1.png", "test/a/"], r"/test holds no images"),
    (["train/a/1.png", "train/b/", "test/a/1.png"], r"/train/b holds no images"),
    (["train/1.png"], r"/train is the only folder: set data\.raw_dir to it .* or add the other"),
    (["training/1.png"], r"/training is the only folder: set data\.raw_dir to it"),
    (["validation/1.png", "test/1.png"], r"has no folder 'train' beside 'test', 'validation'"),
    (["train/1.png", "val/1.png"], r"/val must be named 'validation' to be a part of the split$"),
    (["train/1.png", "dev/1.png", "test/1.png"], r"/dev must be named 'validation'"),
    (["train/1.png", "eval/1.png"], r"/eval must be named 'validation'"),
    (["train/1.png", "eval/1.png", "validation/1.png"], r"/eval must be named 'test'"),
    (["training/1.png", "testing/1.png"], r"/testing must be named 'test'"),
    (["Train/1.png", "test/1.png"], r"/Train must be named 'train'"),
    (["train/1.png", "test_set/1.png"], r"/test_set must be named 'test'"),
    (["train/1.png", "test/1.png", "cat/1.png"], r"holds 'cat' beside the parts of a split"),
    (["train/1.png", "cat/1.png"], r"holds 'cat' beside the parts of a split"),
    (["train/1.png", "test/a/1.png"], r"/train holds images without class folders, but .*/test"),
    (["train/a/1.png", "test/a/1.png", "test/b/1.png"], r"/train lacks 'b', which .*/test has"),
]


@pytest.mark.parametrize(("names", "sentence"), REFUSED)
def test_what_cannot_be_told(names: list[str], sentence: str, tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    write(tmp_path / "raw", *names)
    refused(options("image-folder", raw_dir=tmp_path / "raw"), sentence, tmp_path)


@pytest.mark.parametrize("names", [["dev", "ops"], ["tests", "cats"], ["evaluation", "a", "b"]])
def test_names_near_those_of_parts_are_classes_beside_others(
    names: list[str], tmp_path: Path
) -> None:
    write(tmp_path, *(f"{name}/1.png" for name in names))
    assert [label for _, _, label in found(tmp_path)] == sorted(names)


def test_links_are_followed(tmp_path: Path) -> None:
    write(tmp_path, "raw/", "store/cat/1.png", "store/cat/deep/2.png", "store/3.png")
    (tmp_path / "raw" / "cat").symlink_to(tmp_path / "store" / "cat")
    (tmp_path / "raw" / "dog").mkdir()
    (tmp_path / "raw" / "dog" / "x.png").symlink_to("../../store/3.png")
    (tmp_path / "again").symlink_to("raw")
    for root in (tmp_path / "raw", tmp_path / "again"):
        names = [name for name, _, _ in found(root)]
        assert names == ["cat/1.png", "cat/deep/2.png", "dog/x.png"]


@pytest.mark.parametrize(
    ("link", "to", "sentence"),
    [
        ("a/up", "../..", r"/a/up links to a folder that holds it: remove the link$"),
        ("a/here", ".", r"/a/here links to a folder that holds it"),
        ("a/in/back", "../../a", r"/a/in/back links to a folder that holds it"),
        ("b", "../raw", r"/b links to a folder that holds it"),
        ("a/gone.png", "nowhere.png", r"/a/gone\.png is a link that leads nowhere"),
        ("gone", "nowhere", r"/gone is a link that leads nowhere: repair or remove it$"),
        ("a/self.png", "self.png", r"/a/self\.png: Too many levels of symbolic links$"),
    ],
)
def test_links_that_lead_nowhere(link: str, to: str, sentence: str, tmp_path: Path) -> None:
    root = tmp_path / "raw"
    write(root, "a/1.png", "a/in/2.png")
    (root / link).symlink_to(to)
    with pytest.raises(ValueError, match=sentence):
        layout(root)
    (root / link).rename((root / link).parent / ".hidden")
    assert layout(root).left_out == {"hidden": 1}


def test_names_that_no_table_can_hold(tmp_path: Path) -> None:
    write(tmp_path, "a/1.png")
    (tmp_path / os.fsdecode(b"b\xff")).mkdir()
    with pytest.raises(ValueError, match=r"b\\udcff has a name that is not UTF-8: rename it$"):
        layout(tmp_path)


def test_deep_folders_and_names_on_two_lines(tmp_path: Path) -> None:
    write(tmp_path, "/".join(["a"] * 300) + "/x.png")
    assert len(layout(tmp_path).images) == 1
    write(tmp_path, "b\nc/")
    with pytest.raises(ValueError, match=r"/b\\nc holds no images"):
        layout(tmp_path)


def test_a_folder_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a/1.png")

    def closed(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", closed)
    with pytest.raises(ValueError, match=rf"^{tmp_path}: Permission denied$"):
        layout(tmp_path)


def test_a_source_keeps_the_parts_of_its_folder(tmp_path: Path) -> None:
    for value, part in enumerate(("train", "test")):
        for label in ("a", "b"):
            for number in range(8):
                path = tmp_path / part / label / f"{number}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(np.full((2, 2), 100 * value, np.uint8)).save(path)
    chosen = options("image-folder", raw_dir=tmp_path, size=2, channels="grey")
    source = sources.load(chosen, 0)
    assert source.parts is not None
    assert source.classes == ("a", "b")
    for part, value in (("train", 0), ("test", 100)):
        assert (source.x[source.parts[part]] == value).all()
        assert np.bincount(source.labels[source.parts[part]]).tolist() == [8, 8]
    places = divide(source, chosen, 0)
    assert sorted(places["test"]) == source.parts["test"].tolist()
    assert {len(ids) for ids in places.values()} == {12, 4, 16}
