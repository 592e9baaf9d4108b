"""Published sets in miniature: archives in each original format, and a source that knows them."""

import gzip
import hashlib
import io
import json
import struct
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter
from scipy.io import savemat

from hvae.config.data import Data
from hvae.data import colour_images, mnist, sources
from hvae.data.archives import File
from hvae.errors import InputError

SPLIT = {"train": 0.6, "validation": 0.2, "test": 0.2}
NOWHERE = "http://127.0.0.1:9/"  # the port that discards
IDX = tuple(
    f"{part}-ubyte.gz"
    for part in (
        "train-images-idx3",
        "train-labels-idx1",
        "t10k-images-idx3",
        "t10k-labels-idx1",
    )
)


def options(source: str, **values: Any) -> Data:
    return TypeAdapter(Data).validate_json(
        json.dumps({"source": source, "split": SPLIT} | values, default=str)
    )


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def idx(array: np.ndarray) -> bytes:
    """An IDX file, by the format's specification."""
    head = bytes([0, 0, 8, array.ndim]) + b"".join(struct.pack(">I", n) for n in array.shape)
    return head + array.astype(np.uint8).tobytes()


def digits(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Random images of 5×4 pixels, and labels that all occur."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (count, 5, 4)), np.arange(count) % 10


def write_idx(folder: Path, level: int = 9, train: int = 60, test: int = 20) -> list[np.ndarray]:
    """Write small versions of the four archives of MNIST; returns their content."""
    folder.mkdir(exist_ok=True, parents=True)
    arrays = [*digits(train, 1), *digits(test, 2)]
    for name, array in zip(IDX, arrays, strict=True):
        (folder / name).write_bytes(gzip.compress(idx(array), level, mtime=level))
    return arrays


def known(path: Path, contents: dict[str, bytes], url: str = NOWHERE) -> File:
    """A published file with the present content of `path`."""
    sums = {name: sha256(content) for name, content in contents.items()}
    return File(path.name, (url + path.name,), sha256(path.read_bytes()), sums)


def know_idx(monkeypatch: pytest.MonkeyPatch, folder: Path, url: str = NOWHERE) -> None:
    """Let the MNIST sources accept the files in `folder` as the published ones."""
    paths = [folder / name for name in IDX]
    files = tuple(known(path, {"": gzip.decompress(path.read_bytes())}, url) for path in paths)
    monkeypatch.setattr(mnist, "MNIST_FILES", files)
    monkeypatch.setattr(mnist, "FASHION_FILES", files)


def colour(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Random colour images of 32×32 pixels, channel last, and their labels."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (count, 32, 32, 3), dtype=np.uint8), np.arange(count) % 10


def records(images: np.ndarray, labels: np.ndarray) -> bytes:
    """A CIFAR batch, by its specification: a label, then planes of red, green, blue."""
    return b"".join(
        bytes([label]) + b"".join(image[:, :, k].tobytes() for k in range(3))
        for image, label in zip(images, labels, strict=True)
    )


def write_tar(path: Path, members: dict[str, bytes]) -> None:
    path.parent.mkdir(exist_ok=True, parents=True)
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


def write_cifar(folder: Path) -> list[tuple[np.ndarray, np.ndarray]]:
    """A small version of the archive: five batches for training, one for the test."""
    batches = [colour(20, seed) for seed in range(6)]
    names = [f"cifar-10-batches-bin/data_batch_{k}.bin" for k in range(1, 6)]
    named = zip([*names, "cifar-10-batches-bin/test_batch.bin"], batches, strict=True)
    members = {name: records(*batch) for name, batch in named}
    write_tar(folder / "cifar-10-binary.tar.gz", {"cifar-10-batches-bin/": b""} | members)
    return batches


def know_cifar(monkeypatch: pytest.MonkeyPatch, folder: Path, url: str = NOWHERE) -> None:
    path = folder / "cifar-10-binary.tar.gz"
    contents = colour_images.members(path, colour_images.CIFAR_FILE)
    monkeypatch.setattr(colour_images, "CIFAR_FILE", known(path, contents, url))


def write_svhn(folder: Path, **saving: Any) -> list[tuple[np.ndarray, np.ndarray]]:
    """Small versions of the two files: images last, and 10 for the digit 0."""
    folder.mkdir(exist_ok=True, parents=True)
    parts = [colour(40, 1), colour(20, 2)]
    for name, (images, labels) in zip(("train", "test"), parts, strict=True):
        y = np.where(labels == 0, 10, labels).astype(np.uint8)[:, None]
        arrays = {"X": images.transpose(1, 2, 3, 0), "y": y}
        savemat(folder / f"{name}_32x32.mat", arrays, **({"do_compression": True} | saving))
    return parts


def know_svhn(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    files = tuple(known(folder / f"{name}_32x32.mat", {}) for name in ("train", "test"))
    monkeypatch.setattr(colour_images, "SVHN_FILES", files)


def refused(chosen: Any, sentence: str, folder: Path) -> None:
    """Refused in one line, with the files in `folder` as before."""
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    with pytest.raises(InputError, match=sentence) as error:
        sources.load(chosen, 0)
    assert len(str(error.value).splitlines()) == 1
    assert before == {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
