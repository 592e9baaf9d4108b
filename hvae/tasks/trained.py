"""Tasks that use the trained model itself, to decode or to score items, beside its latents."""

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, TypeVar

import torch

from hvae.coding import codec
from hvae.coding.codec import Codec
from hvae.config.base import Section
from hvae.config.grid import Point
from hvae.data import prepared
from hvae.data.prepared import Items
from hvae.io import command
from hvae.latents.store import Latents
from hvae.models.hierarchical import HierarchicalVAE
from hvae.tasks import classifier, task
from hvae.tasks.classifier import DataClassifier
from hvae.tasks.task import HELD_OUT, Measure
from hvae.training import checkpoint

S = TypeVar("S", bound=Section)


class TrainedSubject(NamedTuple):
    """A `Subject` with its model.

    classifier: that of the data themselves, for tasks about the class of a decoded latent.
    outliers: of each held-out split, items that no model saw: of a class that is held out under the
    name "", of another data set under its own; none where there are none.
    codec: makes what files are written with; None where the model is of no folder.
    """

    point: str
    model: HierarchicalVAE
    latents: Mapping[str, Latents]
    items: Mapping[str, Items]
    classifier: DataClassifier | None = None
    outliers: Mapping[str, Mapping[str, Items]] = MappingProxyType({})
    codec: Callable[[], Codec] | None = None


def run(doc: str | None, settings: type[S], measure: Measure[TrainedSubject, S]) -> None:
    """The command of a task of trained models."""
    parser = task.parser(doc)
    command.folder(parser, "models")
    parser.add_argument("--classifier", type=Path, help="a folder, for tasks that need it")
    with torch.inference_mode():
        task.carry_out(parser, settings, measure, subjects)


def subjects(points: Iterable[Point], folders: argparse.Namespace) -> Iterator[TrainedSubject]:
    """The points that have latents, each with its model."""
    of_data = classifier.load(folders.classifier) if folders.classifier else None
    outliers = {split: unseen(folders.data, split) for split in HELD_OUT}
    named = {point.name: point for point in points}
    for subject in task.subjects(named.values(), folders):
        point = named[subject.point]
        model = checkpoint.load(folders.models, point.model, point.beta)
        coder = partial(codec.stored, folders.models, point.model, point.beta)
        yield TrainedSubject(
            point.name, model, subject.latents, subject.items, of_data, outliers, coder
        )


def unseen(folder: Path, split: str) -> dict[str, Items]:
    """The outliers of a split as `TrainedSubject` has them."""
    of_class, of_source = (
        prepared.read(folder / f"{prepared.outliers_file(split, kind)}.parquet")
        for kind in (prepared.OF_CLASS, prepared.OF_SOURCE)
    )
    found = [("", of_class), ("".join(of_source.classes), of_source)]
    return {name: items for name, items in found if len(items.ids) > 0}
