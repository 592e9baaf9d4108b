"""Storage: files of others are read without trust, our own are written whole or not at all.

A file whose content is far larger than the file is refused before its content is in memory. A
parser's message about a broken file is cut to one line without control characters. What is written
has another name until it is complete.
"""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from difflib import SequenceMatcher, get_close_matches
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from hvae.errors import InputError, one_line
from hvae.io.parquet import claim

FREE = 1 << 30  # bytes of content that are allowed in any file
RATIO = 200  # more content may be this many times the file's size: few data compress so well
NEAR = 0.8  # similarity (`difflib`) from which a name is taken for a misspelled other one
ROWS, PART = 4096, 1 << 26  # rows and bytes of a table, at most, that are read together
BROKEN = (OSError, ValueError, KeyError, pa.ArrowException)  # what pyarrow raises for a broken file


def refuse_bomb(path: Path, held: int) -> None:
    """InputError if a file's content of `held` bytes is far too large for the file's size.

    Compressed formats allow this: deflate reaches a factor of a thousand, and Parquet has no limit.
    """
    if held > max(FREE, RATIO * path.stat().st_size):
        raise InputError(f"{path} is refused, since it would take {held:,} bytes of memory")


@contextmanager
def _parquet(path: Path) -> Iterator[pq.ParquetFile]:
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            yield file
    except BROKEN as error:
        if isinstance(error, InputError):
            raise
        what = f"{path} cannot be read as a Parquet table: {one_line(error)}"
        raise InputError(what) from None


def parquet(path: Path) -> Iterator[pa.Table]:
    """The row groups of a Parquet file, one after the other; one table without rows if it has none.

    Checksums of pages are verified if there are any. InputError if the file is missing or broken,
    or its content is far larger than the file.
    """
    held = 0
    with _parquet(path) as file:
        whole, row = claim(path, file)
        refuse_bomb(path, max(whole, row, 8 * file.metadata.num_rows))
        rows = max(1, min(ROWS, PART // (row or 1)))
        for group in range(file.num_row_groups):
            batches = []
            for batch in file.iter_batches(rows, row_groups=[group]):
                held += batch.nbytes
                refuse_bomb(path, held)
                batch.validate(full=True)  # finds text that is not UTF-8
                batches.append(batch)
            yield pa.Table.from_batches(batches, file.schema_arrow)
        if file.num_row_groups == 0:
            yield file.schema_arrow.empty_table()


def json_object(path: Path) -> dict[str, Any]:
    """The object in a JSON file; InputError if the file does not hold one."""
    try:
        found = json.loads(path.read_text())
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} cannot be read as JSON: {one_line(error)}") from None
    if not isinstance(found, dict):
        raise InputError(f"{path} holds no JSON object")
    return found


def near(name: str, known: Sequence[str], aliases: Mapping[str, str]) -> str | None:
    """The known name that `name` probably stands for; None if it is known itself, or close to none.

    aliases: other common names, each with its known name. Only letters and digits count, capitals
    do not matter, and about one letter in five may differ. Numbers in a name must be the same.
    """
    if name in known:
        return None
    others = {_plain(other): one for other, one in aliases.items() if one in known}
    spelled = others | {_plain(one): one for one in known}
    plain = _plain(name)
    numbers = re.findall(r"\d+", plain)
    alike = [one for one in map(_plain, known) if not numbers or re.findall(r"\d+", one) == numbers]
    if plain in spelled:
        return spelled[plain]
    close = get_close_matches(plain, alike, len(alike) + 1, NEAR)
    close.sort(key=lambda one: (-SequenceMatcher(None, one, plain).ratio(), alike.index(one)))
    return spelled[close[0]] if close else None


def _plain(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())


def store(content: str | bytes, path: Path) -> None:
    """Write text or bytes to `path`, whole or not at all."""
    whole = content.encode() if isinstance(content, str) else content
    fill(path, lambda beside: beside.write_bytes(whole))


def fill(path: Path, write_to: Callable[[Path], object]) -> None:
    """Let `write_to` fill a file beside `path`, then rename it: no reader sees half a file.

    The OSError of any step names `path`.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_to(beside)
        os.replace(beside, path)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else one_line(error)
        raise OSError(error.errno, f"cannot be written ({why})", str(path)) from None
    finally:
        with suppress(OSError):  # an error here follows from the first one, which is reported above
            beside.unlink(missing_ok=True)
