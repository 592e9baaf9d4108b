"""Inpainting: hidden pixels are filled in with what the model makes of the visible ones.

It starts from the mean image of train items in the hidden pixels, and then encodes, decodes, and
puts the decoded values into the hidden pixels, many times. PSNR is over hidden pixels alone.
"""

import math
from collections.abc import Callable, Iterator, Mapping

import torch
from torch import Tensor

from hvae.config.tasks import Inpainting
from hvae.data.prepared import Items
from hvae.data.seeded import Stream
from hvae.models.hierarchical import HierarchicalVAE
from hvae.statistics.intervals import psnr
from hvae.statistics.sampled import Sampled
from hvae.tasks import trained
from hvae.tasks.task import Score
from hvae.tasks.trained import (
    FEATURES,
    SPATIAL,
    HeldOutPart,
    HowMeasured,
    TrainedSubject,
    pictures,
    restored,
)


def measure(subject: TrainedSubject, settings: Inpainting, seed: int) -> Iterator[Score]:
    """PSNR of what each mask hides, from samples and from means."""
    mean = mean_image(subject.items["train"])
    for part in pictures(subject.items, settings.max_items, seed):
        for mask in settings.masks:
            hidden = masked(part, mask)
            for features in FEATURES:
                steps = part.steps(Stream.INPAINTING, settings.steps)
                seen = filled(subject.model, part.x, hidden, mean, features, steps)
                numbers = hidden_psnr(seen, part.x, hidden)
                named = HowMeasured(features, "imputation", mask)
                yield part.score("inpainting", named, "psnr_db", numbers)


def references(part: HeldOutPart, settings: Inpainting, train: Items) -> Iterator[Score]:
    """The mean image of train items in what is hidden."""
    for mask in settings.masks:
        numbers = hidden_psnr(mean_image(train), part.x, masked(part, mask))
        yield part.score("inpainting", HowMeasured("", "mean-image", mask), "psnr_db", numbers)


def filled(
    model: HierarchicalVAE,
    x: Tensor,
    hidden: Tensor,
    start: Tensor,
    features: str,
    steps: Iterator[torch.Generator],
) -> Tensor:
    """x (items, n) with what is `hidden` imputed from `start`; what is visible stays as it is."""

    def agree(decoded: Tensor) -> Tensor:
        return torch.where(hidden, decoded, x)

    return restored(model, agree(start), agree, features, steps)


def hidden_psnr(seen: Tensor, x: Tensor, hidden: Tensor) -> Sampled:
    """PSNR over hidden values alone, of which each item has as many."""
    squared = (seen.double() - x.double()).square() * hidden
    return psnr((squared.sum(-1) / hidden.sum(-1)).numpy())


def mean_image(train: Items) -> Tensor:
    """The mean of the train items: (n,)."""
    return torch.from_numpy(train.x).mean(0)


def masked(part: HeldOutPart, mask: str) -> Tensor:
    """Which values are hidden, (items, n): all channels of a pixel or none."""
    height, width = part.items.shape[:SPATIAL]
    source = part.noise(Stream.DEGRADATION, 1)
    pixels = MASKS[mask](len(part.items.ids), height, width, source)
    return pixels.repeat_interleave(math.prod(part.items.shape[SPATIAL:]), dim=1)


def _lower_half(items: int, height: int, width: int, source: torch.Generator) -> Tensor:
    """The lower half of the rows, rounded up; of a single row, the right half."""
    down, across = torch.arange(height), torch.arange(width)
    rows = (down >= height // 2).repeat_interleave(width)
    return (rows if height > 1 else across >= width // 2).expand(items, -1)


def _random_half(items: int, height: int, width: int, source: torch.Generator) -> Tensor:
    """Exactly half of the pixels, rounded up, and other ones in each item."""
    pixels = height * width
    order = torch.rand(items, pixels, generator=source).argsort(-1)
    return order >= pixels // 2


Mask = Callable[[int, int, int, torch.Generator], Tensor]
MASKS: Mapping[str, Mask] = {"half": _lower_half, "random": _random_half}


if __name__ == "__main__":
    trained.run(__doc__, Inpainting, measure)
