"""Prepare a source: load, check, split, and store each split and the outliers as Parquet.

Outliers are items for anomaly detection that no model is trained on: items of a class that is held
out of the source, and items of another data set.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from hvae.config.base import Section, Seed, parse
from hvae.config.data import Data, other
from hvae.config.sources import PHOTOGRAPHS
from hvae.data import bundled, manifest, prepared, sources
from hvae.data.prepared import HELD_OUT, OF_CLASS, OF_SOURCE, outliers_file
from hvae.data.seeded import Stream, stream
from hvae.data.source import SPLITS, UNLABELLED, Source
from hvae.data.splits import Indices, divide
from hvae.data.summary import ItemLimits, left_out, summary
from hvae.errors import InputError
from hvae.io import command


class Preparation(Section):
    """What the prepared data depend on."""

    seed: Seed
    data: Data


def main(arguments: argparse.Namespace) -> None:
    """Write train.parquet, validation.parquet and test.parquet into the folder `out`.

    For validation and test, also write …-outliers.parquet (the held-out class) and …-others.parquet
    (the other data set), which may be empty. A summary of the data is printed and stored in the
    files. With `plan`, also print what cannot be measured since there are too few items.
    """
    job = parse(Preparation, arguments.params)
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
        for reason in left_out(labels, inside.classes, parse(ItemLimits, arguments.plan)):
            print(reason)
    for name, portion in portions.items():
        prepared.store(*portion, arguments.out / f"{name}.parquet", read)


class Portion(NamedTuple):
    """A part of a source: the items at the positions `ids`."""

    source: Source
    ids: Indices


def apart(
    source: Source, places: Mapping[str, Indices], held_out: str | None
) -> dict[str, Portion]:
    """The splits without the held-out class, and the items of this class, by file name.

    Labels are renumbered and `classes` lacks the held-out class, which is the only class of the
    outliers. Its train items are dropped. InputError if the class does not exist or is the only
    one.
    """
    own = _position(source, held_out)
    outside = source.labels == own
    inside = source._replace(
        labels=source.labels - (source.labels > own),
        classes=source.classes[:own] + source.classes[own + 1 :],
    )
    outliers = source._replace(
        labels=np.zeros_like(source.labels), classes=source.classes[own : own + 1]
    )
    kept = {name: Portion(inside, ids[~outside[ids]]) for name, ids in places.items()}
    return kept | {
        outliers_file(name, OF_CLASS): Portion(outliers, places[name][outside[places[name]]])
        for name in HELD_OUT
    }


def others(source: Source, options: Data, seed: int) -> dict[str, Portion]:
    """Validation and test items of the data set that `outliers` names, by file name.

    The name of the data set is their only class. Without such a data set the files are empty.
    InputError if its items have another shape, other levels or another range.
    """
    if options.outliers == PHOTOGRAPHS and (cut := bundled.load_photographs(source)):
        ids = stream(seed, Stream.PHOTOGRAPHS).permutation(len(cut.x))
        parts = zip(HELD_OUT, np.array_split(ids, len(HELD_OUT)), strict=True)
        return {outliers_file(name, OF_SOURCE): Portion(cut, part) for name, part in parts}
    wanted = other(options)
    if wanted is None:
        nothing = Portion(source._replace(classes=()), np.zeros(0, np.int64))
        return {outliers_file(name, OF_SOURCE): nothing for name in HELD_OUT}
    found = sources.load(wanted, seed)
    _refuse_another_form(found, source, wanted.source)
    places = divide(found, wanted, seed)
    found = found._replace(labels=np.zeros_like(found.labels), classes=(wanted.source,))
    return {outliers_file(name, OF_SOURCE): Portion(found, places[name]) for name in HELD_OUT}


def _refuse_another_form(found: Source, source: Source, name: str) -> None:
    for what in ("shape", "levels", "bounded"):
        its, needed = getattr(found, what), getattr(source, what)
        if its != needed:
            raise InputError(
                f"data.outliers: must have items of {what} {needed}, like the source, "
                f"got {name!r} with {its}"
            )


def _position(source: Source, held_out: str | None) -> int:
    """The position of the held-out class; the position after the last class if there is none."""
    if held_out is None:
        return len(source.classes)
    if source.classes == UNLABELLED:
        raise InputError(
            f"data.held_out: must be null, since the source has no classes, got {held_out!r}"
        )
    if held_out not in source.classes:
        known = ", ".join(map(repr, source.classes))
        raise InputError(f"data.held_out: must be a class, one of {known}, got {held_out!r}")
    if len(source.classes) == 1:
        raise InputError(f"data.held_out: must be null, since {held_out!r} is the only class")
    return source.classes.index(held_out)


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "out")
    parser.add_argument(
        "--plan", help="how many items will be evaluated, as JSON of `summary.ItemLimits`"
    )
    parser.add_argument("--manifest", type=Path, help="the manifest that raw files must match")
    command.run(main, parser.parse_args())
