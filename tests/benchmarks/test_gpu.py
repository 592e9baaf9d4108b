"""The check of a GPU, on the CPU in its place with models of a few weights."""

import math
import subprocess
import sys

import pytest
import torch

from benchmarks import gpu
from tests.conftest import ROOT

TINY = (
    gpu.Kind("perceptrons", {"backbone": "mlp", "latents": [3, 2], "width": 4}, (4, 4), 8),
    gpu.Kind("convolutions", {"backbone": "conv", "latents": [2, 2], "width": 2}, (8, 8), 8),
)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "SECONDS", 0.01)
    monkeypatch.setattr(gpu, "ROUNDS", 2)


def test_a_page_has_a_row_for_each_model_and_precision_with_all_its_numbers() -> None:
    lines = "\n".join(gpu.report("cpu", TINY, (1, 3))).splitlines()
    rows = [line for line in lines if "batch 8" in line]
    assert len(rows) == len(TINY) * len(gpu.PRECISIONS)
    for row in rows:
        cells = row.strip("| ").split(" | ")[1:]
        assert len(cells) == 2 + 1
        assert all(float(cell.split(",")[0]) >= 0 for cell in cells)
    assert sum("| yes |" in line for line in lines) == len(TINY)


def test_one_device_agrees_with_itself_and_another_model_does_not() -> None:
    same = gpu.agreement(TINY[0], "cpu")
    assert (same.objective, same.gradient, same.agrees) == (0, 0, True)
    assert not same._replace(gradient=2 * gpu.AGREE).agrees


def test_what_does_not_fit_into_memory_has_a_dash() -> None:
    def full() -> None:
        raise torch.OutOfMemoryError("full")

    found = gpu.measured(full, 1, "cpu")
    assert math.isnan(found.rate)
    assert found.cell == "–"


def test_precisions_are_put_back() -> None:
    before = torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32
    with gpu.precision("TF32", "cpu"):
        assert torch.backends.cuda.matmul.allow_tf32
    assert (torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32) == before


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_it_says_so_in_one_line() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.gpu"], cwd=ROOT, capture_output=True, text=True
    )
    assert ran.returncode == 1
    assert ran.stderr == "There is no CUDA GPU here: nothing was measured.\n"
    assert ran.stdout == ""
