"""Prepare a source: load, check, split, and store each split and the outliers as Parquet."""

import argparse

from hvae import command
from hvae.data import prepared, sources
from hvae.data.outliers import apart, others
from hvae.data.splits import divide
from hvae.params import Data, Section, Seed, parse


class Job(Section):
    """What the prepared data depend on."""

    seed: Seed
    data: Data


def main(arguments: argparse.Namespace) -> None:
    """Write train.parquet, validation.parquet and test.parquet into the folder `out`.

    And for both of the latter …-outliers.parquet and …-others.parquet, without items if no class is
    held out and no other data set is named.
    """
    job = parse(Job, arguments.params)
    source = sources.load(job.data, job.seed)
    places = divide(source, job.data, job.seed)
    portions = apart(source, places, job.data.held_out) | others(source, job.data, job.seed)
    for name, portion in portions.items():
        prepared.store(*portion, arguments.out / f"{name}.parquet")


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "out")
    command.run(main, parser.parse_args())
