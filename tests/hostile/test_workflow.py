"""The workflow where files broke between two runs, where it may not write, and of hostile names."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.hostile.faults import obey_modes
from tests.workflow.conftest import SMALL, Workspace, make
from tests.workflow.conftest import finished as finished
from tests.workflow.conftest import workspace as workspace

pytestmark = pytest.mark.slow
RESULTS = Path("results/digits")
EVIL = "a 'b\" $(touch injected) `touch injected`; touch injected & <img src=x onerror=alert(1)>"


def sentence(log: str) -> str:
    """The one error of a log."""
    assert "Traceback" not in log
    (found,) = {line.strip() for line in log.splitlines() if line.strip().startswith("error: ")}
    return found


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("models/amortized_s0.safetensors", "points.parquet"),
        ("parts/points/0.1_s0.parquet", "points.parquet"),
        ("points.parquet", "summary.json"),
    ],
)
def test_a_file_that_broke_is_named_and_made_anew_once_it_is_gone(
    workspace: Workspace, name: str, target: str
) -> None:
    path = workspace.folder / RESULTS / name
    content = path.read_bytes()
    path.write_bytes(content[:500] + bytes([content[500] ^ 1]) + content[501:])
    log = workspace.snakemake(str(RESULTS / target), succeeds=False)
    assert sentence(log).startswith(f"error: {RESULTS / name} ")
    path.unlink()
    workspace.snakemake()
    assert workspace.planned() == {}


def test_a_model_of_another_version_is_named_and_trained_anew(workspace: Workspace) -> None:
    path = workspace.folder / RESULTS / "models/amortized_s0.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 1}))
    log = workspace.snakemake(str(RESULTS / "points.parquet"), succeeds=False)
    assert sentence(log).endswith(
        "amortized_s0.json is not a model's card: format: must be 3, got 1"
    )
    path.unlink()
    workspace.snakemake(str(RESULTS / "points.parquet"))


def test_a_folder_of_results_that_is_read_only_is_named(workspace: Workspace) -> None:
    workspace.change(report={"title": "Another"})
    results = workspace.folder / RESULTS
    results.chmod(0o555)
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "2"],
        cwd=workspace.folder, capture_output=True, text=True, check=False, preexec_fn=obey_modes,
    )  # fmt: skip
    results.chmod(0o755)
    assert done.returncode != 0
    assert "results/digits" in done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    workspace.snakemake()
    assert workspace.planned() == {}


def test_names_reach_neither_a_shell_nor_a_wildcard(tmp_path: Path) -> None:
    raw = tmp_path / f"{EVIL}\n{{x}}".replace("/", "")
    for name in (EVIL, "plain"):
        (raw / name).mkdir(parents=True)
        for number in range(20):
            pixels = np.random.default_rng(number).integers(0, 256, (8, 8, 3)).astype(np.uint8)
            Image.fromarray(pixels).save(raw / name / f"{number}.png")
    data = {"source": "image-folder", "raw_dir": str(raw), "size": 8}
    workspace = make(tmp_path / "project", **SMALL | {"data": data})
    log = workspace.snakemake("--dry-run", "--printshellcmds", "data")
    words = shlex.split(log[log.index("python -m hvae.data.prepare") :], comments=False)
    assert json.loads(words[words.index("--params") + 1])["data"]["raw_dir"] == str(raw)
    workspace.snakemake("data")
    assert not list(tmp_path.rglob("injected"))
