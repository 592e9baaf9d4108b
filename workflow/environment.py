"""The environment of a run: jobs' Python, and checks before anything starts."""

import os
import sys
from pathlib import Path

from snakemake.settings.types import ConfigSettings

from hvae.config.plugins import FOLDERS


def share_python() -> None:
    """Let jobs use the Python that runs Snakemake, even if no environment is activated."""
    folders = [os.path.dirname(sys.executable), *os.environ.get("PATH", "").split(os.pathsep)]
    os.environ["PATH"] = os.pathsep.join(folders)


def share_plugins(settings: ConfigSettings) -> None:
    """Let this run and its jobs find plug-ins beside the overlays that the run was given.

    A job's own call on a cluster is given the same overlays, and so comes here again.
    """
    beside = [str(Path(path).resolve().parent) for path in settings.configfiles or ()]
    given = filter(None, [os.environ.get(FOLDERS)])
    os.environ[FOLDERS] = os.pathsep.join(dict.fromkeys([*beside, *given]))


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
