"""The check of a GPU, on the CPU in its place with models of a few weights."""

import math
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor

from benchmarks import agreement, gpu
from benchmarks.agreement import Kind, Subject
from hvae.training.history import looks
from hvae.training.objective import learning_rate
from tests.conftest import ROOT

TINY = (
    Kind("perceptrons", {"backbone": "mlp", "latents": [3, 2], "width": 4}, (4, 4), 8),
    Kind("convolutions", {"backbone": "conv", "latents": [2, 2], "width": 2}, (8, 8), 8),
)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "SECONDS", 0.01)
    monkeypatch.setattr(gpu, "ROUNDS", 2)


@pytest.fixture
def untrained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agreement, "TRAINED", 1)


@pytest.mark.usefixtures("untrained")
def test_a_page_has_a_row_for_each_model_and_precision_with_all_its_numbers() -> None:
    lines = "\n".join(gpu.report("cpu", TINY, (1, 3))).splitlines()
    rows = [line for line in lines if "batch 8" in line]
    assert len(rows) == len(TINY) * len(gpu.AGREE)
    for row in rows:
        cells = row.strip("| ").split(" | ")[1:]
        assert len(cells) == 2 + 1
        assert all(float(cell.split(",")[0]) >= 0 for cell in cells)
    compared = [line for line in lines if line.endswith("| yes |")]
    assert len(compared) == len(TINY) * len(gpu.SUBJECTS) * len(gpu.AGREE)
    assert any("64 perceptrons or 1 convolutional models that train together" in x for x in lines)


@pytest.mark.parametrize("kind", TINY, ids=[kind.name for kind in TINY])
@pytest.mark.parametrize("what", gpu.SUBJECTS)
def test_in_fp32_a_device_agrees_with_itself_and_bf16_is_near(what: str, kind: Kind) -> None:
    """After training as well: weights that were rounded once for all steps are far off by then."""
    exact, _, half = agreement.agreements(what, kind, "cpu")
    assert exact[1:] == (0, 0, 0)
    assert all(0 < one < 0.02 for one in half[1:])
    assert exact.agrees
    assert half.agrees


@pytest.mark.parametrize("part", ["costs", "gradient", "trained"])
def test_what_is_far_off_or_no_number_does_not_agree(part: str) -> None:
    near = agreement.Agreement("TF32", 0.0, 0.0, 0.0)
    allowed = agreement.AGREE["TF32"]
    assert near._replace(**{part: allowed}).agrees
    assert not near._replace(**{part: 2 * allowed}).agrees
    assert not near._replace(**{part: math.nan}).agrees


def test_three_members_are_different_ones() -> None:
    """A device that mixes them up is then told from one that does not."""
    for kind in TINY:
        found = agreement.found(agreement.members, kind, "cpu", "FP32")
        first, second, third = found.costs
        assert not torch.equal(first, second)
        assert not torch.equal(second, third)


@pytest.mark.usefixtures("untrained")
def test_a_wrong_gradient_is_told_after_the_page_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """On the second device every gradient is 1 % too long, and costs are right."""
    monkeypatch.setattr(gpu, "OUT", tmp_path / "gpu.md")
    right, calls = agreement.members, []

    def wrong(kind: Kind, device: str, count: int = 3) -> Subject:
        made = right(kind, device, count)
        calls.append(count)
        if len(calls) == 1:  # the CPU
            return made

        def costs(x: Tensor, noise: list[Tensor]) -> Tensor:
            found = made.costs(x, noise)
            return found + 0.01 * (found - found.detach())

        return made._replace(costs=costs)

    monkeypatch.setitem(gpu.SUBJECTS, "3 members", wrong)
    with pytest.raises(SystemExit, match="Not all numbers are the CPU's") as ended:
        gpu.write("cpu", TINY[:1], (1,))
    assert isinstance(ended.value.code, str)  # which Python prints, with status 1
    lines = (tmp_path / "gpu.md").read_text().splitlines()
    (row,) = [line for line in lines if gpu.NO in line]
    assert row.startswith("| perceptrons, 3 members | FP32 | 0.0e+00 | 1.0e-02 | 0.0e+00 |")
    assert lines[-1].startswith("| perceptrons, batch 8, bf16 |")


@pytest.mark.usefixtures("untrained")
def test_where_all_agrees_the_page_is_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(gpu, "OUT", tmp_path / "gpu.md")
    gpu.write("cpu", TINY[:1], (1,))
    assert gpu.NO not in (tmp_path / "gpu.md").read_text()


def test_what_trains_has_few_looks_to_prepare_and_one_rate_for_ever() -> None:
    """Looks are counted step by step wherever members are made, up to hundreds of times."""
    for kind in TINY:
        settings = agreement.settings(kind)
        assert settings.steps <= 1000
        assert len(looks(settings)) == 2
        rates = {learning_rate(settings, step) for step in (1, 10**6)}
        assert rates == {settings.learning_rate}


def test_what_does_not_fit_into_memory_has_a_dash() -> None:
    def full() -> None:
        raise torch.OutOfMemoryError("full")

    found = gpu.measured(full, 1, "cpu")
    assert math.isnan(found.rate)
    assert found.cell == "–"


def test_precisions_are_put_back() -> None:
    before = torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32
    with agreement.precision("TF32", "cpu"):
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
