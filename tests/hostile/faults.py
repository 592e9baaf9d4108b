"""Commands run as by a user, with a full disk or without permission."""

import ctypes
import json
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.conftest import ROOT

PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2
PARAMS = json.dumps(
    {
        "seed": 0,
        "data": {"source": "digits", "split": {"train": 0.6, "validation": 0.2, "test": 0.2}},
    }
)


def obey_modes() -> None:
    """Make file modes bind root too, as they bind every other user."""
    prctl = ctypes.CDLL(None).prctl
    for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
        prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


def no_room(most: int = 20_000) -> Callable[[], None]:
    """Limit files to `most` bytes, so that writing fails in the middle, as on a full disk."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    return limit


def anything() -> None:
    """The case without a fault."""


def run(*arguments: object, under: Callable[[], None] = anything) -> subprocess.CompletedProcess:
    """`python -m hvae.…` with these arguments."""
    return subprocess.run(
        [sys.executable, "-m", *map(str, arguments)],
        cwd=ROOT, capture_output=True, text=True, check=False, preexec_fn=under,
    )  # fmt: skip


def refused(done: subprocess.CompletedProcess, path: Path, what: str) -> None:
    """It failed with one sentence that names the file; besides, only progress bars."""
    (sentence,) = [
        line for line in done.stderr.splitlines() if "it/s]" not in line and line.strip()
    ]
    assert sentence.startswith(f"error: {path}"), done.stderr
    assert what in sentence, done.stderr
    assert done.returncode == 1
