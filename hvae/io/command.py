"""What every `python -m hvae.…` shares: arguments, and errors as one sentence."""

import argparse
import fcntl
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits
from tqdm import tqdm

from hvae.errors import InputError
from hvae.io import provenance

T = TypeVar("T")
RUN = "HVAE_RUN"  # the variable that names a file, locked by the run that a job belongs to


def parser(description: str | None) -> argparse.ArgumentParser:
    """A parser with what every command takes: a job's own parameters, and its fingerprint."""
    result = argparse.ArgumentParser(description=(description or "").partition("\n")[0])
    result.add_argument("--params", default="{}", help="the job's parameters, as JSON")
    result.add_argument("--fingerprint", default="", help="the mark of what the job makes")
    result.add_argument("--verbose", action="store_true", help="show the traceback of an error")
    return result


def folder(result: argparse.ArgumentParser, *names: str) -> None:
    """Add required arguments that name folders."""
    for name in names:
        result.add_argument(f"--{name}", type=Path, required=True)


def run(main: Callable[[argparse.Namespace], None], arguments: argparse.Namespace) -> None:
    """Run `main`; an InputError or a failing file ends in one sentence and exit status 1.

    Where the environment names a file as `RUN`, the process ends with whoever has it locked.
    """
    steady()
    provenance.begin(vars(arguments).get("fingerprint", ""))
    gc.freeze()  # what is imported stays: to search it for garbage takes long, most at the end
    if RUN in os.environ:
        threading.Thread(target=_end_with, args=[os.environ[RUN]], daemon=True).start()
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


def steady() -> None:
    """Let sums have one order, however many cores there are and wherever in memory numbers lie.

    One thread, and from its first product on MKL without the shortcuts that ask how operands are
    aligned (Intel's "conditional numerical reproducibility"), at no cost that could be measured.
    """
    os.environ["MKL_CBWR"] = "AUTO"
    threadpool_limits(1)
    if "torch" in sys.modules:  # it has a number of its own; most commands do without torch
        sys.modules["torch"].set_num_threads(1)


def _end_with(path: str) -> None:
    """Wait until nobody holds the lock, and be gone: someone else may do the same work by now."""
    try:
        with open(path) as file:
            fcntl.flock(file, fcntl.LOCK_SH)
    except FileNotFoundError:
        pass
    os.kill(os.getpid(), signal.SIGKILL)


def progress(steps: Iterable[T], what: str) -> Iterable[T]:
    """A progress bar on a terminal; in a log, one line every half minute at most."""
    return tqdm(steps, **_bar(what))


def download_bar(what: str) -> tqdm:
    """The same for bytes as they arrive; their number becomes known with the first of them."""
    return tqdm(total=1, unit="B", unit_scale=True, **_bar(what))  # of no total it would be false


def _bar(what: str) -> dict[str, Any]:
    live = sys.stderr.isatty()
    return {"desc": what, "mininterval": 0.1 if live else 30, "ncols": None if live else 80}
