"""Prepare a source: load, check, split, and store each split and the outliers as Parquet."""

import argparse
from pathlib import Path

from hvae.config.params import Data, Section, Seed, parse
from hvae.data import manifest, prepared, sources
from hvae.data.feasible import Plan, left_out
from hvae.data.outliers import apart, others
from hvae.data.source import SPLITS
from hvae.data.splits import divide
from hvae.data.summary import summary
from hvae.io import command


class Job(Section):
    """What the prepared data depend on."""

    seed: Seed
    data: Data


def main(arguments: argparse.Namespace) -> None:
    """Write train.parquet, validation.parquet and test.parquet into the folder `out`.

    And for both of the latter …-outliers.parquet and …-others.parquet, without items if no class is
    held out and no other data set is named. What was read is said in sentences, and kept with them;
    `plan` lets it say what will be left out for want of items.
    """
    job = parse(Job, arguments.params)
    source = sources.load(job.data, job.seed)
    places = divide(source, job.data, job.seed)
    portions = apart(source, places, job.data.held_out) | others(source, job.data, job.seed)
    if arguments.manifest is not None:
        manifest.check(job.data, arguments.manifest)
    inside = portions["train"].source
    places = {name: portions[name].ids for name in SPLITS}
    read = summary(inside, places)
    print(f"{job.data.source}: " + "\n".join(read))
    if arguments.plan is not None:
        labels = {name: inside.labels[ids] for name, ids in places.items()}
        for reason in left_out(labels, inside.classes, parse(Plan, arguments.plan)):
            print(reason)
    for name, portion in portions.items():
        prepared.store(*portion, arguments.out / f"{name}.parquet", read)


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "out")
    parser.add_argument("--plan", help="what will be looked into, as JSON of `feasible.Plan`")
    parser.add_argument("--manifest", type=Path, help="that of the raw files, which must agree")
    command.run(main, parser.parse_args())
