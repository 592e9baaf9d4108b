"""Record an experiment's parameters beside its results: the checked form, as canonical JSON."""

import argparse
from pathlib import Path

from hvae import command, writing
from hvae.errors import InputError
from hvae.params import Params, parse
from hvae.reading import one_line


def main(arguments: argparse.Namespace) -> None:
    """Write `params.json`."""
    text = record(parse(Params, arguments.params))
    writing.store(text, arguments.out)


def record(params: Params) -> str:
    """Every parameter, defaults included, keys sorted; `parse(Params, …)` reads it back."""
    return params.job(*Params.model_fields) + "\n"


def recorded(results: Path) -> Params:
    """Those of the experiment in a folder of results; InputError where there is none."""
    path = results / "params.json"
    try:
        return parse(Params, path.read_text())
    except OSError:
        raise InputError(
            f"--results: {results} holds no experiment, since there is no {path.name}"
        ) from None
    except ValueError as error:
        raise InputError(f"{path} cannot be read: {one_line(error)}") from None


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "out")
    command.run(main, parser.parse_args())
