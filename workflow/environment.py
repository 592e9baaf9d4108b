"""The environment of a run: jobs' Python, and checks before anything starts."""

import os
import sys
from pathlib import Path

from snakemake.settings.types import ConfigSettings


def share_python() -> None:
    """Let jobs use the Python that runs Snakemake, even if no environment is activated."""
    folders = [os.path.dirname(sys.executable), *os.environ.get("PATH", "").split(os.pathsep)]
    os.environ["PATH"] = os.pathsep.join(folders)


def unnamed_overlay(settings: ConfigSettings) -> str | None:
    """A sentence about overlays without a name, which would overwrite another experiment."""
    if not settings.configfiles or "experiment" in settings.overwrite_config:
        return None
    names = ", ".join(path.name for path in settings.configfiles)
    return (
        f"{names} names no experiment, so its results would overwrite those of params.yaml: "
        "add a line `experiment: NAME`, or --config experiment=NAME"
    )


def read_only(*folders: str) -> str | None:
    """A sentence about the first folder that cannot be written to, or cannot be made.

    Snakemake itself would end with a traceback there.
    """
    for folder in map(Path, folders):
        there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
        if not os.access(there, os.W_OK | os.X_OK):
            return (
                f"{there} is read-only: let this user write there, then run the same command again"
            )
    return None
