"""Randomness as an argument: noise of a stream and a key of integers.

It is drawn on the CPU whatever the device, so that a seed means the same everywhere.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from hvae.data.seeded import Stream


def generator(stream: Stream, *key: int) -> torch.Generator:
    """A generator for one purpose and key, such as (seed, step)."""
    seed = np.random.SeedSequence(stream.entropy(*key)).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(seed >> np.uint64(1)))


def draw(
    latents: Sequence[int],
    items: int,
    source: torch.Generator,
    device: torch.device | str = "cpu",
) -> list[Tensor]:
    """ε_1, …, ε_L for a batch, each of shape (items, d_l), and where they are wanted."""
    return [torch.randn(items, width, generator=source).to(device) for width in latents]
