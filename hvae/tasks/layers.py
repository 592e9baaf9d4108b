"""Which layers' latents a task reads: each layer alone, and each suffix z_{≥l} of several."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Layers(NamedTuple):
    """A set of layers by its name in the tables (`z1`, `z1+z2`) and their positions, from 0."""

    name: str
    members: tuple[int, ...]


def layer_sets(layers: int) -> list[Layers]:
    """For L = 2: z1, z2, z1+z2. For L = 3: z1, z2, z3, z2+z3, z1+z2+z3."""
    return [_named(layer) for layer in range(layers)] + suffixes(layers)[1:]


def suffixes(layers: int) -> list[Layers]:
    """Every z_{≥l}, the shortest first. For L = 3: z3, z2+z3, z1+z2+z3."""
    return [_named(*range(lowest, layers)) for lowest in reversed(range(layers))]


def _named(*members: int) -> Layers:
    return Layers("+".join(f"z{member + 1}" for member in members), members)


def joined(parts: Sequence[NDArray[np.float32]], layers: Layers) -> NDArray[np.float32]:
    """The chosen layers' latents side by side: (items, Σ d_l)."""
    return np.concatenate([parts[member] for member in layers.members], axis=1)
