"""Errors in published files: one sentence names the problem and a way out."""

import gzip
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import savemat

from hvae.data import colour_images, sources
from tests.data import published
from tests.data.published import IDX, options, refused

Spoil = Callable[[Path], None]


def replaced(name: str, change: Callable[[bytes], bytes]) -> Spoil:
    def spoil(folder: Path) -> None:
        (folder / name).write_bytes(change((folder / name).read_bytes()))

    return spoil


def packed(array: np.ndarray) -> Callable[[bytes], bytes]:
    return lambda _: gzip.compress(published.idx(array))


def flipped(content: bytes) -> bytes:
    """Flip one bit of one pixel."""
    values = bytearray(gzip.decompress(content))
    values[-1] ^= 1
    return gzip.compress(bytes(values))


def with_member(name: str) -> Spoil:
    return lambda folder: published.write_tar(folder / "cifar-10-binary.tar.gz", {name: b"x"})


def irregular(kind: bytes) -> Spoil:
    """A member that links out of the archive, or is a device."""

    def spoil(folder: Path) -> None:
        with tarfile.open(folder / "cifar-10-binary.tar.gz", "w:gz") as archive:
            info = tarfile.TarInfo("cifar-10-batches-bin/test_batch.bin")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)

    return spoil


def matlab(**arrays: Any) -> Spoil:
    return lambda folder: savemat(folder / "test_32x32.mat", arrays)


IMAGES, LABELS, TARBALL, MAT = IDX[0], IDX[1], "cifar-10-binary.tar.gz", "test_32x32.mat"
PUBLISHED = [
    ("mnist", lambda folder: (folder / IMAGES).unlink(), rf"{IMAGES} is missing: data\.raw_dir"),
    ("mnist", replaced(IMAGES, lambda b: b[:-100]), rf"{IMAGES} is cut off or not a gzip file"),
    ("mnist", replaced(IMAGES, lambda b: b"<html>"), rf"{IMAGES} is cut off or not a gzip file"),
    ("mnist", replaced(IMAGES, flipped), rf"{IMAGES} does not hold what is published .*: remove"),
    ("cifar10", replaced(TARBALL, lambda b: b[:-999]), rf"{TARBALL} is cut off or not a tar\.gz"),
    ("cifar10", replaced(TARBALL, lambda b: b"PK"), rf"{TARBALL} is cut off or not a tar\.gz"),
    ("cifar10", with_member("readme.html"), rf"{TARBALL} lacks .*/data_batch_1\.bin, .*: get it"),
    ("cifar10", with_member("../evil"), rf"{TARBALL} has a member outside .* '\.\./evil': refused"),
    ("cifar10", with_member("/etc/x"), rf"{TARBALL} has a member outside .* '/etc/x': refused"),
    *(
        ("cifar10", irregular(kind), rf"{TARBALL} lacks .*/test_batch\.bin: get it from")
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE)
    ),
    *(
        ("svhn", spoil, rf"{MAT} does not hold what is published as {MAT}: remove it, and get it")
        for spoil in (
            replaced(MAT, lambda b: b[:-100]),
            replaced(MAT, lambda b: b"\x89HDF\r\n" * 99),
            matlab(X=np.zeros((9, 9, 3, 20), np.uint8)),
            matlab(X=np.zeros((32, 32, 3, 20), np.uint8), y=np.full((20, 1), 11, np.uint8)),
        )
    ),
]
WRITERS: dict[str, tuple[Callable, Callable]] = {
    "mnist": (published.write_idx, published.know_idx),
    "cifar10": (published.write_cifar, published.know_cifar),
    "svhn": (published.write_svhn, published.know_svhn),
}


@pytest.mark.parametrize(("name", "spoil", "sentence"), PUBLISHED)
def test_published_files_that_are_not_right(
    name: str, spoil: Spoil, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "raw"
    write, know = WRITERS[name]
    write(folder)
    know(monkeypatch, folder)
    sources.load(options(name, raw_dir=folder), 0)
    spoil(folder)
    refused(options(name, raw_dir=folder), sentence, tmp_path)


STRUCTURE = [
    (
        IMAGES,
        np.zeros((59, 5, 4)),
        rf"{IMAGES} has 59 images for 60 labels: download both files again",
    ),
    (LABELS, np.full(60, 10), r"raw has labels outside 0…9: they run from 0 to 10"),
    (IMAGES, np.zeros((60, 20)), rf"{IMAGES} has 2 axes instead of 3: download it again"),
]


@pytest.mark.parametrize(("name", "array", "sentence"), STRUCTURE)
def test_idx_files_that_do_not_fit_each_other(
    name: str, array: np.ndarray, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are refused even if their checksums are right."""
    folder = tmp_path / "raw"
    published.write_idx(folder)
    replaced(name, packed(array))(folder)
    published.know_idx(monkeypatch, folder)
    refused(options("mnist", raw_dir=folder), sentence, tmp_path)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (published.idx(np.zeros((60, 5, 4)))[:-1], rf"{IMAGES} .*60×5×4 values, but holds 1199"),
        (b"\0\0\x0d\x01" + bytes(8), rf"{IMAGES} is not an IDX file of unsigned bytes"),
        (b"\0\0\x08\x03\0", rf"{IMAGES} is not an IDX file of unsigned bytes"),
        (b"", rf"{IMAGES} is not an IDX file of unsigned bytes"),
    ],
)
def test_idx_files_that_are_none(
    content: bytes, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "raw"
    published.write_idx(folder)
    replaced(IMAGES, lambda _: gzip.compress(content))(folder)
    published.know_idx(monkeypatch, folder)
    refused(options("mnist", raw_dir=folder), sentence, tmp_path)


def test_cifar_batches_of_broken_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "raw"
    published.write_cifar(folder)
    members = colour_images.members(folder / TARBALL, colour_images.CIFAR_FILE)
    name = next(iter(members))
    published.write_tar(folder / TARBALL, members | {name: members[name][:-1]})
    published.know_cifar(monkeypatch, folder)
    sentence = r"data_batch_1\.bin has 61459 bytes, not a whole number of records"
    refused(options("cifar10", raw_dir=folder), sentence, tmp_path)
