"""`svhn`: 99,289 colour images of 32×32 pixels of digits, the last 26,032 the test set.

Netzer et al., "Reading Digits in Natural Images with Unsupervised Feature Learning" (2011): digits
of house numbers, cut out, without the `extra` images. The files are MATLAB's, version 5, with
X (32, 32, 3, images) and y, where 10 is the digit 0.

The files are known by their SHA-256. For files that were saved anew no checksum of their contents
is published; those are taken if the number of images and of each digit are those of the set.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hvae.config.data import Svhn
from hvae.data.archives import File, broken, is_published, obtain, unknown
from hvae.data.images import published
from hvae.data.matlab import Array, arrays
from hvae.data.source import Source
from hvae.errors import InputError

SHAPE = (32, 32, 3)
CLASSES = tuple("0123456789")
URL = "http://ufldl.stanford.edu/housenumbers/"


class Part(NamedTuple):
    """A file, and how many images of the digits 0 … 9 are in it."""

    file: File
    counts: tuple[int, ...]


PARTS = (
    Part(
        File(
            "train_32x32.mat",
            (f"{URL}train_32x32.mat",),
            "435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8",
            {},
        ),
        (4948, 13861, 10585, 8497, 7458, 6882, 5727, 5595, 5045, 4659),
    ),
    Part(
        File(
            "test_32x32.mat",
            (f"{URL}test_32x32.mat",),
            "cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b",
            {},
        ),
        (1744, 5099, 4149, 2882, 2523, 2384, 1977, 2019, 1660, 1595),
    ),
)


def load(options: Svhn, _seed: int) -> Source:
    """The images, channel last, as 256 levels of each colour; nothing is chosen or random."""
    read_parts = [read(part, options) for part in PARTS]
    return published(
        [images for images, _ in read_parts],
        [labels for _, labels in read_parts],
        shape=SHAPE,
        classes=CLASSES,
        origin=options.home,
    )


def read(part: Part, options: Svhn) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Images (items, 3,072) and labels of one file."""
    path = obtain(part.file, options)
    found, count = arrays(path), sum(part.counts)
    wanted = {"X": (*SHAPE, count), "y": (count, 1)}
    images, digits = (_values(found, path, name, shape) for name, shape in wanted.items())
    labels = np.where(digits == len(CLASSES), 0, digits).reshape(-1)
    counts = tuple(np.bincount(labels, minlength=len(CLASSES)).tolist())
    if counts != part.counts and not is_published(path, part.file):
        raise unknown(path, part.file)
    return np.moveaxis(images, -1, 0).reshape(len(labels), -1), labels


def _values(
    found: Mapping[str, Array], path: Path, name: str, shape: tuple[int, ...]
) -> NDArray[np.uint8]:
    """An array as it is published, in kind and shape."""
    one = found.get(name)
    if one is None or (one.kind, one.shape) != ("uint8", shape):
        got = f"{one.kind} and shape {one.shape}" if one else "none"
        raise InputError(
            f"{path} must have an array {name} of uint8 and shape {shape}, got {got}: "
            f"get it from {URL}{path.name}"
        )
    try:
        return one.bytes()
    except ValueError as error:
        raise broken(path, "MATLAB 5", error) from None
