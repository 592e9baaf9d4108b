"""What the commands share: where they work, names of experiments, and common options.

A command has a folder of results and the files of the workflow. In a checkout, and in any folder
inside it, both are the checkout. Elsewhere results go to the present folder, and the workflow is
the one that is installed with the package.
"""

import importlib.util
import json
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click
from click.shell_completion import CompletionItem

from hvae.errors import InputError, listed, meant, missing, shown
from hvae.io import command

PACKAGE = Path(__file__).parents[1]
INSTALLED = PACKAGE / "project"  # the files of a checkout, in the wheel (`setup.py`)
DEFAULT = "params.yaml"
NEEDED = ("Snakefile", DEFAULT, "workflow")
FILE = click.Path(path_type=Path)


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
            f"{', '.join(sorted(known))}{meant(experiment, known)}"
        )

    def named(self, path: Path) -> str:
        """The name of the experiment in a file of parameters."""
        return str(read(path).get("experiment", ""))

    def name(self, experiment: str | None) -> str:
        """The name of the experiment's folders in `results/` and `reports/`."""
        found = self.overlay(experiment)
        return self.named(found or self.params)

    def results(self, experiment: str | None, folder: Path | None = None) -> Path:
        """An experiment's folder of results.

        Not named, it is that of the parameters or, where these have no results, the one that was
        finished last, which is said on standard error. InputError where there is no such folder.
        """
        if folder is not None:
            return folder
        found = sorted(path.parent.name for path in self.folder.glob("results/*/params.json"))
        if experiment is not None and experiment not in found and Path(experiment).is_dir():
            return Path(experiment)
        name = self._unnamed(found) if experiment is None else experiment
        have = f"there are {listed(found)}" if found else "there are none yet: hvae run"
        if name not in found:
            try:
                self.overlay(experiment)
            except InputError:
                why = f"{shown(name)} has no results here; {have}{meant(name, found)}"
                raise InputError(why) from None
            name = self.name(experiment)
        if name not in found:
            raise InputError(f"{self.folder / 'results' / name} holds no finished run; {have}")
        return shortest(self.folder / "results" / name)

    def _unnamed(self, found: Sequence[str]) -> str:
        """The experiment of the parameters, or the last that was finished; told if it is another.

        A run writes its advice near its end.
        """
        own = self.named(self.params)
        if own in found or not found:
            return own

        def ended(name: str) -> tuple[bool, float]:
            advice = self.folder / "results" / name / "guidance.json"
            there = advice.is_file()
            return there, (advice if there else advice.with_name("params.json")).stat().st_mtime

        last = max(found, key=ended)
        print(f"{last}: the experiment that was finished last, as none is named", file=sys.stderr)
        return last

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


class Numbers(click.Command):
    """A command with options that take any number of numbers: `--rates 10 5`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        many = [name for one in self.params if one.type is FLOATS for name in one.opts]
        return super().parse_args(ctx, command.joined(args, many))


class Floats(click.ParamType):
    """Several numbers in one word, as `joined` makes them."""

    name = "numbers"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[float, ...]:
        if isinstance(value, tuple):
            return value
        try:
            return tuple(float(word) for word in value.replace(",", " ").split())
        except ValueError:
            self.fail(f"must be numbers, got {value!r}", param, ctx)


class Experiment(click.ParamType):
    """An experiment by its name or by a path, completed with the names that there are."""

    name = "experiment"

    def shell_complete(self, ctx: Any, param: Any, incomplete: str) -> list[CompletionItem]:
        found = find()
        paths = [*found.folder.glob("results/*"), *found.files.glob("experiments/*.yaml")]
        names = sorted({path.stem for path in paths})
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]


FLOATS, EXPERIMENT = Floats(), Experiment()
experiment = click.argument("experiment", type=EXPERIMENT, required=False)
results = click.option(
    "--results", type=FILE, help="A folder of results, in place of the experiment's name."
)
data = click.option("--data", type=FILE, help="Prepared data; the experiment's own if not given.")
verbose = click.option("--verbose", is_flag=True, help="Show the traceback of an error.")


def call(work: Callable[[Namespace], None], **given: Any) -> None:
    """Run what a command is about, with these arguments."""
    command.run(work, Namespace(**given))
