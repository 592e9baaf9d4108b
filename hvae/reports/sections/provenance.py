"""What made a page: versions of the packages, and the revision of the code."""

import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

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
