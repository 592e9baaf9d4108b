"""Collect the rows' parts of one table into the table of the experiment."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa

from hvae.errors import InputError
from hvae.io import command, tables

# The tables that there may be no parts of, by the number of layers: the source has no classes or no
# target, or no model serves the whole plane.
EMPTY: Mapping[str, Callable[[int], pa.Schema]] = {
    "tasks": lambda layers: tables.tasks(),
    "selection": lambda layers: tables.tasks(),
    "counts": lambda layers: tables.counts(),
    "certificate": tables.certificate,
}


def main(arguments: argparse.Namespace) -> None:
    """One table after the other, in the order given; no rows where a known table has no parts."""
    if not arguments.parts and arguments.table is None:
        raise InputError("there are no parts to collect, and --table does not say of what")
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
    parser.add_argument("--table", choices=EMPTY, help="which table it is, if there may be no part")
    parser.add_argument("--layers", type=int, default=0, help="of its columns, where they have any")
    parser.add_argument("parts", type=Path, nargs="*", help="tables with the same columns")
    command.run(main, parser.parse_args())
