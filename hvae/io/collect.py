"""Collect the parts of one table, a part for each row of the grid, into one file."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa

from hvae.errors import InputError
from hvae.io import command, tables

# The tables that may have no parts, with their schema for a number of layers: the source may have
# no classes or no target, and there may be no model for the whole plane.
EMPTY: Mapping[str, Callable[[int], pa.Schema]] = {
    "tasks": lambda layers: tables.tasks(),
    "selection": lambda layers: tables.tasks(),
    "counts": lambda layers: tables.counts(),
    "certificate": tables.certificate,
}


def main(arguments: argparse.Namespace) -> None:
    """Write the parts one after the other; without parts, a table of the named kind and no rows."""
    if not arguments.parts and arguments.table is None:
        raise InputError("there are no parts to collect, and --table names no table")
    parts = arguments.parts
    table = (
        tables.concatenate(parts)
        if parts
        else EMPTY[arguments.table](arguments.layers).empty_table()
    )
    tables.write(table, arguments.out)


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "out")
    parser.add_argument("--table", choices=EMPTY, help="the table, if it may have no parts")
    parser.add_argument("--layers", type=int, default=0, help="the layers that its columns list")
    parser.add_argument("parts", type=Path, nargs="*", help="tables with the same columns")
    command.run(main, parser.parse_args())
