"""To add something takes what the README says: tried on a copy, with one of each."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.adding.additions import add
from tests.conftest import ROOT

CHANGES: dict[str, Any] = {
    "experiment": "added",
    "data": {"source": "stripes", "split": {"train": 0.6, "validation": 0.2, "test": 0.2}},
    "grid": {"beta": [[0.1], [1]], "rates": [], "seeds": [0]},
    "baseline": None,
}
MODEL = {
    "latents": [4, 2],
    "width": 8,
    "backbone": "linear",
    "likelihood": {"family": "laplace", "sigma": 0.2},
}
TRAINING = {"strategy": "independent", "steps": 150, "batch_size": 40, "validate_every": 50}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package with one more of each kind, and nothing else changed."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "hvae", tmp_path / "hvae", ignore=ignore)
    add(tmp_path)
    return tmp_path


def asked(config: dict[str, Any]) -> dict[str, Any]:
    config |= CHANGES
    config["model"] |= MODEL
    config["training"] |= TRAINING
    config["evaluation"] |= {"samples": 2, "max_items": 100}
    return config


def test_one_of_each_is_added_by_a_file_and_its_lines(copy: Path, config: dict[str, Any]) -> None:
    script = ROOT / "tests" / "adding" / "pieces.py"
    done = subprocess.run(
        [sys.executable, script, json.dumps(asked(config)), copy / "made"],
        cwd=copy,
        env=os.environ | {"PYTHONPATH": str(copy), "CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["needed"]
    assert found["status"] in ("ok", "unconverged")
    assert found["words"] == "Laplace likelihood with σ = 0.2"
    assert 0 <= found["accuracy"] <= 1
