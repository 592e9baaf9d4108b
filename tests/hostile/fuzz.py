"""python -m tests.hostile.fuzz CASES NAME…: broken files through parsers, in a process of its own.

The process may fill one gibibyte of memory more than at its start, and each case may take ten
seconds; a slower case ends the process, as a crash would. Exit status 0 means that every case gave
a result or an InputError. Memory that is allocated and never filled does not count: pyarrow
allocates what a page claims, two gigabytes at most, before it finds the claim wrong. More than
sixteen gibibytes are refused.
"""

import faulthandler
import resource
import signal
import sys
import tempfile
import warnings
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from hvae.errors import InputError
from tests.hostile.parsers import Parser, parsers

SECONDS, ROOM, SPACE = 10, 1 << 30, 1 << 34


def limit() -> None:
    """Limit the address space to SPACE more than now; a crash or an alarm prints the traceback."""
    faulthandler.enable()
    faulthandler.register(signal.SIGALRM, chain=True)  # and then its default, which is to end
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + SPACE
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def filled() -> int:
    """The peak memory of this process so far, in bytes."""
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def fuzz(parser: Parser, cases: int, folder: Path) -> tuple[int, int]:
    """How many files were read, and how many refused in one sentence that names the file."""
    read = refused = 0
    path = folder / parser.file
    parser.prepare(folder)
    most = filled() + ROOM

    @settings(
        max_examples=cases,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(parser.cases)
    def one(content: bytes) -> None:
        nonlocal read, refused
        path.unlink(missing_ok=True)  # a new file is faster than an old one cut to nothing
        path.write_bytes(content)
        signal.setitimer(signal.ITIMER_REAL, SECONDS)
        try:
            parser.read(folder)
            read += 1
        except InputError as error:
            refused += 1
            text = str(error)
            assert str(folder) in text, text
            assert text.isprintable(), text
            assert "alloc" not in text, text
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        assert filled() < most, f"{filled():,} bytes"

    one()
    return read, refused


def main(cases: int, names: list[str]) -> None:
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as made, tempfile.TemporaryDirectory() as folder:
        found = parsers(Path(made))
        limit()
        for name in names or found:
            read, refused = fuzz(found[name], cases, Path(folder))
            print(f"{name}: {read} read, {refused} refused", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
