"""Which device a job trains on: where there are GPUs, one that no other job has."""

import contextlib
import functools
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from filelock import FileLock, Timeout

LOOK = 1.0  # seconds between looks for a GPU that has become free


class Slot(NamedTuple):
    """A GPU's place among those that this process sees, and the lock on it, which dies with us."""

    place: int
    lock: FileLock


def device() -> str:
    """The CPU where there is no GPU, else a free one, for which the jobs of a user wait."""
    return f"cuda:{_own().place}" if torch.cuda.is_available() else "cpu"


@functools.cache  # the process's slot, to its end
def _own() -> Slot:
    """GPUs go by their UUIDs, since schedulers number from zero those that they let a job see."""
    seen = range(torch.cuda.device_count())
    names = [str(torch.cuda.get_device_properties(index).uuid) for index in seen]
    return wait(names, Path(tempfile.gettempdir(), f"hvae-gpus-{os.getuid()}"))


def wait(names: Sequence[str], folder: Path) -> Slot:
    """The first of these GPUs to be free."""
    slot = free(names, folder)
    if slot is None:
        print(f"All GPUs are taken ({len(names)}): waiting for one", file=sys.stderr)
    while slot is None:
        time.sleep(LOOK)
        slot = free(names, folder)
    return slot


def free(names: Sequence[str], folder: Path) -> Slot | None:
    """The first of these GPUs that no process holds, held from now on; None where all are."""
    folder.mkdir(parents=True, exist_ok=True)
    for index, name in enumerate(names):
        lock = FileLock(folder / f"{name}.lock", blocking=False)
        with contextlib.suppress(Timeout):
            lock.acquire()
            return Slot(index, lock)
    return None
