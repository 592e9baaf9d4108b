"""Record an experiment's parameters beside its results: the checked form, as canonical JSON."""

import argparse

from hvae import command, tables
from hvae.params import Params, parse


def main(arguments: argparse.Namespace) -> None:
    """Write `params.json`."""
    text = record(parse(Params, arguments.params))
    tables.write_whole(arguments.out, lambda beside: beside.write_text(text))


def record(params: Params) -> str:
    """Every parameter, defaults included, keys sorted; `parse(Params, …)` reads it back."""
    return params.job(*Params.model_fields) + "\n"


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "out")
    command.run(main, parser.parse_args())
