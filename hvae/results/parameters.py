"""Record an experiment's parameters beside its results: the checked form, as canonical JSON."""

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hvae.config.base import parse
from hvae.config.params import Params
from hvae.errors import InputError, one_line
from hvae.io import command, storage

NAMED = 10  # keys that differ


def main(arguments: argparse.Namespace) -> None:
    """Write `params.json`."""
    text = record(parse(Params, arguments.params))
    storage.store(text, arguments.out)


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


def changed(results: Path, params: Params) -> list[str]:
    """The keys in which parameters differ from those recorded in a folder, with both values.

    None where nothing is recorded there. What another version recorded is compared as it is.
    """
    path = results / "params.json"
    if not path.is_file():
        return []
    before, now = (dict(_leaves(json.loads(text))) for text in (path.read_text(), record(params)))
    keys = sorted(key for key in before | now if before.get(key) != now.get(key))
    return [f"{key}: {_told(before, key)} → {_told(now, key)}" for key in keys]


def _leaves(values: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that is no group of keys, by its keys with dots between them."""
    if isinstance(values, dict) and values:
        for name, inner in values.items():
            yield from _leaves(inner, f"{key}.{name}" if key else name)
    else:
        yield key, values


def _told(values: Mapping[str, Any], key: str) -> str:
    return json.dumps(values[key], ensure_ascii=False) if key in values else "not there"


def changes(results: Path, params: Params) -> str | None:
    """The same in a sentence; None where nothing differs, or where nothing can be read."""
    try:
        found = changed(results, params)
    except (OSError, ValueError, RecursionError):
        return None
    if not found:
        return None
    more = f"; and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return f"{results} was made with other parameters: {'; '.join(found[:NAMED])}{more}"


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "out")
    command.run(main, parser.parse_args())
