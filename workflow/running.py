"""One run at a time in a folder, by locks that end with their process.

A run that is killed leaves no lock behind, and no job that would still write during the next run.
"""

import fcntl
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from hvae.io.command import RUN

LOCK = Path(".snakemake/run.lock")


def start(own: Path, local: bool, folders: Iterable[Path]) -> None:
    """Begin a run, or exit with a sentence if another run is at work.

    own: a new file for this run; the lock on it tells `local` jobs that the run is alive.
    Half-written files in `folders`, left by killed jobs, are removed.
    """
    if not hold(LOCK):
        what = f"another run is at work in this folder and holds {LOCK}"
        sys.exit(f"error: {what}: wait until it ends")
    for folder in folders:
        for path in folder.rglob(".*.part"):
            path.unlink(missing_ok=True)
    if local and hold(own):
        os.environ[RUN] = str(own)


def hold(path: Path) -> bool:
    """Lock a file until this process ends; False where another process holds the lock."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o666)  # never closed, and not inherited
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
