"""Randomness as an argument: streams that depend on named integers alone, never on who asks.

Noise is drawn on the CPU whatever the device, so that a seed means the same everywhere.
"""

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
import torch
from torch import Tensor


class Stream(IntEnum):
    """What a stream is for; two purposes never share noise."""

    WEIGHTS = 1
    TRAINING = 2
    VALIDATION = 3
    EVALUATION = 4
    GALLERY = 5
    IMPORTANCE = 6
    CLASSIFIER = 7
    GENERATION = 8
    CONDITION = 9
    BETA = 10
    IMAGES = 20
    ANOMALY = 21


def generator(stream: Stream, *key: int) -> torch.Generator:
    """A generator for one purpose and key, such as (seed, step)."""
    seed = np.random.SeedSequence([stream, *key]).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(seed >> np.uint64(1)))


def draw(latents: Sequence[int], items: int, source: torch.Generator) -> list[Tensor]:
    """ε_1, …, ε_L for a batch, each of shape (items, d_l)."""
    return [torch.randn(items, width, generator=source) for width in latents]
