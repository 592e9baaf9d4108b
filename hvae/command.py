"""What every `python -m hvae.…` shares: arguments, and errors as one sentence."""

import argparse
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from tqdm import tqdm

from hvae.errors import InputError

T = TypeVar("T")


def parser(description: str | None) -> argparse.ArgumentParser:
    """A parser with what every command takes; `--params` is one job's own parameters."""
    result = argparse.ArgumentParser(description=(description or "").partition("\n")[0])
    result.add_argument("--params", default="{}", help="the job's parameters, as JSON")
    result.add_argument("--verbose", action="store_true", help="show the traceback of an error")
    return result


def folder(result: argparse.ArgumentParser, *names: str) -> None:
    """Add required arguments that name folders."""
    for name in names:
        result.add_argument(f"--{name}", type=Path, required=True)


def run(main: Callable[[argparse.Namespace], None], arguments: argparse.Namespace) -> None:
    """Run `main`; an InputError or a failing file ends in one sentence and exit status 1."""
    try:
        main(arguments)
    except (InputError, OSError) as error:
        if arguments.verbose:
            raise
        sys.exit(f"error: {_sentence(error)}")


def _sentence(error: Exception) -> str:
    """What is wrong; of a file that cannot be opened, written or found, with its name in front."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def progress(steps: Iterable[T], what: str) -> Iterable[T]:
    """A progress bar on a terminal; in a log, one line every half minute at most."""
    return tqdm(steps, **_bar(what))


def download_bar(what: str) -> tqdm:
    """The same for bytes as they arrive; their number becomes known with the first of them."""
    return tqdm(total=1, unit="B", unit_scale=True, **_bar(what))  # of no total it would be false


def _bar(what: str) -> dict[str, Any]:
    live = sys.stderr.isatty()
    return {"desc": what, "mininterval": 0.1 if live else 30, "ncols": None if live else 80}
