"""Common parts of every `python -m hvae.…`: arguments, errors in one sentence, progress bars."""

import argparse
import ctypes
import fcntl
import gc
import os
import runpy
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits
from tqdm import tqdm

from hvae.errors import InputError
from hvae.io import provenance

T = TypeVar("T")
RUN = "HVAE_RUN"  # an environment variable: the file that a job's run keeps locked
# Of GNU's malloc, in bytes: how much freed memory it keeps, and how large blocks of it may be.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = (-1, 2**31 - 1), (-3, 2**25)


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
    """Run `main`; an InputError or a file error ends it with one sentence and exit status 1.

    If the environment variable `RUN` names a file, this process ends when its lock is released.
    """
    steady()
    keep_memory()
    provenance.begin(vars(arguments).get("fingerprint", ""))
    gc.freeze()  # imported modules stay, and it would take long to search them for garbage
    if RUN in os.environ:
        threading.Thread(target=_end_with, args=[os.environ[RUN]], daemon=True).start()
    try:
        main(arguments)
    except (InputError, OSError) as error:
        if arguments.verbose:
            raise
        _end_bars()
        sys.exit(f"error: {sentence(error)}")


def _end_bars() -> None:
    """End the line of each progress bar, since the error keeps the loop that has it alive."""
    for bar in list(getattr(tqdm, "_instances", ())):
        bar.close()


def sentence(error: Exception) -> str:
    """The error's message; for a file error, with the name of the file in front."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def alias(name: str) -> None:
    """Run `hvae NAME` with this process's arguments: the former name of a command."""
    sys.argv[1:1] = [name] if name else []
    runpy.run_module("hvae", run_name="__main__")


def joined(words: Sequence[str], options: Sequence[str]) -> list[str]:
    """The numbers after each of these options as one word, so that they may be any number."""
    result: list[str] = []
    heads = tuple(f"{option}=" for option in options)
    for word in words:
        if result and result[-1].startswith(heads) and _is_number(word):
            result[-1] += f" {word}"
        else:
            result.append(f"{word}=" if word in options else word)
    return result


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def steady() -> None:
    """Fix the order of sums, for any number of cores and any alignment of numbers in memory.

    One thread is used, and MKL avoids shortcuts that depend on the alignment of operands (Intel's
    "conditional numerical reproducibility"). The cost was too small to measure. Call this before
    the first matrix product.
    """
    os.environ["MKL_CBWR"] = "AUTO"
    threadpool_limits(1)
    if "torch" in sys.modules:  # torch has its own number of threads; most commands do not load it
        sys.modules["torch"].set_num_threads(1)


def keep_memory() -> None:
    """Keep freed memory for the next step, where the C library is GNU's.

    Memory that goes back to the system comes again as pages of zeros, and filling them took a tenth
    of a training step of convolutions.
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        for option, size in (M_TRIM_THRESHOLD, M_MMAP_THRESHOLD):
            library.mallopt(option, size)


def _end_with(path: str) -> None:
    """Wait until the lock is released, then end: another run may do the same work from now on."""
    try:
        with open(path) as file:
            fcntl.flock(file, fcntl.LOCK_SH)
    except FileNotFoundError:
        pass
    os.kill(os.getpid(), signal.SIGKILL)


def progress(steps: Iterable[T], what: str, leave: bool = True) -> Iterable[T]:
    """A progress bar on a terminal; in a log, at most one line every half minute.

    leave: whether the bar stays at its end.
    """
    return tqdm(steps, leave=leave, **_bar(what))


def download_bar(what: str) -> tqdm:
    """A progress bar for downloaded bytes; the total is set when the first bytes arrive."""
    # without a total, tqdm is false as a truth value, and pooch would ignore it
    return tqdm(total=1, unit="B", unit_scale=True, **_bar(what))


def _bar(what: str) -> dict[str, Any]:
    live = sys.stderr.isatty()
    return {"desc": what, "mininterval": 0.1 if live else 30, "ncols": None if live else 80}
