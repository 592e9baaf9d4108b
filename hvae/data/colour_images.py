"""`svhn` and `cifar10`: published colour images of 32×32 pixels.

`svhn` has 99,289 images of digits, the last 26,032 the test set. Netzer et al., "Reading Digits in
Natural Images with Unsupervised Feature Learning" (2011): cropped digits of house numbers, without
the `extra` images. The files are MATLAB's, version 5, with X (32, 32, 3, images) and y, where 10
stands for the digit 0. A broken file can crash the whole process inside SciPy, so only the
published files are parsed.

`cifar10` has 60,000 images of ten classes, the last 10,000 the test set. Krizhevsky, "Learning
Multiple Layers of Features from Tiny Images" (2009), in its binary form:

    a record: 1 byte for the label | 1,024 bytes of red, row by row | 1,024 of green | 1,024 of blue

The archive is read into memory and its members are found by name; nothing is unpacked to disk. The
author publishes the MD5 of the archive, c32a1d4ab5d03f1284b67883e8d87530. The SHA-256 values here
belong to the same files.
"""

import io
import itertools
import tarfile
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray
from scipy.io import loadmat

from hvae.config.data import Cifar10, Svhn
from hvae.data.archives import (
    File,
    broken,
    gunzip,
    is_published,
    obtain,
    published,
    unknown,
    verify,
)
from hvae.data.source import Source
from hvae.errors import InputError

SHAPE = (32, 32, 3)
PIXELS = 32 * 32

DIGITS = tuple("0123456789")
URL = "http://ufldl.stanford.edu/housenumbers/"
SVHN_FILES = tuple(
    File(name, (URL + name,), sha256, {})
    for name, sha256 in (
        (
            "train_32x32.mat",
            "435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8",
        ),
        (
            "test_32x32.mat",
            "cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b",
        ),
    )
)


def load_svhn(options: Svhn, _seed: int) -> Source:
    """The images, channel last, with 256 levels for each colour. No part is random."""
    parts = [read_svhn(file, options) for file in SVHN_FILES]
    return published(
        [images for images, _ in parts],
        [labels for _, labels in parts],
        shape=SHAPE,
        classes=DIGITS,
        origin=options.home,
    )


def read_svhn(file: File, options: Svhn) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Images (items, 3,072) and labels of one file; InputError unless it is the published file."""
    path = obtain(file, options)
    if not is_published(path, file):
        raise unknown(path, file)
    found = loadmat(path, variable_names=("X", "y"))
    images, digits = np.moveaxis(found["X"], -1, 0), found["y"].reshape(-1)
    return images.reshape(len(digits), -1), digits % len(DIGITS)


MEMBERS = 100  # members, at most, that are read from an archive: the published one has eight
OBJECTS = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
CIFAR_FILE = File(
    "cifar-10-binary.tar.gz",
    ("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",),
    "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    {
        "cifar-10-batches-bin/data_batch_1.bin": (
            "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"
        ),
        "cifar-10-batches-bin/data_batch_2.bin": (
            "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"
        ),
        "cifar-10-batches-bin/data_batch_3.bin": (
            "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"
        ),
        "cifar-10-batches-bin/data_batch_4.bin": (
            "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"
        ),
        "cifar-10-batches-bin/data_batch_5.bin": (
            "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add"
        ),
        "cifar-10-batches-bin/test_batch.bin": (
            "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b"
        ),
    },
)


def load_cifar10(options: Cifar10, _seed: int) -> Source:
    """The images, channel last, with 256 levels for each colour. No part is random."""
    path = obtain(CIFAR_FILE, options)
    contents = members(path, CIFAR_FILE)
    verify(path, CIFAR_FILE, contents)
    batches = [records(content, f"{path}, {name}") for name, content in contents.items()]
    return published(
        [channels_last(batch[:, 1:]) for batch in batches],
        [batch[:, 0] for batch in batches],
        shape=SHAPE,
        classes=OBJECTS,
        origin=path,
    )


def members(path: Path, file: File) -> dict[str, bytes]:
    """The members of the archive that `file.contents` names, in that order.

    InputError if one is missing, or if any member would lie outside the archive's folder.
    """
    content = io.BytesIO(gunzip(path, "tar.gz"))
    try:
        with tarfile.open(fileobj=content, mode="r:") as archive:
            listed = itertools.islice(archive, MEMBERS)
            found = dict(_wanted(archive, member, path, file) for member in listed)
    except InputError:
        raise
    except (tarfile.TarError, OSError, EOFError, ValueError, OverflowError) as error:
        raise broken(path, "tar.gz", error) from None
    if missing := [name for name in file.contents if name not in found]:
        raise InputError(f"{path} lacks {', '.join(missing)}: get it from {file.urls[0]}")
    return {name: found[name] for name in file.contents}


def _wanted(
    archive: tarfile.TarFile, member: tarfile.TarInfo, path: Path, file: File
) -> tuple[str, bytes]:
    name = PurePosixPath(member.name)
    if name.is_absolute() or ".." in name.parts:
        raise InputError(f"{path} has a member outside its folder, {member.name!r}: refused")
    content = archive.extractfile(member) if member.isreg() and str(name) in file.contents else None
    return (str(name), content.read()) if content is not None else ("", b"")


def records(content: bytes, origin: str) -> NDArray[np.uint8]:
    """A batch as an array (images, 1 + 3 · 1,024)."""
    if len(content) % (1 + 3 * PIXELS) or not content:
        raise InputError(f"{origin} has {len(content)} bytes, not a whole number of records")
    return np.frombuffer(content, np.uint8).reshape(-1, 1 + 3 * PIXELS)


def channels_last(planes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Images (items, 3 · 1,024), from planes of red, green and blue to pixels of three values."""
    return planes.reshape(-1, 3, PIXELS).transpose(0, 2, 1).reshape(len(planes), -1)
