"""The manifest of the user's own raw files, which shows whether prepared data are current.

    data/manifests/EXPERIMENT.json          each file's name and SHA-256, and one fingerprint of all
    data/manifests/EXPERIMENT.times.json    size and times, which show that a file is unchanged

The manifest depends only on content: touching a file does not change it, but replacing it by an
older file does. With the times, files need not be read again; nothing is lost without them.
Published files need no manifest, since their checksums are pinned.
"""

import hashlib
import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from hvae.config.data import Data
from hvae.config.sources import Arrays, ImageFolder, OwnFiles
from hvae.data.layout import layout
from hvae.errors import InputError
from hvae.io import provenance, storage

SETTLED = 2.0  # seconds: a file changed more recently may change again within its time stamp
State = list[int]  # size, mtime and ctime in nanoseconds, inode; a copy has its own ctime and inode


class FileState(NamedTuple):
    """A file as it was when its content was read."""

    state: State
    sha256: str


def raw_files(data: Data) -> dict[str, Path]:
    """The files that a loader would read, by their names in `raw_dir`; empty for other sources."""
    if isinstance(data, ImageFolder) and data.root.is_dir():
        return {image.name: image.path for image in layout(data.root).images}
    if isinstance(data, Arrays) and data.path.is_file():
        return {data.file: data.path}
    return {}


def update(data: Data, path: Path) -> None:
    """Write the manifest at `path` unless it matches the raw files.

    If the folder `raw_dir` does not exist, as in a clone on another machine, a manifest of the same
    `raw_dir` stays: prepared data with its fingerprint were made from the files that it lists.
    """
    before = _before(path)
    if (
        isinstance(data, OwnFiles)
        and not data.root.is_dir()
        and before.get("raw_dir") == data.raw_dir
    ):
        print(f"{data.raw_dir} is not here: {path} is used in its place", file=sys.stderr)
        return
    found = manifest(data, path.with_suffix(".times.json"))
    if before != found:
        storage.store(json.dumps(found, indent=1, ensure_ascii=False) + "\n", path)


def _before(path: Path) -> dict[str, Any]:
    """The present manifest; an empty one if there is none or it cannot be read."""
    try:
        return storage.json_object(path)
    except (OSError, InputError):
        return {}


def manifest(data: Data, times: Path | None = None) -> dict[str, Any]:
    """The manifest of the raw files, as a JSON object; its fingerprint covers names and content."""
    files = digests(raw_files(data), times)
    listed = json.dumps(files, sort_keys=True)
    own = data.raw_dir if isinstance(data, OwnFiles) else None
    return {provenance.KEY: provenance.digest(listed), "raw_dir": own, "files": files}


def check(data: Data, path: Path) -> None:
    """InputError if the raw files have changed since the manifest at `path` was written."""
    wanted = storage.json_object(path).get(provenance.KEY)
    if manifest(data, path.with_suffix(".times.json"))[provenance.KEY] != wanted:
        raise InputError(
            f"the files in {data.raw_dir} have changed since this run began: run the same command "
            "again"
        )


def digests(files: Mapping[str, Path], times: Path | None = None) -> dict[str, str]:
    """The SHA-256 of each file, taken from `times` if the file has not changed."""
    known = _remembered(times) if times else {}
    found = {name: _known(path, known.get(name)) for name, path in files.items()}
    if times and found != known:
        settled = {name: one for name, one in found.items() if _settled(one.state)}
        storage.store(json.dumps(settled, ensure_ascii=False), times)
    return {name: one.sha256 for name, one in found.items()}


def _known(path: Path, before: FileState | None) -> FileState:
    status = path.stat()
    state = [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
    if before is not None and before.state == state:
        return before
    with path.open("rb") as file:
        return FileState(state, hashlib.file_digest(file, "sha256").hexdigest())


def _settled(state: Sequence[int]) -> bool:
    return state[2] / 1e9 < time.time() - SETTLED


def _remembered(path: Path) -> dict[str, FileState]:
    """The states in the file of times; nothing if it is lost or broken."""
    try:
        return {name: FileState(*one) for name, one in json.loads(path.read_text()).items()}
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return {}
