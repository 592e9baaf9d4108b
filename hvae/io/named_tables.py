"""Tables of a folder of results, read back by name: other columns than ours are refused."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa

from hvae.errors import InputError
from hvae.io import tables


def read(name: str, path: Path) -> pa.Table:
    """The table in `path`; InputError where it cannot be read, or has not the columns of `name`."""
    table = tables.read(path)
    if not table.schema.equals(KINDS[name](table.schema)):
        raise InputError(f"{path} has other columns than this version writes: remove it")
    return table


def _layers(found: pa.Schema) -> int:
    """How many layers a table is of, as its columns of β or of rates say."""
    return max(
        sum(bool(re.fullmatch(rf"{of}_\d+", name)) for name in found.names)
        for of in ("beta", "rate")
    )


def _dimensions(found: pa.Schema) -> int:
    kinds = [field.type for field in found if pa.types.is_fixed_size_list(field.type)]
    return kinds[0].list_size if kinds else 1


# What each must be, given what is found.
KINDS: Mapping[str, Callable[[pa.Schema], pa.Schema]] = {
    "points": lambda found: tables.points(_layers(found)),
    "items": lambda found: tables.items(_layers(found)),
    "tasks": lambda found: tables.tasks(),
    "selection": lambda found: tables.tasks(),
    "counts": lambda found: tables.counts(),
    "information": lambda found: tables.information(),
    "bounds": lambda found: tables.bounds(),
    "targets": lambda found: tables.targets(_layers(found)),
    "certificate": lambda found: tables.certificate(_layers(found)),
    "gallery": lambda found: tables.gallery(_dimensions(found)),
    "embeddings": lambda found: tables.embeddings(),
    "history": lambda found: tables.history(),
}
