"""Published files: found in the user's folder or downloaded, and known by what is in them.

A file counts as the published one if its own SHA-256 is, or if that of all that is read from it is:
an archive that was packed anew holds the same data. Nothing is unpacked to disk.
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

from hvae.config.sources.published import Published
from hvae.data.source import Source, check
from hvae.errors import InputError, one_line
from hvae.io import command, writing

MOST = 300_000_000  # bytes that are read from one compressed file: what is larger is not ours
CHUNK = 1 << 16


class File(NamedTuple):
    """A file as it is published.

    urls: where to get it, in the order of trial. sha256: that of the file.
    contents: the SHA-256 of what is read from it, by name.
    """

    name: str
    urls: tuple[str, ...]
    sha256: str
    contents: Mapping[str, str]


def obtain(file: File, options: Published) -> Path:
    """Where the file is, downloaded if need be; InputError where it is not and cannot be had."""
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
        f"{file.name} cannot be downloaded ({'; '.join(problems)}): where there is no network, "
        f"put it into a folder and name that as data.raw_dir"
    )


def _problem(url: str, file: File, path: Path) -> str | None:
    """Download to beside `path` and rename, unless it is there; what went wrong, if anything."""
    if path.is_file():
        return None
    try:
        with command.download_bar(f"downloading {file.name}") as bar:
            fetch = pooch.HTTPDownloader(progressbar=bar, chunk_size=CHUNK, timeout=60)
            writing.fill(path, lambda beside: _download(fetch, url, file, beside))
    except ValueError as error:
        return str(error)
    return None


def _download(fetch: pooch.HTTPDownloader, url: str, file: File, path: Path) -> None:
    """Fill `path`; ValueError where the network fails, or has another file than is published."""
    try:
        fetch(url, str(path), None)
    except requests.RequestException as error:
        raise ValueError(f"{type(error).__name__} at {url}") from None
    if not is_published(path, file):
        raise ValueError(f"another file than published at {url}")


def gunzip(path: Path, kind: str = "gzip") -> bytes:
    """What a gzip file holds; InputError where it is cut off, broken or far too long."""
    try:
        with gzip.open(path) as file:
            content = file.read(MOST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise broken(path, kind, error) from None
    if len(content) > MOST:
        raise InputError(f"{path} holds more than {MOST:,} bytes, so it is not the published file")
    return content


def broken(path: Path, kind: str, error: object) -> InputError:
    """That a file cannot be read as what it should be."""
    return InputError(f"{path} is cut off or not a {kind} file ({one_line(error)}): get it anew")


def verify(path: Path, file: File, contents: Mapping[str, bytes]) -> None:
    """InputError unless the file at `path`, or else what was read from it, is as published."""
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
    """That a file holds something else than what is published under its name."""
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
    """Images (items, n) in parts of which the last is the test set; errors name `origin`."""
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
