"""Commands about experiments: run one, ask a finished one, compare two."""

import sys
import webbrowser
from pathlib import Path
from typing import Any

import click

from hvae.cli import project
from hvae.cli.project import (
    EXPERIMENT,
    FILE,
    FLOATS,
    Numbers,
    call,
    data,
    experiment,
    results,
    verbose,
)
from hvae.errors import InputError


@click.command()
@experiment
@click.option("--cores", default="all", show_default=True, help="How many to use.")
def plan(experiment: str | None, cores: str) -> None:
    """Say what a run would do: its jobs, and how much room and time it takes.

    EXPERIMENT is a name in experiments/ or the path of a file of changes to params.yaml.

    \b
    hvae plan
    hvae plan quick --cores 2
    """
    from hvae.cli import snakemake

    found = project.find()
    overlay = named(found, experiment)
    sys.exit(snakemake.plan(snakemake.command(found, overlay, cores), found.folder))


@click.command()
@experiment
@click.argument("more", nargs=-1)
@click.option("--cores", default="all", show_default=True, help="How many to use.")
def run(experiment: str | None, cores: str, more: tuple[str, ...]) -> None:
    """Run an experiment: models, measurements, limits, advice and a report.

    EXPERIMENT is a name in experiments/ or the path of a file of changes to params.yaml, and
    params.yaml itself if none is given. What is there already is not made again. A bar counts jobs;
    the whole log goes to logs/. Options for Snakemake may follow after --.

    \b
    hvae run quick
    hvae run --cores 2
    hvae run my/changes.yaml --cores 2
    hvae run digits -- --config seed=1
    """
    from hvae.cli import snakemake
    from hvae.results import verdict
    from hvae.results.experiment import Experiment

    found = project.find()
    overlay = named(found, experiment)
    status = snakemake.run(snakemake.command(found, overlay, cores, more), found.folder)
    if status == 0 and not more:
        name = found.name(experiment)
        of = Experiment(found.results(name))
        click.echo("\n".join(verdict.lines(of, found.report(name))))
    sys.exit(status)


def named(found: project.Project, experiment: str | None) -> Path | None:
    """The overlay; InputError for one without a name, whose results would overwrite others."""
    overlay = found.overlay(experiment)
    if overlay is not None and not found.named(overlay):
        raise InputError(f"{overlay} names no experiment: add a line `experiment: NAME`")
    return overlay


@click.command(cls=Numbers)
@experiment
@click.option("--rates", type=FLOATS, required=True, help="R_1 … R_L in nats, z_1 first.")
@click.option("--out", type=FILE, help="A folder for the model.")
@click.option("--seed", default=0, show_default=True, help="Of the training.")
@results
@data
@verbose
def ask(experiment: str | None, results: Path | None, data: Path | None, **given: Any) -> None:
    """Train a model to given rates: what does it reconstruct, and what is a nat worth?

    It goes on from the experiment's models where it can.

    \b
    hvae ask --rates 10 5
    hvae ask quick --rates 10 5 --out mine
    """
    from hvae.plane.__main__ import main as work

    found = project.find()
    folder = found.results(experiment, results)
    given["rates"] = list(given["rates"])
    call(work, results=folder, data=data or found.data(folder.name), **given)


@click.command()
@experiment
@click.option("--for", "application", help="An application, such as classification.")
@click.option("--rate", type=float, help="The most that R_1 + … + R_L may be, in nats.")
@results
@verbose
def guide(experiment: str | None, results: Path | None, **given: Any) -> None:
    """Say where to aim for each application, or for one.

    \b
    hvae guide
    hvae guide quick --for classification --rate 10
    """
    from hvae.guidance.__main__ import main as work

    call(work, results=project.find().results(experiment, results), **given)


@click.command()
@click.argument("first", type=EXPERIMENT)
@click.argument("second", type=EXPERIMENT)
@verbose
def compare(first: str, second: str, verbose: bool) -> None:
    """Compare two experiments, application by application, each at its best place.

    Differences are in pairs where both have the same test items and as many trainings. Compression
    is compared where files have the same size.

    \b
    hvae compare digits quick
    """
    from hvae.guidance.compare import main as work

    found = project.find()
    call(work, folders=[found.results(name) for name in (first, second)], verbose=verbose)


@click.command("open")
@experiment
def open_(experiment: str | None) -> None:
    """Open an experiment's report in a browser.

    \b
    hvae open quick
    """
    found = project.find()
    page = found.report(found.results(experiment).name).resolve()
    if not page.is_file():
        raise InputError(f"{page} is missing: hvae run makes it")
    click.echo(page)
    webbrowser.open(page.as_uri())


COMMANDS = (plan, run, guide, ask, compare, open_)
