"""Collect the parts of one table, a part for each row of the grid, into one file.

Scores have millions of rows, so that some parts are in memory at a time.
"""

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from hvae.errors import InputError
from hvae.io import command, tables

# The tables that may have no parts, with their schema for a number of layers: the source may have
# no classes or no target, a task may be off, and there may be no model for the whole plane.
EMPTY: Mapping[str, Callable[[int], pa.Schema]] = {
    "tasks": lambda layers: tables.tasks(),
    "selection": lambda layers: tables.tasks(),
    "scores": lambda layers: tables.scores(),
    "counts": lambda layers: tables.counts(),
    "certificate": tables.certificate,
    "embeddings": lambda layers: tables.embeddings(),
    "pictures": lambda layers: tables.gallery(1),
}

ENOUGH = 1 << 20  # rows: a row group of the file, and what is in memory of large tables


def main(arguments: argparse.Namespace) -> None:
    """Write the parts one after the other; without parts, a table of the named kind and no rows."""
    if not arguments.parts and arguments.table is None:
        raise InputError("there are no parts to collect, and --table names no table")
    parts = (
        together(of_one_schema(arguments.parts))
        if arguments.parts
        else [EMPTY[arguments.table](arguments.layers).empty_table()]
    )
    tables.write_parts(parts, arguments.out)


def of_one_schema(paths: Sequence[Path]) -> Iterator[pa.Table]:
    """The tables in `paths`; InputError unless they share one schema."""
    first: pa.Schema | None = None
    for path in paths:
        table = pa.concat_tables(tables.groups(path))
        first = first or table.schema
        if not table.schema.equals(first):
            raise InputError(f"{path} has other columns than {paths[0]}: remove the older file")
        yield table


def together(parts: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The same rows in fewer tables: one of all, or several that have `ENOUGH` rows."""
    waiting: list[pa.Table] = []
    for part in parts:
        waiting.append(part)
        if sum(table.num_rows for table in waiting) >= ENOUGH:
            yield pa.concat_tables(waiting)
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting)


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "out")
    parser.add_argument("--table", choices=tables.SCHEMAS, help="if it may have no parts")
    parser.add_argument("--layers", type=int, default=0, help="the layers that its columns list")
    parser.add_argument("parts", type=Path, nargs="*", help="tables with the same columns")
    command.run(main, parser.parse_args())
