"""Jobs on one machine train one a GPU; there are no GPUs here, so their names stand for them."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from hvae.training import inputs

GPUS = ("one", "two")
HOLD = """
import pathlib, sys, time
from hvae.training.inputs import wait
slot = wait(sys.argv[2:], pathlib.Path(sys.argv[1]))
print(slot.place, flush=True)
time.sleep(600)
"""


def holder(folder: Path) -> subprocess.Popen[str]:
    """A job that keeps its GPU until it is killed."""
    command = [sys.executable, "-c", HOLD, str(folder), *GPUS]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_jobs_have_a_gpu_each_and_leave_it_when_they_die(tmp_path: Path) -> None:
    first = inputs.free(GPUS, tmp_path)
    assert first is not None
    assert first.place == 0
    with holder(tmp_path) as job:
        try:
            assert job.stdout is not None
            assert int(job.stdout.readline()) == 1
            assert inputs.free(GPUS, tmp_path) is None
        finally:
            os.kill(job.pid, signal.SIGKILL)
    second = inputs.free(GPUS, tmp_path)
    assert second is not None
    assert second.place == 1


def test_a_job_waits_until_a_gpu_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = [inputs.free(GPUS, tmp_path) for _ in GPUS]
    monkeypatch.setattr(inputs.time, "sleep", lambda _: taken[1].lock.release())
    assert inputs.wait(GPUS, tmp_path).place == 1
    assert "All GPUs are taken (2)" in capsys.readouterr().err


def test_the_device_is_that_of_the_processs_own_slot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(
        torch.cuda, "get_device_properties", lambda index: SimpleNamespace(uuid=GPUS[index])
    )
    inputs._own.cache_clear()
    first = inputs.free(GPUS, tmp_path / f"hvae-gpus-{os.getuid()}")
    try:
        assert [inputs.device(), inputs.device()] == ["cuda:1", "cuda:1"]
    finally:
        inputs._own.cache_clear()
    assert first is not None


def test_without_a_gpu_nothing_is_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert inputs.device() == "cpu"
    assert list(tmp_path.iterdir()) == []
