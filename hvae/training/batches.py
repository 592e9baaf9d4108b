"""What a training step sees, as a function of (seed, step) alone."""

from collections.abc import Sequence

import torch
from torch import Tensor

from hvae.models.noise import Stream, draw, generator


def batch(
    data: Tensor, latents: Sequence[int], size: int, seed: int, step: int
) -> tuple[Tensor, list[Tensor]]:
    """The items and noise of one step, a function of (seed, step) alone; items with replacement."""
    source = generator(Stream.TRAINING, seed, step)
    chosen = torch.randint(len(data), (size,), generator=source)
    return data[chosen.to(data.device)], on_device(data, draw(latents, size, source))


def on_device(data: Tensor, noise: list[Tensor]) -> list[Tensor]:
    """The noise where the data are."""
    return [eps.to(data.device) for eps in noise]
