"""Prepare a source: load, check, split, and store each split and the outliers as Parquet.

Outliers are items that no model sees, for anomaly detection: those of a class that is held out of
the source, and those of another data set.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from hvae.config.base import Section, Seed, parse
from hvae.config.data import Data, other
from hvae.data import manifest, prepared, sources
from hvae.data.prepared import HELD_OUT, OF_CLASS, OF_SOURCE, outliers_file
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

    And for both of the latter …-outliers.parquet and …-others.parquet, without items if no class is
    held out and no other data set is named. What was read is said in sentences, and kept with them;
    `plan` lets it say what will be left out for want of items.
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
    """A part of a source: its items at these places."""

    source: Source
    ids: Indices


def apart(
    source: Source, places: Mapping[str, Indices], held_out: str | None
) -> dict[str, Portion]:
    """The splits without the class that is held out, and that class's own items, by file.

    Labels are numbered anew, and `classes` lacks the class; outliers have it as their only one. Its
    train items are in neither. InputError where there is no such class, or no other one.
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
    """Held-out items of the data set that `outliers` names, which is their only class, by file.

    None without such a data set. InputError where its items are not of the same form.
    """
    asked = other(options)
    if asked is None:
        nothing = Portion(source._replace(classes=()), np.zeros(0, np.int64))
        return {outliers_file(name, OF_SOURCE): nothing for name in HELD_OUT}
    found = sources.load(asked, seed)
    _refuse_another_form(found, source, asked.source)
    places = divide(found, asked, seed)
    found = found._replace(labels=np.zeros_like(found.labels), classes=(asked.source,))
    return {outliers_file(name, OF_SOURCE): Portion(found, places[name]) for name in HELD_OUT}


def _refuse_another_form(found: Source, source: Source, name: str) -> None:
    for what in ("shape", "levels", "bounded"):
        its, wanted = getattr(found, what), getattr(source, what)
        if its != wanted:
            raise InputError(
                f"data.outliers: must have items of {what} {wanted}, as those of the source, "
                f"got {name!r} with {its}"
            )


def _position(source: Source, held_out: str | None) -> int:
    """The class's place among the classes; the place after the last where none is held out."""
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
    parser.add_argument("--manifest", type=Path, help="that of the raw files, which must agree")
    command.run(main, parser.parse_args())
