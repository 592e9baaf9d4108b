"""What jobs inherit from the process that starts them."""

import os
import sys
from pathlib import Path

from snakemake.settings.types import ConfigSettings


def share_python() -> None:
    """Let jobs' `python` be the one that runs Snakemake, also where no environment is activated."""
    folders = [os.path.dirname(sys.executable), *os.environ.get("PATH", "").split(os.pathsep)]
    os.environ["PATH"] = os.pathsep.join(folders)


def nameless(settings: ConfigSettings) -> str | None:
    """A sentence about overlays without a name, which would overwrite another experiment."""
    if not settings.configfiles or "experiment" in settings.overwrite_config:
        return None
    names = ", ".join(path.name for path in settings.configfiles)
    return (
        f"{names} names no experiment, so that its results would overwrite those of params.yaml: "
        "add a line `experiment: NAME`, or --config experiment=NAME"
    )


def read_only(*folders: str) -> str | None:
    """A sentence about the first folder that nothing can be written into, made or still to make.

    Snakemake itself would end in a traceback there.
    """
    for folder in map(Path, folders):
        there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
        if not os.access(there, os.W_OK | os.X_OK):
            return (
                f"{there} is read-only: let this user write there, and run the same command again"
            )
    return None
