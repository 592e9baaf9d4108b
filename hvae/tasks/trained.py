"""Tasks that use the trained model itself, to decode or to score items, beside its latents.

Those on images share more: held-out items, noise, and what a model makes of them. All points see
the same noise and the same masks, whichever others share their job.
"""

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, TypeVar

import torch
from torch import Tensor

from hvae.coding import codec
from hvae.coding.codec import Codec
from hvae.config.base import Section
from hvae.config.grid import Point
from hvae.data import prepared
from hvae.data.prepared import Items
from hvae.data.seeded import Stream
from hvae.data.source import SPLITS
from hvae.io import command
from hvae.latents.store import Latents
from hvae.models.distributions import draw, generator
from hvae.models.hierarchical import HierarchicalVAE, chunks
from hvae.statistics.estimate import Floats
from hvae.statistics.sampled import Sampled
from hvae.tasks import classifier, task
from hvae.tasks.classifier import DataClassifier
from hvae.tasks.task import HELD_OUT, Measure, Score
from hvae.training import checkpoint

S = TypeVar("S", bound=Section)
SPATIAL = 2  # axes of an image: height and width, perhaps followed by channels
Noise = Callable[[Sequence[int], int, torch.Generator], list[Tensor]]


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


class HowMeasured(NamedTuple):
    """Columns of `tasks.parquet`: z sampled or as means, which method, and of which problem."""

    features: str
    method: str
    setting: str = ""


class HeldOutPart(NamedTuple):
    """Held-out items of one split, and `key`, where their noise starts: (seed, split)."""

    split: str
    items: Items
    key: tuple[int, int]

    @property
    def x(self) -> Tensor:
        """(items, n), float32."""
        return torch.from_numpy(self.items.x)

    def noise(self, purpose: Stream, *more: int) -> torch.Generator:
        """Randomness that is the same at every point."""
        return generator(purpose, *self.key, *more)

    def steps(self, purpose: Stream, count: int) -> Iterator[torch.Generator]:
        """The same for each of `count` steps."""
        return (self.noise(purpose, step) for step in range(count))

    def score(
        self, task: str, how: HowMeasured, metric: str, sampled: Sampled, layers: str = ""
    ) -> Score:
        """A metric of these items."""
        named = {"task": task, "layers": layers, "metric": metric}
        return Score(self.split, named | how._asdict(), sampled, self.items.ids)


def held_out(items: Mapping[str, Items], most: int, seed: int) -> Iterator[HeldOutPart]:
    """The first `most` items of each split that tasks are scored on."""
    for split in HELD_OUT:
        yield HeldOutPart(split, items[split].first(most), (seed, SPLITS.index(split)))


def pictures(items: Mapping[str, Items], most: int, seed: int) -> Iterator[HeldOutPart]:
    """The same of images in [0, 1]; nothing of other data, of which there is no PSNR."""
    for part in held_out(items, most, seed):
        if part.items.bounded and is_image(part.items.shape):
            yield part


def is_image(shape: Sequence[int]) -> bool:
    """Whether items have a height and a width."""
    return len(shape) >= SPATIAL


# ε of every layer for a number of items: without any, every z is its posterior's mean
FEATURES: Mapping[str, Noise] = {
    "sample": draw,
    "mean": lambda latents, items, source: [torch.zeros(items, width) for width in latents],
}


def shown(model: HierarchicalVAE, x: Tensor, features: str, source: torch.Generator) -> Tensor:
    """x̂ = E[x | z] with z encoded from x (items, n), as sampled or as means: (items, n)."""
    noise = FEATURES[features](model.latents, len(x), source)
    return torch.cat([model.likelihood.mean(model(*each).decoded) for each in chunks(x, noise)])


def restored(
    model: HierarchicalVAE,
    start: Tensor,
    agree: Callable[[Tensor], Tensor],
    features: str,
    steps: Iterable[torch.Generator],
) -> Tensor:
    """Iterated imputation: x ← agree(x̂(x)), from `start` (items, n); each step has its own noise.

    `agree` makes an image agree with what was observed of it. It is known, too, that values lie in
    [0, 1], which keeps a model that never saw such images from running away. With exact posteriors
    and x sampled from p(x | z), the law of the chain would become p(x | observed); here decoded
    means stand for samples (Rezende, Mohamed & Wierstra, "Stochastic Backpropagation and
    Approximate Inference in Deep Generative Models", ICML 2014).
    """
    x = start
    for source in steps:
        x = agree(shown(model, x, features, source).clamp(0, 1))
    return x


def squared_error(seen: Tensor, x: Tensor) -> Floats:
    """‖seen − x‖²/n of each item (items, n): (items,)."""
    return (seen.double() - x.double()).square().mean(-1).numpy()
