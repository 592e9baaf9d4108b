"""What the commands share: arguments of several numbers, names of experiments, common options."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from hvae.cli import project
from hvae.io import command

FILE = click.Path(path_type=Path)


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
        found = project.find()
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
