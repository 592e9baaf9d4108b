"""Commands about models: files of images, latents from elsewhere, and parts of one's own."""

import keyword
import sys
from pathlib import Path
from typing import Any

import click

from hvae.cli import project
from hvae.cli.project import FILE, FLOATS, Numbers, call, data, results, verbose
from hvae.errors import InputError
from hvae.io import storage

TEMPLATES = Path(__file__).parent / "templates"
KINDS = ("source", "backbone", "likelihood", "task")
VIOLATED = 3  # exit status of an audit that finds a violated limit

which = click.option("--experiment", help="Whose model; that of params.yaml if not given.")


@click.command(cls=Numbers)
@click.argument("images", type=FILE)
@click.argument("out", type=FILE)
@which
@click.option("--rates", type=FLOATS, default=(), help="R_1 … R_L in nats: the nearest point.")
@click.option("--beta", type=FLOATS, default=(), help="β_1 … β_L, of one model for a plane.")
@click.option("--point", default="", help="The name of a point.")
@click.option("--lossless", is_flag=True, help="Without loss, of a discrete likelihood.")
@results
@data
@verbose
def compress(experiment: str | None, results: Path | None, data: Path | None, **given: Any) -> None:
    """Turn images into files whose size is the rate.

    IMAGES is a folder of images, or a prepared .parquet; OUT is NAME.hvae, or a folder with a file
    for each image. Name one of --rates, --beta and --point.

    \b
    hvae compress images.parquet out.hvae --rates 5 5
    hvae compress images.parquet files --experiment quick --rates 5 5
    """
    from hvae.coding.__main__ import compress as work

    if sum(map(bool, (given["rates"], given["beta"], given["point"]))) != 1:
        raise click.UsageError("name one of --rates, --beta and --point")
    found = project.find()
    folder = found.results(experiment, results)
    call(work, results=folder, data=data or found.data(folder.name), **given)


@click.command(cls=Numbers)
@click.argument("file", type=FILE)
@click.argument("out", type=FILE)
@which
@click.option("--beta", type=FLOATS, default=(), help="Where the file was written with --beta.")
@results
@verbose
def decompress(experiment: str | None, results: Path | None, **given: Any) -> None:
    """Turn such files into images again.

    FILE is NAME.hvae, or a folder of such files; OUT is a folder for PNG, or NAME.parquet.

    \b
    hvae decompress out.hvae again.parquet
    """
    from hvae.coding.__main__ import decompress as work

    call(work, results=project.find().results(experiment, results), **given)


@click.command()
@click.argument("file", type=FILE)
@verbose
def info(**given: Any) -> None:
    """Print what such a file says of itself.

    \b
    hvae info out.hvae
    """
    from hvae.coding.__main__ import info as work

    call(work, **given)


@click.command(cls=Numbers)
@click.option("--model", help="An adapter, MODULE:NAME, of hvae.Adapter.")
@click.option("--data", help="With a model: a file, a folder, or the name of a source.")
@click.option("--data-options", default="{}", help="Options of the source, as JSON.")
@click.option("--beta", type=FLOATS, help="The β that a model was trained with.")
@click.option("--params", default="{}", help="`evaluation` and `tasks` of a model, as JSON.")
@click.option("--latents", type=FILE, help="In place of a model: Parquet, a row for each item.")
@click.option("--out", type=FILE, required=True, help="A folder for tables and page.")
@click.option("--rates", type=FLOATS, help="R_1 … R_L in nats, z_1 first.")
@click.option("--title", default="A model of your own", show_default=True, help="Of the page.")
@click.option("--seed", default=0, show_default=True, help="Divides the items into halves.")
@click.option("--items", default=1000, show_default=True, help="Test items that I(x; z) compares.")
@verbose
def audit(out: Path, **given: Any) -> None:
    """Compare a VAE that was trained elsewhere with the limits.

    Exit status 3 says that a limit is violated.

    \b
    hvae audit --model my_model:adapter --data images.npz --out own
    hvae audit --latents z.parquet --rates 6.1 2.3 --out own
    """
    from hvae.io import tables
    from hvae.results import verdict

    project.needs("reports", "altair", "jinja2")
    from hvae.audit.__main__ import main as work

    for name in ("rates", "beta"):
        given[name] = list(given[name]) if given[name] else None
    call(work, out=out, **given)
    bounds = tables.read_named("bounds", out / "bounds.parquet", 1).to_pylist()
    wrong = list(verdict.violated(bounds))
    click.echo(f"limits: {verdict.limits(bounds)}")
    click.echo("".join(f"  violated: {line}\n" for line in wrong), nl=False)
    if wrong:
        sys.exit(VIOLATED)


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("name")
def new(kind: str, name: str) -> None:
    """Write a data set, networks, a likelihood or a task of your own: a file that works as it is.

    It becomes NAME.py in the present folder, and says in its first lines how parameters name it.

    \b
    hvae new source my_data
    hvae new backbone my_nets
    hvae new likelihood my_likelihood
    hvae new task my_task
    """
    if not name.isidentifier() or keyword.iskeyword(name):
        raise InputError(f"NAME: must be a name in Python, such as my_{kind}, got {name!r}")
    path = Path(f"{name}.py")
    if path.exists():
        raise InputError(f"{path} is there already")
    text = (TEMPLATES / f"{kind}.txt").read_text().replace("$NAME", name)
    storage.store(text, path)
    click.echo(f"{path}: in an overlay, {text.splitlines()[2]}")


COMMANDS = (compress, decompress, info, audit, new)
