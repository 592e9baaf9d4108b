"""A training job that is killed, and the same command again."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from hvae.training.train import main
from tests.conftest import ROOT
from tests.training.test_families import command

STEPS = 100
# the command of the rule, with a checkpoint at each look
OFTEN = (
    "import runpy; from hvae.training import loop; loop.EVERY = 0; "
    "runpy.run_module('hvae.training.train', run_name='__main__')"
)


def start(folder: Path, params: str) -> subprocess.Popen[str]:
    names = {"data": "", "models": "models", "history": "history.parquet", "checkpoints": "kept"}
    told = [f"--{name}={folder / place}" for name, place in names.items()]
    return subprocess.Popen(
        [sys.executable, "-c", OFTEN, "--params", params, *told],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},  # as Snakemake has it for a job of one thread
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_goes_on_from_its_last_checkpoint_to_the_same_bytes(tmp_path: Path) -> None:
    whole = command(tmp_path, "gaussian-learned")
    job = json.loads(whole.params)
    job["training"] |= {"steps": STEPS}
    whole.params = json.dumps(job)
    whole.models, whole.history = tmp_path / "whole", tmp_path / "whole.parquet"
    main(whole)

    killed = start(tmp_path, whole.params)
    while not list(tmp_path.glob("kept/*.safetensors")) and killed.poll() is None:
        time.sleep(0.01)
    killed.kill()
    killed.communicate()
    assert killed.returncode == -9
    assert not (tmp_path / "models").exists()

    again = start(tmp_path, whole.params)
    _, log = again.communicate()
    assert again.returncode == 0, log
    assert all(0 < int(steps) < STEPS for steps in re.findall(r"/(\d+) \[", log)), log
    weights = "b1_1_s0.safetensors"
    assert (tmp_path / "models" / weights).read_bytes() == (whole.models / weights).read_bytes()
    assert (tmp_path / "history.parquet").read_bytes() == whole.history.read_bytes()
    assert not list(tmp_path.glob("kept/*"))
