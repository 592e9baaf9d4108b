"""The workflow with broken files, without permission to write, and with hostile names."""

import json
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.hostile.faults import obey_modes
from tests.workflow.conftest import INDEPENDENT, SMALL, Workspace, make, merged

pytestmark = pytest.mark.slow
RESULTS = Path("results/digits")
POINTS, GALLERY = (RESULTS / f"parts/{of}/1_s0.parquet" for of in ("points", "gallery"))
EVIL = "a 'b\" $(touch injected) `touch injected`; touch injected & <img src=x onerror=alert(1)>"


def sentence(log: str) -> str:
    """The only error in a log."""
    assert "Traceback" not in log
    (found,) = {line.strip() for line in log.splitlines() if line.strip().startswith("error: ")}
    return found


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """One row of the grid, trained and measured."""
    grid = {"grid": {"beta": [[0.1], [1]]}, "data": {"source": "gaussian", "items": 200}}
    changes = merged(merged(SMALL, INDEPENDENT), grid)
    workspace = make(tmp_path_factory.mktemp("trained") / "project", **changes)
    workspace.snakemake(str(POINTS))
    return workspace


def spoil_start(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(bytes([content[0] ^ 1]) + content[1:])


def spoil_end(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def of_another_version(path: Path) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 1}))


WEIGHTS, CARD = (RESULTS / f"models/b0.1_1_s0.{suffix}" for suffix in ("safetensors", "json"))


@pytest.mark.parametrize("file", [WEIGHTS, CARD])
def test_a_file_whose_fingerprint_cannot_be_read_is_made_anew(
    trained: Workspace, file: Path
) -> None:
    spoil_start(trained.folder / file)
    broken = (trained.folder / file).read_bytes()
    trained.snakemake(str(GALLERY))
    assert (trained.folder / file).read_bytes() != broken


@pytest.mark.parametrize(
    ("file", "spoil", "why"),
    [
        (WEIGHTS, spoil_end, "does not hold the weights"),
        (CARD, of_another_version, "format: must be"),
    ],
)
def test_a_file_that_broke_is_named_and_made_anew_once_it_is_gone(
    trained: Workspace, file: Path, spoil: Callable[[Path], None], why: str
) -> None:
    spoil(trained.folder / file)
    said = sentence(trained.snakemake(str(POINTS), succeeds=False))
    assert said.startswith(f"error: {file} ")
    assert why in said
    (trained.folder / file).unlink()
    trained.snakemake(str(POINTS))


def test_a_folder_of_results_that_is_read_only_is_named(trained: Workspace) -> None:
    command = ["-m", "snakemake", "--cores", "2", "--forcerun", "measure", "--", str(POINTS)]
    folder = trained.folder / RESULTS
    folder.chmod(0o555)
    done = subprocess.run(
        [sys.executable, *command],
        cwd=trained.folder, capture_output=True, text=True, check=False, preexec_fn=obey_modes,
    )  # fmt: skip
    folder.chmod(0o755)
    assert done.returncode != 0
    assert f"{RESULTS} is read-only: " in done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    trained.snakemake(str(POINTS))


def test_names_reach_neither_a_shell_nor_a_wildcard(tmp_path: Path) -> None:
    raw = tmp_path / f"{EVIL}\n{{x}}".replace("/", "")
    for name in (EVIL, "plain"):
        (raw / name).mkdir(parents=True)
        for number in range(20):
            pixels = np.random.default_rng(number).integers(0, 256, (8, 8, 3)).astype(np.uint8)
            Image.fromarray(pixels).save(raw / name / f"{number}.png")
    data = {"source": "image-folder", "raw_dir": str(raw), "size": 8}
    workspace = make(tmp_path / "project", **SMALL | {"data": data})
    log = workspace.dry_run("--printshellcmds", "data")
    words = shlex.split(log[log.index("python -m hvae.data.prepare") :], comments=False)
    assert json.loads(words[words.index("--params") + 1])["data"]["raw_dir"] == str(raw)
    workspace.snakemake("data")
    assert not list(tmp_path.rglob("injected"))
