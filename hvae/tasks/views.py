"""What a task reads of latents: sets of layers, and their samples or means as features.

The sets are each layer alone, and each suffix z_{≥l} of several. Closed dimensions are left out: as
unit noise they would drown the others in every distance, the more so once they are standardised.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from hvae.latents.store import Latents
from hvae.statistics.estimate import Floats, Row

T = TypeVar("T", np.float32, np.bool_)


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


def joined(parts: Sequence[NDArray[T]], layers: Layers) -> NDArray[T]:
    """The chosen layers' latents side by side: (items, Σ d_l)."""
    return np.concatenate([parts[member] for member in layers.members], axis=-1)


def opened(latents: Latents, layers: Layers) -> NDArray[np.bool_]:
    """Which dimensions of the layers, side by side, a task reads: the open ones, (Σ d_l,).

    If every dimension is closed, all are read: then there is no signal to find.
    """
    found = joined(latents.open, layers)
    return found if found.any() else ~found


class View(NamedTuple):
    """Features (items, d) by split: `train` has the items that are used, the others all of theirs.

    layers: a set's name, as `z1+z2`; features: `sample` or `mean`.
    """

    layers: str
    features: str
    x: Mapping[str, Floats]

    def named(self, task: str, method: str, setting: str = "") -> Row:
        """The columns of a row that say what was measured."""
        named = {"task": task, "layers": self.layers, "features": self.features}
        return named | {"method": method, "setting": setting}

    def held_out(self) -> dict[str, Floats]:
        """The splits that nothing is fitted on."""
        return {split: x for split, x in self.x.items() if split != "train"}


def views(latents: Mapping[str, Latents], max_train: int) -> Iterator[View]:
    """Samples and means of every set of layers, with the first `max_train` train items.

    Of open dimensions alone.
    """
    for features in ("sample", "mean"):
        for layers in layer_sets(len(latents["train"].sample)):
            read = opened(latents["train"], layers)
            x = {
                split: joined(getattr(of, features), layers)[:, read].astype(np.float64)
                for split, of in latents.items()
            }
            yield View(layers.name, features, x | {"train": x["train"][:max_train]})
