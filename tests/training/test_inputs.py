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


def test_in_epochs_each_item_comes_once_an_epoch_in_an_order_of_its_own() -> None:
    data = torch.arange(10.0)[:, None]
    steps = [inputs.batch(data, [2], 4, 3, step, "epochs") for step in range(1, 7)]
    assert [len(x) for x, _ in steps] == [4, 4, 2, 4, 4, 2]
    assert [noise[0].shape for _, noise in steps] == [(len(x), 2) for x, _ in steps]
    first, second = (
        torch.cat([x for x, _ in steps[start : start + 3]]).flatten() for start in (0, 3)
    )
    assert sorted(first.tolist()) == sorted(second.tolist()) == data.flatten().tolist()
    assert not torch.equal(first, second)


def test_a_step_in_epochs_is_a_function_of_seed_and_step_alone() -> None:
    data = torch.arange(50.0)[:, None]
    alone = [inputs.batch(data, [2], 8, 0, step, "epochs") for step in (9, 3)]
    again = [inputs.batch(data, [2], 8, 0, step, "epochs") for step in (3, 9)]
    other = inputs.batch(data, [2], 8, 1, 3, "epochs")
    for (x, noise), (same, same_noise) in zip(alone, reversed(again), strict=True):
        assert torch.equal(x, same)
        assert torch.equal(noise[0], same_noise[0])
    assert not torch.equal(alone[1][0], other[0])
