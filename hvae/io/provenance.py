"""What a file was made from: the fingerprint of its job, stored in the file itself.

Records that are kept elsewhere can be lost, or can belong to another file: dates change with every
copy, and a checkout of another revision puts other bytes under the same name. So each product
carries a fingerprint of its job's parameters and of its inputs' fingerprints, down to the user's
raw files:

    Parquet         the key `fingerprint` of the file's own metadata
    JSON            the key `fingerprint` of the object; for `params.json`, its content
    HTML            <meta name="fingerprint" content="…">
    safetensors     the key `fingerprint` of the header's metadata
    a folder        the JSON object `.fingerprint` in it

Some kinds of files, such as CSV, have no place for a fingerprint. A JSON object of the same job
holds their checksums, and its fingerprint counts only while these are right. That of a folder holds
the checksums of all its files. The fingerprint of a Parquet file is not in the schema, which
readers keep: whoever reads a table, edits it and writes it again writes a file without fingerprint.

The code that a command runs has a fingerprint, too: results can change only if these files change.
It is a parameter of each rule, so that Snakemake sees a changed import. Checkpoints of training
hold it as well.
"""

import functools
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from safetensors import SafetensorError, safe_open

from hvae.io import storage

KEY = "fingerprint"
VERSION = 3  # of the tables (`hvae.io.tables`), see the changelog; older tables are made again
BESIDE = "checksums"  # the key in a JSON object for checksums of files without a mark
LENGTH = 32  # hexadecimal digits: 128 bits
HEAD = 4096  # the mark is in the first bytes of a page
MISSING = "missing"
IMPORT = re.compile(  # a statement, which may be indented, and may go on in brackets
    r"^ *(?:from (?P<package>[\w.]+) import (?P<names>\([^)]*|.*)|import (?P<modules>.*))", re.M
)
BROKEN = (OSError, ValueError, AttributeError, RecursionError, pa.ArrowException, SafetensorError)

_running: ContextVar[str] = ContextVar(KEY, default="")


def begin(fingerprint: str) -> None:
    """Mark the files written from now on with this fingerprint; "" for no mark."""
    _running.set(fingerprint)


def current() -> str:
    """The fingerprint of the present job; "" if there is none."""
    return _running.get()


def mark() -> dict[str, str]:
    """The mark of the present job as metadata; empty if there is none."""
    return {KEY: current()} if current() else {}


def digest(*parts: str) -> str:
    """The fingerprint of some texts in this order."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:LENGTH]


def made_of(job: str, inputs: Iterable[str | Path]) -> str:
    """The fingerprint of a job with the parameters `job` (JSON) that reads the files `inputs`.

    Each version of the tables has its own.
    """
    marks = {str(path): mark for path in inputs if (mark := of(Path(path))) is not None}
    return digest(f"tables {VERSION}", job, json.dumps(marks, sort_keys=True))


def write_tables(tables: Iterable[pa.Table], schema: pa.Schema, path: Path, **options: Any) -> None:
    """Write tables of one schema as a Parquet file with the mark of the present job."""
    with pq.ParquetWriter(path, schema, **options) as file:
        for table in tables:
            file.write_table(table)
        file.add_key_value_metadata(mark())


def store(record: Mapping[str, Any], path: Path, beside: Iterable[Path] = ()) -> None:
    """Write a JSON object with the mark of the present job, whole or not at all.

    beside: files of the same job that cannot hold a mark, in the same folder or below it.
    """
    known = {file.relative_to(path.parent).as_posix(): _checksum(file) for file in beside}
    checksums = {BESIDE: known} if known else {}
    marked = {**record, **checksums, **mark()}
    text = json.dumps(marked, indent=2, ensure_ascii=False, allow_nan=False)
    storage.store(text + "\n", path)


def mark_folder(folder: Path) -> None:
    """Put the mark of the present job into a folder that is its product, with all that is in it."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    store({}, folder / f".{KEY}", beside=(path for path in files if path.name[0] != "."))


def of(path: Path) -> str | None:
    """The mark of a file or folder; "" if it should have one and does not.

    None for a kind of file that holds no mark; `MISSING` if there is no such file.
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
    """The mark that `reader` finds; "" if the file is broken."""
    try:
        return reader(path)
    except BROKEN:
        return ""


def _table(path: Path) -> str:
    return (pq.read_metadata(path).metadata or {}).get(KEY.encode(), b"").decode()


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
    return _object(path / f".{KEY}")


READERS: Mapping[str, Callable[[Path], str | None]] = {
    ".parquet": _table,
    ".json": _object,
    ".html": _page,
    ".safetensors": _weights,
}


ROOT = Path(__file__).parents[2]
LIBRARY = Path(__file__).parents[1].name


def sources(*modules: str) -> list[str]:
    """The files of `modules` and of everything that they import from the library.

    Paths are relative to the folder that holds the library. The `__init__.py` of packages are left
    out, since they hold no code that a job runs. LookupError for a module that does not exist.
    """
    if unknown := [module for module in modules if not _is_file(module)]:
        raise LookupError(f"no file of the library is {', '.join(unknown)}")
    found: set[str] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting += _imported(module)
    return sorted(map(_file, found))


def code(*modules: str) -> str:
    """The fingerprint of these files: it changes whenever the code of a job changes."""
    whole = hashlib.sha256()
    for name in sources(*modules):
        whole.update(f"{name}\0{_digest(name)}\0".encode())
    return whole.hexdigest()


@functools.cache  # the modules of most rules share imports
def _digest(name: str) -> str:
    return hashlib.sha256((ROOT / name).read_bytes()).hexdigest()


@functools.cache
def _imported(module: str) -> set[str]:
    """The modules of the library that a module imports, anywhere in it.

    Every run asks this of each file of the library, and to parse them all would take a second.
    """
    found = IMPORT.finditer((ROOT / _file(module)).read_text())
    return {name for one in found for name in _names(**one.groupdict("")) if _is_file(name)}


def _names(package: str, names: str, modules: str) -> Iterator[str]:
    """What an import statement may import: `from package import names`, or `import modules`."""
    yield package
    yield from (f"{package}.{name}" for name in re.findall(r"\w+", names))
    yield from re.findall(r"[\w.]+", modules)


@functools.cache
def _is_file(module: str) -> bool:
    """Whether this is a file of the library."""
    return module.partition(".")[0] == LIBRARY and (ROOT / _file(module)).is_file()


def _file(module: str) -> str:
    return f"{module.replace('.', '/')}.py"
