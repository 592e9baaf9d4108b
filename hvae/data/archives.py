"""Published files: found in the user's folder or downloaded, and identified by their content.

A file is accepted if its SHA-256 is the published one, or if that holds for everything that is read
from it: an archive that was packed again holds the same data. Nothing is unpacked to disk.
"""

import gzip
import hashlib
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pooch
import requests
from numpy.typing import NDArray

from hvae.config.data import Published
from hvae.data.source import Source, check
from hvae.errors import InputError, one_line
from hvae.io import command, storage

MOST = (
    300_000_000  # bytes, at most, that are read from a compressed file: no published one has more
)
CHUNK = 1 << 16


class File(NamedTuple):
    """A file as it is published.

    urls: addresses, which are tried in this order. sha256: the file's checksum. contents: the
    SHA-256 of each part that is read from it, by name.
    """

    name: str
    urls: tuple[str, ...]
    sha256: str
    contents: Mapping[str, str]


def obtain(file: File, options: Published) -> Path:
    """The path of the file, downloaded if needed; InputError if it is not found or not loaded."""
    path = options.home / file.name
    if path.is_file():
        return path
    if options.folder is not None:
        raise InputError(
            f"{path} is missing: data.raw_dir must hold {file.name} as published at {file.urls[0]}"
        )
    problems = [problem for url in file.urls if (problem := _problem(url, file, path))]
    if path.is_file():
        return path
    raise InputError(
        f"{file.name} cannot be downloaded ({'; '.join(problems)}): without a network, "
        f"put it into a folder and set data.raw_dir to that folder"
    )


def _problem(url: str, file: File, path: Path) -> str | None:
    """Download to a file beside `path` and rename it, unless it exists; returns what failed."""
    if path.is_file():
        return None
    try:
        with command.download_bar(f"downloading {file.name}") as bar:
            fetch = pooch.HTTPDownloader(progressbar=bar, chunk_size=CHUNK, timeout=60)
            storage.fill(path, lambda beside: _download(fetch, url, file, beside))
    except ValueError as error:
        return str(error)
    return None


def _download(fetch: pooch.HTTPDownloader, url: str, file: File, path: Path) -> None:
    """Download to `path`; ValueError if the network fails or the file is not the published one."""
    try:
        fetch(url, str(path), None)
    except requests.RequestException as error:
        raise ValueError(f"{type(error).__name__} at {url}") from None
    if not is_published(path, file):
        raise ValueError(f"the file at {url} is not the published one")


def gunzip(path: Path, kind: str = "gzip") -> bytes:
    """The content of a gzip file; InputError if it is cut off, broken or far too long."""
    try:
        with gzip.open(path) as file:
            content = file.read(MOST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise broken(path, kind, error) from None
    if len(content) > MOST:
        raise InputError(f"{path} holds more than {MOST:,} bytes, so it is not the published file")
    return content


def broken(path: Path, kind: str, error: object) -> InputError:
    """The error for a file that cannot be read as the kind it should be."""
    return InputError(
        f"{path} is cut off or not a {kind} file ({one_line(error)}): download it again"
    )


def verify(path: Path, file: File, contents: Mapping[str, bytes]) -> None:
    """InputError unless the file at `path`, or all that was read from it, is as published."""
    if is_published(path, file):
        return
    found = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    if found != dict(file.contents):
        raise unknown(path, file)


def is_published(path: Path, file: File) -> bool:
    """Whether the file at `path` is the published one, bit for bit."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest() == file.sha256


def unknown(path: Path, file: File) -> InputError:
    """The error for a file with other content than the file that is published under its name."""
    return InputError(
        f"{path} does not hold what is published as {file.name}: remove it, "
        f"and get it from {file.urls[0]}"
    )


LEVELS = 256


def published(
    images: Sequence[NDArray[np.uint8]],
    labels: Sequence[NDArray[np.integer]],
    *,
    shape: tuple[int, ...],
    classes: tuple[str, ...],
    origin: object,
) -> Source:
    """A source from images (items, n) in several parts, of which the last is the test set.

    InputError naming `origin` if shapes or values are wrong.
    """
    count, train = sum(len(part) for part in images), sum(len(part) for part in images[:-1])
    source = Source(
        x=np.concatenate(images),
        labels=np.concatenate(labels).astype(np.int64),
        shape=shape,
        classes=classes,
        levels=LEVELS,
        parts={"train": np.arange(train), "test": np.arange(train, count)},
    )
    check(source, origin)
    return source
