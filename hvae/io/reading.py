"""Files that others may have written, read without trust in what they say of themselves.

A file that holds far more than its own size is refused before memory is given to all of it, and
whatever a parser says of a broken one is cut to a line that shows no control characters.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from difflib import SequenceMatcher, get_close_matches
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from hvae.errors import InputError, one_line
from hvae.io.parquet import claim

FREE = 1 << 30  # bytes that any file may hold
RATIO = 200  # times its own size that a larger one may: data seldom compress so well
NEAR = 0.8  # how alike two names are, by `difflib`, of which one is taken for the other
ROWS, PART = 4096, 1 << 26  # rows of a table that are read together, and bytes, at most
BROKEN = (OSError, ValueError, KeyError, pa.ArrowException)  # what pyarrow raises of a broken file


def refuse_bomb(path: Path, held: int) -> None:
    """InputError where `held`, in bytes, is far more than a file of its size can be meant to hold.

    Compressed formats can: a thousand times their size by deflate, and Parquet without any limit.
    """
    if held > max(FREE, RATIO * path.stat().st_size):
        raise InputError(f"{path} would take {held:,} bytes of memory, which is refused")


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
    """A Parquet file's row groups, one after the other; its pages' checksums hold where it has any.

    One table at least, of no rows where there are none.
    InputError where the file is absent or broken, or holds far more than its size.
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
                batch.validate(full=True)  # texts are not decoded, and may be none
                batches.append(batch)
            yield pa.Table.from_batches(batches, file.schema_arrow)
        if file.num_row_groups == 0:
            yield file.schema_arrow.empty_table()


def json_object(path: Path) -> dict[str, Any]:
    """The object in a JSON file; InputError where the file is not one."""
    try:
        found = json.loads(path.read_text())
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} cannot be read as JSON: {one_line(error)}") from None
    if not isinstance(found, dict):
        raise InputError(f"{path} holds no JSON object")
    return found


def near(name: str, known: Sequence[str], aliases: Mapping[str, str]) -> str | None:
    """The known name that `name` probably stands for; None where it is known itself, or like none.

    aliases: other common names, and the known name of each. Only letters and digits count, without
    capitals, and a letter in five may be another. Numbers may not: where a name has some, they must
    be those of the known one.
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
