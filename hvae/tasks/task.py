"""What every task is: a function of one trained point, and the command that runs it.

`measure(subject, settings, seed)` gives scores of validation and of test items, which go to
different tables: guidance is chosen on the first and reported on the second. It may also count.
"""

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pyarrow as pa
import torch

from hvae import command, tables
from hvae.data import files, prepared
from hvae.data.prepared import Items
from hvae.data.source import SPLITS
from hvae.errors import InputError
from hvae.latents import store
from hvae.latents.store import Latents
from hvae.models.hierarchical import HierarchicalVAE
from hvae.params import Point, Section, Seed, parse
from hvae.tasks import classifier
from hvae.tasks.classifier import Judge
from hvae.training import checkpoint

Row = dict[str, Any]
HELD_OUT = files.HELD_OUT  # what a task is scored on


class Subject(NamedTuple):
    """A trained point, its latents by split, and the items that these are of, in the same order.

    judge: the classifier of the data themselves, for tasks that ask what a decoded latent shows.
    outliers: of each held-out split, items that no model saw: of a class that is held out under the
    name "", of another data set under its own; none where there are none.
    """

    point: str
    model: HierarchicalVAE
    latents: Mapping[str, Latents]
    items: Mapping[str, Items]
    judge: Judge | None = None
    outliers: Mapping[str, Mapping[str, Items]] = MappingProxyType({})


class Score(NamedTuple):
    """A row of `tasks.parquet`, but for its point, of held-out items of one split."""

    split: str
    row: Row


class Count(NamedTuple):
    """A row of `counts.parquet`, but for its point."""

    row: Row


Found = Score | Count
S = TypeVar("S", bound=Section)
Measure = Callable[[Subject, S, int], Iterable[Found]]


class Job(Section):
    """What a row of points depends on, beside data, models and latents."""

    seed: Seed
    settings: dict[str, Any]
    points: list[Point]


def run(doc: str | None, settings: type[S], measure: Measure[S]) -> None:
    """The command of a task: its parts of `tasks`, `selection` and `counts` for a row of points."""
    parser = command.parser(doc)
    command.folder(parser, "data", "models", "latents", "test", "validation", "counts")
    parser.add_argument("--classifier", type=Path, help="a folder, for tasks that need it")

    @torch.inference_mode()
    def main(arguments: argparse.Namespace) -> None:
        job = parse(Job, arguments.params)
        asked = parse(settings, job.settings)
        found = [
            (subject.point, one)
            for subject in subjects(job.points, arguments)
            for one in measure(subject, asked, job.seed)
        ]
        for split in HELD_OUT:
            tables.write(scores(found, split), getattr(arguments, split))
        tables.write(counts(found), arguments.counts)

    command.run(main, parser.parse_args())


def scores(found: Iterable[tuple[str, Found]], split: str) -> pa.Table:
    """The scores of one split, with their points, as `tasks.parquet` has them."""
    rows = (
        {"point": point, **one.row}
        for point, one in found
        if isinstance(one, Score) and one.split == split
    )
    return tables.from_rows(rows, tables.tasks())


def counts(found: Iterable[tuple[str, Found]]) -> pa.Table:
    """The counts, with their points."""
    rows = ({"point": point, **one.row} for point, one in found if isinstance(one, Count))
    return tables.from_rows(rows, tables.counts())


def subjects(points: Iterable[Point], folders: argparse.Namespace) -> Iterator[Subject]:
    """The points that have latents: a diverged one has none."""
    data = {split: prepared.read(folders.data / f"{split}.parquet") for split in SPLITS}
    strange = {split: unseen(folders.data, split) for split in HELD_OUT}
    judge = classifier.load(folders.classifier) if folders.classifier else None
    for point in command.progress(points, "measuring points"):
        latents = {
            split: store.read(store.file(folders.latents, point.name, split)) for split in SPLITS
        }
        if len(latents["test"].ids) > 0:
            model = checkpoint.load(folders.models, point.model, point.beta)
            items = {split: _same(data[split], latents[split], point.name) for split in SPLITS}
            yield Subject(point.name, model, latents, items, judge, strange)


def unseen(folder: Path, split: str) -> dict[str, Items]:
    """The outliers of a split as `Subject` has them."""
    of_class, of_source = (
        prepared.read(folder / f"{files.file(split, kind)}.parquet")
        for kind in (files.OF_CLASS, files.OF_SOURCE)
    )
    found = [("", of_class), ("".join(of_source.classes), of_source)]
    return {name: items for name, items in found if len(items.ids) > 0}


def _same(items: Items, latents: Latents, point: str) -> Items:
    """The items that the latents are of; InputError where these are of other data."""
    same = items.first(len(latents.ids))
    if not np.array_equal(same.ids, latents.ids):
        raise InputError(f"the latents of point {point} are not of the prepared data")
    return same
