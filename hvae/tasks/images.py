"""What the tasks on images share: held-out items, noise, and what a model makes of them.

All points see the same noise and the same masks, whichever others share their job.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from hvae.data.prepared import Items
from hvae.data.seeded import Stream
from hvae.data.source import SPLITS
from hvae.models.distributions import draw, generator
from hvae.models.hierarchical import HierarchicalVAE, chunks
from hvae.statistics.estimate import Floats
from hvae.statistics.sampled import Sampled
from hvae.tasks.task import HELD_OUT, Score

SPATIAL = 2  # axes of an image: height and width, perhaps followed by channels


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


Noise = Callable[[Sequence[int], int, torch.Generator], list[Tensor]]

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
