"""Which images a folder holds, and their classes and splits. Only names are read, no image.

An image is a file with one of the `SUFFIXES`, in small or capital letters. Other files are left out
and counted, and so is everything whose name starts with a dot.

* Images lie in `root` itself, and have no labels; or
* every folder of `root` is a class, which holds the images at any depth in it; or
* the folders are `train` with `validation`, `test` or both: the source's own split. Each part holds
  images, or class folders that `train` has too.

Nothing is guessed. Images beside folders of images are refused, and so are a class without images
and a part with another name. Links are followed, unless they lead nowhere or to a folder that holds
them.
"""

import os
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from hvae.errors import InputError, counted, listed, shown

USUAL = (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".dib", ".gif", ".tif", ".tiff", ".webp")
SUFFIXES = frozenset((*USUAL, ".ppm", ".pgm", ".pbm", ".pnm"))
NO_IMAGE, HIDDEN, NO_FILE = "without an image's suffix", "hidden", "neither a file nor a folder"
EMPTY = "folder without images"
PARTS = ("train", "validation", "test")
PART_NAMES = {  # common names, in small letters, with nothing between the words
    ("train",): ("train", "training", "trainset", "trainingset", "traindata", "trn"),
    ("validation",): ("validation", "validate", "validating", "val", "valid", "valset", "dev"),
    ("test",): ("test", "testing", "tests", "testset", "testdata", "tst"),
    ("validation", "test"): ("eval", "evaluation", "evalset", "holdout", "heldout"),
}
MEANT_PARTS = {name: parts for parts, names in PART_NAMES.items() for name in names}


class Image(NamedTuple):
    """An image file.

    name: its path from the root. part: train, validation or test; None if the folder has no split
    of its own. label: its class; None without classes.
    """

    path: Path
    name: str
    part: str | None
    label: str | None


class FolderLayout(NamedTuple):
    """The images, sorted by name, and how many files or folders are left out, by reason."""

    images: tuple[Image, ...]
    left_out: Mapping[str, int]


class _Content(NamedTuple):
    """A folder: the images directly in it, and by name those at any depth in each subfolder."""

    path: Path
    images: list[Path]
    folders: dict[str, list[Path]]

    @property
    def all(self) -> list[Path]:
        return [*self.images, *(path for paths in self.folders.values() for path in paths)]


def layout(root: Path) -> FolderLayout:
    """The images below `root`; InputError if their meaning is unclear."""
    try:
        return _layout(root)
    except OSError as error:
        raise InputError(f"{shown(error.filename or root)}: {error.strerror}") from None


def _layout(root: Path) -> FolderLayout:
    if not root.is_dir():
        raise InputError(f"data.raw_dir: {shown(root)} is not a folder")
    left_out: Counter[str] = Counter()
    images, folders = _look(root, left_out)
    above = frozenset([os.path.realpath(root)])
    contents = {folder.name: _content(folder, left_out, above) for folder in folders}
    whole = _Content(root, images, {name: content.all for name, content in contents.items()})
    labels = _labels(whole, left_out)
    if not images and parts_checked(root, list(contents)):
        found = _divided(root, contents, left_out)
    else:
        found = [_image(root, path, None, label) for path, label in labels]
    in_order = tuple(sorted(found, key=lambda image: image.name))
    return FolderLayout(in_order, MappingProxyType(dict(sorted((+left_out).items()))))


def _image(root: Path, path: Path, part: str | None, label: str | None) -> Image:
    return Image(path, path.relative_to(root).as_posix(), part, label)


def _divided(root: Path, parts: Mapping[str, _Content], left_out: Counter[str]) -> list[Image]:
    """The images of a source with its own split; InputError if the parts do not match."""
    labels = {part: _labels(content, left_out) for part, content in parts.items()}
    classes = {part: {label for _, label in found} for part, found in labels.items()}
    flat = [part for part, names in classes.items() if names == {None}]
    if flat and len(flat) < len(classes):
        other = next(part for part in classes if part not in flat)
        raise InputError(
            f"{shown(root / flat[0])} holds images without class folders, but {shown(root / other)}"
            " has class folders: give all parts class folders, or none"
        )
    for part in classes:
        _refuse_unknown(root, part, classes[part] - classes["train"])
    return [
        _image(root, path, part, label) for part, found in labels.items() for path, label in found
    ]


def _refuse_unknown(root: Path, part: str, unknown: Set[str | None]) -> None:
    if unknown:
        raise InputError(
            f"{shown(root / 'train')} lacks {listed(sorted(map(str, unknown)))}, which "
            f"{shown(root / part)} has: every class needs training images"
        )


