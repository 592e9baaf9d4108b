"""What a file was made of: a fingerprint of the job, which travels in the file itself.

Records that lie elsewhere can be lost, or be of another file: dates change with every copy, and a
checkout of another revision brings other bytes under the same name. So each product carries the
fingerprint of its job's parameters and of what its inputs carry, down to the user's raw files:

    Parquet         the key `fingerprint` of the schema's metadata
    JSON            the key `fingerprint` of the object; a file `params.json` is its own
    HTML            <meta name="fingerprint" content="…">
    safetensors     the key `fingerprint` of the header's metadata
    a folder        the file `.fingerprint` in it

A kind of file that has no room for a mark, such as CSV, lies beside a JSON object of the same job
that holds its checksum; the mark of that object counts only while the checksum is right.
"""

import functools
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from safetensors import SafetensorError, safe_open

from hvae.io import writing

KEY = "fingerprint"
VERSION = 2  # of the tables (`hvae.io.tables`), said in the changelog; what is older is made anew
BESIDE = "checksums"  # of files without a mark, by name, in the object beside them
LENGTH = 32  # hexadecimal digits: 128 bits
HEAD = 4096  # bytes of a page among which its mark is
MISSING = "missing"
BROKEN = (OSError, ValueError, AttributeError, RecursionError, pa.ArrowException, SafetensorError)

_running: ContextVar[str] = ContextVar(KEY, default="")


def begin(fingerprint: str) -> None:
    """From now on files are those of the job with this fingerprint; "" of none."""
    _running.set(fingerprint)


def current() -> str:
    """The fingerprint of the job that runs, "" where there is none."""
    return _running.get()


def mark() -> dict[str, str]:
    """The mark of the job that runs, as metadata; nothing where there is none."""
    return {KEY: current()} if current() else {}


def digest(*parts: str) -> str:
    """Of texts in their order."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:LENGTH]


def made_of(job: str, inputs: Iterable[str | Path]) -> str:
    """The fingerprint of a job with these parameters, as JSON, that reads these files.

    It is another one in each version of the tables.
    """
    marks = {str(path): mark for path in inputs if (mark := of(Path(path))) is not None}
    return digest(f"tables {VERSION}", job, json.dumps(marks, sort_keys=True))


def metadata(schema: pa.Schema) -> dict[bytes, bytes]:
    """The metadata of a Parquet file of the job that runs: those of its schema, and the mark.

    Never the mark of a table that it was read from.
    """
    known = {key: value for key, value in (schema.metadata or {}).items() if key != KEY.encode()}
    return known | {key.encode(): value.encode() for key, value in mark().items()}


def store(record: Mapping[str, Any], path: Path, beside: Sequence[Path] = ()) -> None:
    """Write a JSON object with the mark of the job that runs, whole or not at all.

    beside: files of the same job, in the same folder, whose kind has no mark.
    """
    checksums = {BESIDE: {file.name: _checksum(file) for file in beside}} if beside else {}
    marked = {**record, **checksums, **mark()}
    text = json.dumps(marked, indent=2, ensure_ascii=False, allow_nan=False)
    writing.store(text + "\n", path)


def mark_folder(folder: Path) -> None:
    """Put the mark of the job that runs into a folder that is its product."""
    writing.store(current(), folder / f".{KEY}")


def of(path: Path) -> str | None:
    """The mark of a file or folder: "" where it should have one and has not.

    None of files of a kind that has none; `MISSING` where there is no such file.
    """
    reader = _folder if path.is_dir() else READERS.get(path.suffix)
    if reader is None:
        return None
    try:
        found = path.stat()
    except OSError:
        return MISSING
    return _read(reader, path, found.st_mtime_ns, found.st_size)


@functools.cache
def _read(reader: Callable[[Path], str | None], path: Path, *_changes: int) -> str | None:
    """What a reader finds; "" where the file is broken."""
    try:
        return reader(path)
    except BROKEN:
        return ""


def _table(path: Path) -> str:
    return (pq.read_schema(path).metadata or {}).get(KEY.encode(), b"").decode()


def _object(path: Path) -> str:
    text = path.read_text()
    if path.name == "params.json":
        return made_of(text.strip(), [])
    record = json.loads(text)
    beside = {path.parent / name: known for name, known in record.get(BESIDE, {}).items()}
    whole = all(_checksum(file) == known for file, known in beside.items())
    return str(record.get(KEY, "")) if whole else ""


def _checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _weights(path: Path) -> str:
    with safe_open(path, "numpy") as file:
        return (file.metadata() or {}).get(KEY, "")


def _page(path: Path) -> str:
    with path.open(errors="replace") as file:
        found = re.search(rf'<meta name="{KEY}" content="(\w*)">', file.read(HEAD))
    return found[1] if found else ""


def _folder(path: Path) -> str:
    mark = path / f".{KEY}"
    return mark.read_text() if mark.is_file() else ""


READERS: Mapping[str, Callable[[Path], str | None]] = {
    ".parquet": _table,
    ".json": _object,
    ".html": _page,
    ".safetensors": _weights,
}
