"""What every command has in common."""

import ctypes
import os
import re
import subprocess
import sys
from argparse import Namespace

import pytest
import torch
from threadpoolctl import threadpool_info, threadpool_limits

from hvae.errors import InputError, one_line
from hvae.io import command


def test_a_command_runs_on_one_thread_however_many_were_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("MKL_CBWR", raising=False)
    threadpool_limits(2)
    torch.set_num_threads(2)
    seen: list[int] = []

    def main(_: Namespace) -> None:
        seen.append(torch.get_num_threads())
        seen.extend(pool["num_threads"] for pool in threadpool_info())

    command.run(main, Namespace(verbose=False))
    assert set(seen) == {1}
    assert os.environ["MKL_CBWR"] == "AUTO"


def test_an_error_within_a_progress_bar_begins_a_line(capfd: pytest.CaptureFixture[str]) -> None:
    def main(_: Namespace) -> None:
        for _step in command.progress([1, 2], "reading"):
            raise InputError("no image")

    with pytest.raises(SystemExit) as refused:
        command.run(main, Namespace(verbose=False))
    assert str(refused.value) == "error: no image"
    assert re.search(r"reading:.*\]\n$", capfd.readouterr().err)


def test_an_error_of_a_library_does_not_show_python_s_name_of_a_file() -> None:
    with open(os.devnull, "rb") as file:
        assert one_line(ValueError(f"cannot use {file}\nhere")) == "cannot use the file here"


STEPS = """
import resource, sys
import numpy
from hvae.io import command

def step() -> int:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    layers = [numpy.ones(2**20) for _ in range(8)]  # 8 MiB each
    del layers
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

sys.argv[1] == "kept" and command.keep_memory()
step()
print(sum(step() for _ in range(5)))
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="not GNU's C library")
def test_steps_use_the_memory_of_earlier_steps_again() -> None:
    given_back, kept = (
        int(subprocess.check_output([sys.executable, "-c", STEPS, way]))
        for way in ("as is", "kept")
    )
    pages = 5 * 8 * 2**23 // os.sysconf("SC_PAGE_SIZE")
    assert kept < pages / 100 < pages / 10 < given_back