def _labels(content: _Content, left_out: Counter[str]) -> list[tuple[Path, str | None]]:
    """Every image below a folder, with the name of its class folder; None if it has none."""
    holding = [name for name, paths in content.folders.items() if paths]
    empty = [name for name, paths in content.folders.items() if not paths]
    if content.images and holding:
        raise _beside(content, holding)
    if not content.images and not holding:
        raise _without_images(content.path)
    if content.images:
        left_out[EMPTY] += len(empty)
        return [(path, None) for path in content.images]
    if empty:
        raise _without_images(content.path / empty[0])
    return [(path, name) for name, paths in content.folders.items() for path in paths]


def _beside(content: _Content, holding: Sequence[str]) -> InputError:
    return InputError(
        f"{shown(content.path)} holds {counted(len(content.images), 'image')} beside folders that "
        f"hold images ({listed(holding)}): move the images into class folders, or remove the "
        "folders"
    )


def _without_images(folder: Path) -> InputError:
    return InputError(f"{shown(folder)} holds no images: add some, or remove the folder")


def _content(folder: Path, left_out: Counter[str], above: frozenset[str]) -> _Content:
    here = _entered(folder, above)
    images, folders = _look(folder, left_out)
    below = {inner.name: _below(inner, left_out, here) for inner in folders}
    return _Content(folder, images, below)


def _below(folder: Path, left_out: Counter[str], above: frozenset[str]) -> list[Path]:
    """All images in a folder, at any depth."""
    found: list[Path] = []
    pending = [(folder, above)]
    while pending:
        inner, over = pending.pop()
        here = _entered(inner, over)
        images, folders = _look(inner, left_out)
        found += images
        pending += [(path, here) for path in folders]
    return found


def _entered(folder: Path, above: frozenset[str]) -> frozenset[str]:
    """The real paths of a folder and its parents; InputError if it links to a parent."""
    real = os.path.realpath(folder)
    if any(other == real or other.startswith(real.rstrip(os.sep) + os.sep) for other in above):
        raise InputError(f"{shown(folder)} links to a folder that holds it: remove the link")
    return above | {real}


def _look(folder: Path, left_out: Counter[str]) -> tuple[list[Path], list[Path]]:
    """The images and the folders directly in a folder, sorted by name."""
    images: list[Path] = []
    folders: list[Path] = []
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if reason := _left_out(entry):
                left_out[reason] += 1
            else:
                (folders if entry.is_dir() else images).append(folder / entry.name)
    return images, folders


def _left_out(entry: os.DirEntry[str]) -> str | None:
    """Why an entry is left out; None for an image and for a folder to look into."""
    if entry.name.startswith("."):
        return HIDDEN
    if entry.is_dir():
        _refuse_encoding(entry)
        return None
    if entry.is_file():
        _refuse_encoding(entry)
        return None if os.path.splitext(entry.name)[1].lower() in SUFFIXES else NO_IMAGE
    if entry.is_symlink():
        raise InputError(f"{shown(entry.path)} is a link that leads nowhere: repair or remove it")
    return NO_FILE


def _refuse_encoding(entry: os.DirEntry[str]) -> None:
    """InputError for a name that is not UTF-8, which no table can hold."""
    try:
        entry.name.encode()
    except UnicodeEncodeError:
        raise InputError(f"{shown(entry.path)} has a name that is not UTF-8: rename it") from None


def parts_checked(root: Path, names: Sequence[str]) -> bool:
    """Whether the folders of `root` are the parts of a split; False where they are classes.

    They are parts if one of them has the name of a part, or if every name is close to such a name.
    InputError unless the parts are `train` with `validation`, `test` or both, and nothing else.
    """
    meant = {name: part for name in names if (part := _meant_part(name, names))}
    if not names or not (set(names) & set(PARTS) or len(meant) == len(names)):
        return False
    if len(names) == 1:
        raise InputError(
            f"{shown(root / names[0])} is the only folder: set data.raw_dir to it and let "
            "data.split divide it, or add the other parts, train with validation or test"
        )
    for name, part in meant.items():
        if name != part:
            raise InputError(
                f"{shown(root / name)} must be named {part!r} to be a part of the split"
            )
    _refuse_beside_parts(root, [name for name in names if name not in meant])
    if "train" not in names:
        raise InputError(
            f"{shown(root)} has no folder 'train' beside {listed(names)}: give this name to the "
            "folder of the training images"
        )
    return True


def _refuse_beside_parts(root: Path, others: Sequence[str]) -> None:
    if others:
        raise InputError(
            f"{shown(root)} holds {listed(others)} beside the parts of a split: move classes into "
            "train, validation and test, or rename the parts if they are classes too"
        )


def _meant_part(name: str, names: Sequence[str]) -> str | None:
    """The part that a folder's name stands for, if any; of two parts, one without a folder yet."""
    plain = "".join(character for character in name.casefold() if character.isalnum())
    parts = MEANT_PARTS.get(plain, ())
    return next((part for part in parts if part not in names or part == name), (*parts, None)[0])
