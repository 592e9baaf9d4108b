"""Where a command works: the folder of results, the files of the workflow, and experiments.

In a checkout, and in any folder inside it, both are the checkout. Elsewhere results go to the
present folder, and the workflow is the one that is installed with the package.
"""

import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Any, NamedTuple

from hvae.errors import InputError, listed, missing, shown

PACKAGE = Path(__file__).parents[1]
INSTALLED = PACKAGE / "project"  # the files of a checkout, in the wheel (`setup.py`)
DEFAULT = "params.yaml"
NEEDED = ("Snakefile", DEFAULT, "workflow")


class Project(NamedTuple):
    """files: of the workflow, its parameters and experiments. folder: of results and reports."""

    files: Path
    folder: Path

    @property
    def params(self) -> Path:
        """The parameters: the folder's own, else the installed ones."""
        own = self.folder / DEFAULT
        return own if own.is_file() else self.files / DEFAULT

    def overlay(self, experiment: str | None) -> Path | None:
        """The overlay of that name or at that path; None for the parameters as they are.

        InputError where there is none.
        """
        if experiment is None:
            return None
        places = [self.folder / "experiments", self.files / "experiments"]
        for path in (Path(experiment), *(place / f"{experiment}.yaml" for place in places)):
            if path.is_file():
                return path.resolve()
        if experiment == self.named(self.params):
            return None
        known = {path.stem for place in places for path in place.glob("*.yaml")}
        raise InputError(
            f"{shown(experiment)} is no experiment and no file: experiments/ has "
            f"{', '.join(sorted(known))}"
        )

    def named(self, path: Path) -> str:
        """The name of the experiment in a file of parameters."""
        return str(read(path).get("experiment", ""))

    def name(self, experiment: str | None) -> str:
        """The name of the experiment's folders in `results/` and `reports/`."""
        found = self.overlay(experiment)
        return self.named(found or self.params)

    def results(self, experiment: str | None, folder: Path | None = None) -> Path:
        """An experiment's folder of results; that of the parameters, or the only one, if not named.

        InputError where there is no such folder.
        """
        if folder is not None:
            return folder
        if experiment is not None and Path(experiment).is_dir():
            return Path(experiment)
        found = sorted(path.parent.name for path in self.folder.glob("results/*/params.json"))
        name = experiment if experiment in found else None
        if name is None and experiment is not None:
            name = self.name(experiment)
        if name is None:
            own = self.named(self.params)
            name = found[0] if own not in found and len(found) == 1 else own
        if name not in found:
            have = f"there are {listed(found)}" if found else "there are none yet: hvae run"
            raise InputError(f"{self.folder / 'results' / name} holds no finished run; {have}")
        return shortest(self.folder / "results" / name)

    def data(self, name: str) -> Path:
        """The prepared data of an experiment."""
        return shortest(self.folder / "data" / "prepared" / name)

    def report(self, name: str) -> Path:
        """The page of an experiment."""
        return self.folder / "reports" / name / "index.html"


def find() -> Project:
    """The project that the present folder is in.

    InputError where there is none, and none is installed with the package.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        if _whole(folder):
            return Project(folder, folder)
    for files in (INSTALLED, PACKAGE.parent):  # of a wheel; of a checkout that is installed as such
        if _whole(files):
            return Project(files, here)
    raise InputError(f"neither {here} nor the installed package has the files {', '.join(NEEDED)}")


def _whole(folder: Path) -> bool:
    return all((folder / name).exists() for name in NEEDED)


def shortest(path: Path) -> Path:
    """Relative to the present folder where that is shorter."""
    relative = Path(os.path.relpath(path))
    return min(path, relative, key=lambda one: len(str(one)))


def read(path: Path) -> dict[str, Any]:
    """A file of parameters; InputError where it is no group of keys."""
    needs("reports", "yaml")
    import yaml

    try:
        found = yaml.safe_load(path.read_text())
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        line = " ".join(str(error).split())
        raise InputError(f"{shown(path)} is not YAML: {line}") from None
    if not isinstance(found, dict):
        raise InputError(f"{shown(path)} must be a group of keys, got {json.dumps(found)[:60]}")
    return found


def needs(extra: str, *modules: str) -> None:
    """InputError, with what to install, where one of these modules is missing."""
    for name in modules:
        if name not in sys.modules and importlib.util.find_spec(name) is None:
            raise InputError(missing(name, extra))
