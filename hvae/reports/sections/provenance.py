"""What made a page: the data, the parameters, versions of the packages, revision of the code."""

import base64
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from hvae.reports.render import ReportSection
from hvae.results.parameters import record
from hvae.results.run import Run

EXPERIMENTS = Path("experiments")  # of the working folder
PACKAGES = ("torch", "numpy", "scikit-learn", "pyarrow", "altair", "snakemake", "dvc")


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that results depend on."""
    return {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}


def revision() -> str:
    """The git revision of the working folder, marked where files have changed since."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
        return done.stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown (not a git checkout)"


def configuration(experiment: str) -> str:
    """The file of this name that comes with the code, "" where there is none."""
    path = EXPERIMENTS / f"{experiment}.yaml"
    return path.as_posix() if path.is_file() else ""


def _again(run: Run) -> dict[str, Any]:
    return {
        "revision": revision(),
        "configuration": configuration(run.params.experiment),
        "parameters": base64.b64encode(record(run.params).encode()).decode(),
    }


def _this_run(run: Run) -> dict[str, Any]:
    params = run.params.model_dump(mode="json", by_alias=True)
    return {
        "revision": revision(),
        "versions": versions(),
        "params": yaml.safe_dump(params, sort_keys=False, allow_unicode=True),
    }


DATA = ReportSection("data", "What was read", "sections/data.html")
AGAIN = ReportSection("again", "Make it again", "sections/again.html", values=_again)
THIS_RUN = ReportSection("run", "This run", "sections/this_run.html", values=_this_run)
