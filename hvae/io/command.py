"""What every `python -m hvae.…` shares: arguments, errors as one sentence, progress bars."""

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
RUN = "HVAE_RUN"  # the variable that names a file, which a job's run keeps locked


def parser(description: str | None) -> argparse.ArgumentParser:
    """A parser with the arguments that every command takes."""
    result = argparse.ArgumentParser(description=(description or "").partition("\n")[0])
    result.add_argument("--params", default="{}", help="the job's parameters, as JSON")
    result.add_argument(
        "--fingerprint", default="", help="the mark of the files that the job writes"
    )
    result.add_argument("--verbose", action="store_true", help="show the traceback of an error")
    return result


def folder(result: argparse.ArgumentParser, *names: str) -> None:
    """Add required arguments that name folders."""
    for name in names:
        result.add_argument(f"--{name}", type=Path, required=True)


def run(main: Callable[[argparse.Namespace], None], arguments: argparse.Namespace) -> None:
    """Run `main`; an InputError or a file error ends in one sentence and exit status 1.

    Where the environment variable `RUN` names a file, this process ends when its lock is released.
    """
    steady()
    provenance.begin(vars(arguments).get("fingerprint", ""))
    gc.freeze()  # imported modules stay, and searching them for garbage takes long
    if RUN in os.environ:
        threading.Thread(target=_end_with, args=[os.environ[RUN]], daemon=True).start()
    try:
        main(arguments)
    except (InputError, OSError) as error:
        if arguments.verbose:
            raise
        sys.exit(f"error: {_sentence(error)}")


def _sentence(error: Exception) -> str:
    """What is wrong; for a file error, with the name of the file in front."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def steady() -> None:
    """Fix the order of sums, for any number of cores and any place of the numbers in memory.

    One thread is used, and MKL does without the shortcuts that depend on how operands are aligned
    (Intel's "conditional numerical reproducibility"). The cost was too small to measure. Call it
    before the first matrix product.
    """
    os.environ["MKL_CBWR"] = "AUTO"
    threadpool_limits(1)
    if "torch" in sys.modules:  # it counts threads itself; most commands need no torch
        sys.modules["torch"].set_num_threads(1)


def _end_with(path: str) -> None:
    """Wait until the lock is released, then end: another run may now do the same work."""
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
    """The same for downloaded bytes; the total is set when the first of them arrive."""
    # tqdm counts as false without a total, and pooch would then ignore it
    return tqdm(total=1, unit="B", unit_scale=True, **_bar(what))


def _bar(what: str) -> dict[str, Any]:
    live = sys.stderr.isatty()
    return {"desc": what, "mininterval": 0.1 if live else 30, "ncols": None if live else 80}
