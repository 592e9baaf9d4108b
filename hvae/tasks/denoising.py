"""Denoising: how close the decoded mean of a noisy item is to the clean item.

The items are in [0, 1]; the noise is Gaussian and not clipped, so values are real numbers even
where the likelihood is of levels. The model was trained without any noise.
"""

from collections.abc import Iterator

import torch
from torch import Tensor

from hvae.config.tasks import Denoising
from hvae.data.seeded import Stream
from hvae.statistics.intervals import psnr
from hvae.tasks import trained
from hvae.tasks.task import Score
from hvae.tasks.trained import (
    FEATURES,
    HeldOutPart,
    HowMeasured,
    TrainedSubject,
    pictures,
    shown,
    squared_error,
)


def measure(subject: TrainedSubject, settings: Denoising, seed: int) -> Iterator[Score]:
    """PSNR against the clean item at every level of noise, from samples and from means."""
    for part in pictures(subject.items, settings.max_items, seed):
        for sigma in settings.noise:
            seen = noisy(part, sigma)
            for features in FEATURES:
                clean = shown(subject.model, seen, features, part.noise(Stream.DENOISING))
                numbers = psnr(squared_error(clean, part.x))
                named = HowMeasured(features, "decoder", setting(sigma))
                yield part.score("denoising", named, "psnr_db", numbers)


def references(part: HeldOutPart, settings: Denoising) -> Iterator[Score]:
    """The noisy items as they are: −20 log₁₀ σ dB in expectation."""
    for sigma in settings.noise:
        numbers = psnr(squared_error(noisy(part, sigma), part.x))
        named = HowMeasured("", "noisy-input", setting(sigma))
        yield part.score("denoising", named, "psnr_db", numbers)


def noisy(part: HeldOutPart, sigma: float) -> Tensor:
    """x + σ ε (items, n), with the same ε ~ N(0, I) at every point and level."""
    x = part.x
    return x + sigma * torch.randn(x.shape, generator=part.noise(Stream.DEGRADATION, 0))


def setting(sigma: float) -> str:
    """The level of noise as the tables have it."""
    return f"{sigma:g}"


if __name__ == "__main__":
    trained.run(__doc__, Denoising, measure)
