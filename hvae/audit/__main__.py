"""Audit a VAE that was trained elsewhere: latents in, probes, information and verdicts out.

python -m hvae.audit --latents z.parquet --rates 6.1 2.3 --out own
"""

import argparse
import sys
from pathlib import Path

from hvae.audit import latents
from hvae.audit.latents import SuppliedLatents, not_read
from hvae.config.base import parse
from hvae.errors import InputError, missing
from hvae.io import command

try:
    from hvae.audit.study import Settings, study
except ModuleNotFoundError as error:  # the page needs packages that the library does not
    sys.exit(f"error: {missing(error.name, 'reports')}")


def main(arguments: argparse.Namespace) -> None:
    """Write the tables and the page `index.html` into the folder `out`."""
    chosen = {name: getattr(arguments, name) for name in Settings.model_fields}
    settings = parse(Settings, chosen)
    own = with_rates(latents.read(arguments.latents), arguments.rates)
    if own.unread:
        print(f"{arguments.latents}: {not_read(own.unread)}", file=sys.stderr)
    study(own, settings, arguments.out)
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
    parser.add_argument("--latents", type=Path, required=True, help="Parquet, a row for each item")
    parser.add_argument("--out", type=Path, required=True, help="a folder for tables and page")
    parser.add_argument("--rates", type=float, nargs="+", help="R_1 … R_L in nats, z_1 first")
    parser.add_argument("--title", default="A model of your own", help="the page's heading")
    parser.add_argument("--seed", type=int, default=0, help="divides the items into halves")
    parser.add_argument("--items", type=int, default=1000, help="test items that I(x; z) compares")
    parser.add_argument("--verbose", action="store_true", help="show the traceback of an error")
    command.run(main, parser.parse_args())
