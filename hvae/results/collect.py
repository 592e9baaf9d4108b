"""Collect the rows' parts of one table into the table of the experiment."""

import argparse
from pathlib import Path

from hvae import command, tables


def main(arguments: argparse.Namespace) -> None:
    """One table after the other, in the order given."""
    tables.write(tables.concatenate(arguments.parts), arguments.out)


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "out")
    parser.add_argument("parts", type=Path, nargs="+", help="tables with the same columns")
    command.run(main, parser.parse_args())
