"""What every task is: a function of one trained point, and the command that runs it.

`measure(subject, settings, seed)` gives metrics of validation and of test items, which go to
different tables: guidance is chosen on the first and reported on the second. Each is a value with
its error and the scores that it is the mean of. A task may also count.
Nothing here imports torch: without it probes of latents start in half the time. Tasks that use the
model itself are run by `trained`.
"""

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hvae.config.base import Section, Seed, parse
from hvae.config.grid import Point
from hvae.data import prepared
from hvae.data.prepared import Items
from hvae.data.source import SPLITS
from hvae.errors import InputError
from hvae.io import command, tables
from hvae.latents import store
from hvae.latents.store import Latents
from hvae.statistics.estimate import Integers, Row
from hvae.statistics.sampled import Sampled

HELD_OUT = prepared.HELD_OUT  # what a task is scored on
NO_POINT = ""  # in rows that belong to none


class Subject(NamedTuple):
    """A trained point, its latents by split, and the items that these are of, in the same order."""

    point: str
    latents: Mapping[str, Latents]
    items: Mapping[str, Items]


class Score(NamedTuple):
    """A metric of held-out items of one split: its names in the tables, but for the point.

    indices: what each score is of, mostly the `index` of an item.
    """

    split: str
    named: Row
    sampled: Sampled
    indices: Integers

    @property
    def row(self) -> Row:
        """A row of `tasks.parquet`, but for its point."""
        return self.named | self.sampled.row


class Count(NamedTuple):
    """A row of `counts.parquet`, but for its point."""

    row: Row


class Picture(NamedTuple):
    """A row of `pictures.parquet`, but for its point."""

    row: Row


class NamedPoint(Protocol):
    """What a task measures has the name of its point."""

    @property
    def point(self) -> str: ...


Found = Score | Count | Picture
P = TypeVar("P", bound=NamedPoint)
S = TypeVar("S", bound=Section)
Measure = Callable[[P, S, int], Iterable[Found]]
Subjects = Callable[[Iterable[Point], argparse.Namespace], Iterable[P]]


class TaskJob(Section):
    """What a row of points depends on, beside data, models and latents."""

    seed: Seed
    settings: dict[str, Any]
    points: list[Point]


def run(doc: str | None, settings: type[S], measure: Measure[Subject, S]) -> None:
    """The command of a task of latents alone."""
    carry_out(parser(doc), settings, measure, subjects)


def parser(doc: str | None) -> argparse.ArgumentParser:
    """The arguments that all tasks take."""
    result = command.parser(doc)
    command.folder(result, "data", "latents", "test", "validation", "counts", "scores")
    result.add_argument("--pictures", type=Path, help="a table, for tasks that make some")
    return result


def carry_out(
    given: argparse.ArgumentParser, settings: type[S], measure: Measure[P, S], of: Subjects[P]
) -> None:
    """Write the parts of `tasks`, `selection`, `scores` and `counts` for a row of points.

    So, too, that of `pictures` where it is wanted.
    """

    def main(arguments: argparse.Namespace) -> None:
        job = parse(TaskJob, arguments.params)
        asked = parse(settings, job.settings)
        found = [
            (subject.point, one)
            for subject in of(job.points, arguments)
            for one in measure(subject, asked, job.seed)
        ]
        write(found, arguments)
        tables.write(counts(found), arguments.counts)
        if arguments.pictures:
            tables.write(pictures(found, arguments.data), arguments.pictures)

    command.run(main, given.parse_args())


def write(found: Sequence[tuple[str, Found]], arguments: argparse.Namespace) -> None:
    """The metrics of each split, and the scores of both, in their files."""
    for split in HELD_OUT:
        tables.write(metrics(found, split), getattr(arguments, split))
    tables.write(scores(found), arguments.scores)


def metrics(found: Iterable[tuple[str, Found]], split: str) -> pa.Table:
    """The metrics of one split, with their points, as `tasks.parquet` has them."""
    rows = (
        {"point": point, **one.row}
        for point, one in found
        if isinstance(one, Score) and one.split == split
    )
    return tables.from_rows(rows, tables.tasks())


def scores(found: Iterable[tuple[str, Found]]) -> pa.Table:
    """The scores of both splits, with their points; none of a metric that is not finite."""
    known = [
        (point, one)
        for point, one in found
        if isinstance(one, Score) and np.isfinite(one.sampled.scores).all()
    ]
    rows = [{"point": point, "split": one.split, **one.named} for point, one in known]
    sizes = [len(one.indices) for _, one in known]
    schema = tables.scores()
    columns = {
        name: tables.repeated([row[name] for row in rows], sizes)
        for name in schema.names
        if name not in ("index", "value")
    }
    columns["index"] = _joined([one.indices for _, one in known], np.int64)
    columns["value"] = _joined([one.sampled.scores for _, one in known], np.float32)
    return pa.table(columns, schema)


def _joined(parts: Sequence[NDArray[Any]], kind: type[Any]) -> NDArray[Any]:
    return np.concatenate([np.empty(0, kind), *(part.astype(kind) for part in parts)])


def counts(found: Iterable[tuple[str, Found]]) -> pa.Table:
    """The counts, with their points."""
    rows = ({"point": point, **one.row} for point, one in found if isinstance(one, Count))
    return tables.from_rows(rows, tables.counts())


def pictures(found: Iterable[tuple[str, Found]], data: Path) -> pa.Table:
    """The pictures, with their points."""
    rows = ({"point": point, **one.row} for point, one in found if isinstance(one, Picture))
    dimensions = prepared.read(data / "test.parquet").x.shape[1]
    return tables.from_rows(rows, tables.gallery(dimensions))


def subjects(points: Iterable[Point], folders: argparse.Namespace) -> Iterator[Subject]:
    """The points that have latents: a diverged one has none."""
    data = {split: prepared.read(folders.data / f"{split}.parquet") for split in SPLITS}
    for point in command.progress(points, "measuring points"):
        latents = {
            split: store.read(store.file(folders.latents, point.name, split)) for split in SPLITS
        }
        if len(latents["test"].ids) > 0:
            items = {split: _same(data[split], latents[split], point.name) for split in SPLITS}
            yield Subject(point.name, latents, items)


def _same(items: Items, latents: Latents, point: str) -> Items:
    """The items that the latents are of; InputError where these are of other data."""
    same = items.first(len(latents.ids))
    if not np.array_equal(same.ids, latents.ids):
        raise InputError(f"the latents of point {point} are not of the prepared data")
    return same
