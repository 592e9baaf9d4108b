"""Audit a VAE that was trained elsewhere: the model itself, or its latents, against the limits.

python -m hvae.audit --model my_model:adapter --data images.npz --out own
python -m hvae.audit --latents z.parquet --rates 6.1 2.3 --out own
"""

import argparse
import json
import sys
from pathlib import Path

from hvae.audit import latents
from hvae.audit.latents import SuppliedLatents, not_read
from hvae.config import plugins
from hvae.config.base import parse
from hvae.errors import InputError, missing
from hvae.io import command

try:
    from hvae.audit.study import Settings, study
    from hvae.audit.whole import AuditSettings, audit
except ModuleNotFoundError as error:  # the page needs packages that the library does not
    sys.exit(f"error: {missing(error.name, 'reports')}")


def main(arguments: argparse.Namespace) -> None:
    """Write the tables and the page `index.html` into the folder `out`."""
    if arguments.model is not None:
        audit_model(arguments)
        return
    if arguments.latents is None:
        raise InputError("--model or --latents must be given: a model, or its latents")
    chosen = {name: getattr(arguments, name) for name in Settings.model_fields}
    settings = parse(Settings, chosen)
    own = with_rates(latents.read(arguments.latents), arguments.rates)
    if own.unread:
        print(f"{arguments.latents}: {not_read(own.unread)}", file=sys.stderr)
    study(own, settings, arguments.out)
    print(f"The report is at {(arguments.out / 'index.html').resolve()}")


def audit_model(arguments: argparse.Namespace) -> None:
    """The same of a whole model, with every application."""
    if arguments.data is None:
        raise InputError("--data must name a file, a folder of images, or a source, got nothing")
    if not plugins.is_reference(arguments.model):
        raise InputError(f"--model: {plugins.wanted(arguments.model, 'adapter')}")
    asked = json.loads(arguments.params) | {"title": arguments.title, "seed": arguments.seed}
    settings = parse(AuditSettings, asked | ({"beta": arguments.beta} if arguments.beta else {}))
    options = json.loads(arguments.data_options)
    audit(arguments.model, arguments.data, options, settings, arguments.out)
    print(f"The report is at {(arguments.out / 'index.html').resolve()}")


def with_rates(own: SuppliedLatents, rates: list[float] | None) -> SuppliedLatents:
    """Give every item the rates from the command line, which count as exact."""
    if rates is None:
        return own
    if own.rates is not None:
        raise InputError("--rates: the file has rates of its own; give one or the other")
    try:
        return own.at(rates)
    except ValueError as error:
        raise InputError(f"--rates: {error}") from None


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--model", help="an adapter, MODULE:NAME, of hvae.Adapter")
    parser.add_argument("--data", help="with a model: a file, a folder, or the name of a source")
    parser.add_argument("--data-options", default="{}", help="options of the source, as JSON")
    parser.add_argument("--beta", type=float, nargs="+", help="the β that a model was trained with")
    parser.add_argument("--params", default="{}", help="`evaluation` and `tasks`, as JSON")
    parser.add_argument("--latents", type=Path, help="Parquet, a row for each item")
    parser.add_argument("--out", type=Path, required=True, help="a folder for tables and page")
    parser.add_argument("--rates", type=float, nargs="+", help="R_1 … R_L in nats, z_1 first")
    parser.add_argument("--title", default="A model of your own", help="the page's heading")
    parser.add_argument("--seed", type=int, default=0, help="divides the items into halves")
    parser.add_argument("--items", type=int, default=1000, help="test items that I(x; z) compares")
    parser.add_argument("--verbose", action="store_true", help="show the traceback of an error")
    command.run(main, parser.parse_args())
