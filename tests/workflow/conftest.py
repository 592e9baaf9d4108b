"""A copy of the project in an empty folder, with an experiment small enough to run in a test."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from filelock import FileLock

from tests.conftest import ROOT
from tests.workflow import forks

SMALL: dict[str, Any] = {
    "grid": {
        "beta": [[0.1, 1, 10], [0.1, 10]],
        "rates": {"totals": [5], "shares": [0, 0.5, 1]},
        "seeds": [0],
    },
    "model": {"latents": [4, 2], "width": 16},
    "training": {
        "steps": 40,
        "batch_size": 32,
        "validate_every": 20,
        # enough to meet the rates: models that miss them take no part in advice
        "rates": {"steps": 600, "batch_size": 32, "learning_rate": 4e-3, "validate_every": 100},
    },
    "certification": {
        "beta": [[0.1, 10], [1]],
        "seeds": [0, 1],
        "rates": [[2.5, 2.5], [0.0, 5.0]],
        "training": {
            "steps": 20,
            "batch_size": 32,
            "validate_every": 10,
            "rates": {"steps": 20, "batch_size": 32, "validate_every": 10},
        },
    },
    "baseline": {"training": {"steps": 20}, "rates": {"steps": 20}},
    "evaluation": {"samples": 2, "max_items": 100, "every": 1},
    "tasks": {
        "classification": {"probes": ["logistic", "knn"], "max_train": 80},
        "clustering": {"max_train": 80},
        "regression": {"methods": ["ridge"], "max_train": 80},
        "generation": {"width": 16, "max_epochs": 3, "images": 50},
        "visualisation": {"max_items": 20},
    },
    "report": {
        "title": "<script>alert('title')</script> \"$(touch injected)\" `touch injected` {x}"
    },
}
INDEPENDENT: dict[str, Any] = {  # of the evaluated points of SMALL
    "grid": {"beta": [[0.1, 10], [0.1]], "rates": []},
    "training": {"strategy": "independent", "warm_up": 0.25},
    "evaluation": {"every": 1},
    "baseline": None,
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests of the workflow first and in one process, since they share what they start."""
    folders = {ROOT / "tests/workflow", ROOT / "tests/cluster"}
    items.sort(key=lambda item: folders.isdisjoint(item.path.parents))


class Workspace:
    """A folder with the project, where commands run as a user would run them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *command: str, succeeds: bool = True) -> str:
        """The output of a command, which must succeed or fail as `succeeds` says."""
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        done = subprocess.run(
            command,
            cwd=self.folder,
            capture_output=True,
            text=True,
            env=os.environ | forks.variables() | {"PATH": path},
        )
        text = done.stdout + done.stderr
        assert (done.returncode == 0) == succeeds, text[-4000:]
        return text

    def snakemake(self, *arguments: str, **options: bool) -> str:
        return self.run("snakemake", "--cores", "2", *arguments, **options)

    def dry_run(self, *arguments: str) -> str:
        """What `snakemake --dry-run` prints."""
        return self.snakemake("--dry-run", *arguments)

    def planned(self, *arguments: str) -> dict[str, int]:
        """The jobs that a run would start: how many of each rule."""
        return jobs(self.dry_run(*arguments))

    def params(self) -> dict[str, Any]:
        return yaml.safe_load((self.folder / "params.yaml").read_text())

    def change(self, **sections: Any) -> None:
        """Merge changes into `params.yaml`."""
        text = yaml.safe_dump(merged(self.params(), sections), sort_keys=False)
        (self.folder / "params.yaml").write_text(text)

    def clone(self, folder: Path) -> "Workspace":
        """A fresh git clone."""
        self.run("git", "clone", "--quiet", str(self.folder), str(folder))
        return Workspace(folder)


def merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Deep merge, as Snakemake does it for overlays."""
    result = dict(base)
    for key, value in changes.items():
        both = isinstance(value, dict) and isinstance(base.get(key), dict)
        result[key] = merged(base[key], value) if both else value
    return result


def jobs(log: str) -> dict[str, int]:
    """The counts of a `Job stats` table, or none where nothing is to be done."""
    _, _, table = log.partition("Job stats:")
    lines = table.split("total")[0].splitlines()[3:]
    return {name: int(count) for name, count in (line.split() for line in lines if line.strip())}


def started(log: str) -> list[str]:
    """The rules of the jobs that a run started, one entry a job."""
    return re.findall(r"^(?:local)?rule (\w+):", log, flags=re.MULTILINE)


def make(folder: Path, **changes: Any) -> Workspace:
    """The project as git has it, in `folder`, as a repository of its own."""
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    for name in names:
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    workspace = Workspace(folder)
    workspace.change(**changes)
    workspace.run("git", "init", "--quiet", "--initial-branch=main")
    for key, value in {"user.name": "Test", "user.email": "test@example.org"}.items():
        workspace.run("git", "config", key, value)
    workspace.run("git", "add", "--all")
    workspace.run("git", "commit", "--quiet", "--message", "start")
    return workspace


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Workspace:
    """The small experiment, run once for all test processes; each gets a copy.

    Tests that change it work on a further copy.
    """
    base = tmp_path_factory.getbasetemp()
    shared = (base if worker_id == "master" else base.parent) / "finished-once"
    with FileLock(shared.with_suffix(".lock")):
        if not shared.exists():
            workspace = make(tmp_path_factory.mktemp("making") / "project", **SMALL)
            workspace.snakemake()
            workspace.folder.rename(shared)
    own = tmp_path_factory.mktemp("finished") / "project"
    shutil.copytree(shared, own, symlinks=True)
    return Workspace(own)


@pytest.fixture
def workspace(finished: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the finished experiment, free to change."""
    shutil.copytree(finished.folder, tmp_path / "project", symlinks=True)
    return Workspace(tmp_path / "project")
