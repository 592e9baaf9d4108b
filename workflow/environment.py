"""The environment of a run: jobs' Python, and checks before anything starts."""

import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
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


def refused(error: Exception, overlays: Iterable[Path | str] | None) -> str:
    """What is wrong with the parameters, a line for each problem, with the file that it is in.

    That is the last file that has most of the problem's key: of an overlay, and `params.yaml`, over
    which overlays are merged.
    """
    every = [Path("params.yaml"), *map(Path, overlays or ())]
    files = [path for path in every if path.is_file()]
    given = [yaml.safe_load(path.read_text()) for path in files]
    lines = []
    for problem in str(error).splitlines():
        had = [_known(_keys(problem), values) for values in given]
        last = len(had) - 1 - had[::-1].index(max(had))
        lines.append(f"error: {os.path.relpath(files[last])}: {problem.removeprefix('params: ')}")
    return "\n".join(lines)


def _keys(problem: str) -> list[str]:
    """The keys that a sentence about parameters begins with, and the unknown one that it names."""
    named = re.match(r"[\w.\[\]-]+(?=: )", problem)
    unknown = re.search(r"has no key '([^']*)'", problem)
    words = re.split(r"[.\[\]]+", named[0]) if named else []
    return [*(word for word in words if word != "params"), *([unknown[1]] if unknown else [])]


def _known(keys: list[str], values: Any) -> int:
    """How many of the keys, one within the other, a file has."""
    for count, key in enumerate(filter(None, keys)):
        values = dict(enumerate(values)) if isinstance(values, list) else values
        place: Any = int(key) if key.isdigit() else key
        if not isinstance(values, dict) or place not in values:
            return count
        values = values[place]
    return len(keys)


def unnamed_overlay(settings: ConfigSettings) -> str | None:
    """A sentence about overlays without a name, which would overwrite another experiment."""
    if not settings.configfiles or "experiment" in settings.overwrite_config:
        return None
    names = ", ".join(path.name for path in settings.configfiles)
    return (
        f"error: {names} names no experiment, so its results would overwrite those of params.yaml: "
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
                f"error: {there} is read-only: let this user write there, then run the same "
                "command again"
            )
    return None
