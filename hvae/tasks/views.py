"""Features of latents: one set of layers, and one kind of them, at a time."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from hvae.latents.store import Latents
from hvae.statistics.estimate import Floats, Row
from hvae.tasks.layers import joined, layer_sets


class View(NamedTuple):
    """Features (items, d) by split: `train` has the items that are used, the others all of theirs.

    layers: a set's name, as `z1+z2`; features: `sample` or `mean`.
    """

    layers: str
    features: str
    x: Mapping[str, Floats]

    def named(self, task: str, method: str) -> Row:
        """The columns of a row that say what was measured."""
        named = {"task": task, "layers": self.layers, "features": self.features}
        return named | {"method": method}

    def held_out(self) -> dict[str, Floats]:
        """The splits that nothing is fitted on."""
        return {split: x for split, x in self.x.items() if split != "train"}


def views(latents: Mapping[str, Latents], max_train: int) -> Iterator[View]:
    """Samples and means of every set of layers, with the first `max_train` train items."""
    for features in ("sample", "mean"):
        for layers in layer_sets(len(latents["train"].sample)):
            x = {
                split: joined(getattr(of, features), layers).astype(np.float64)
                for split, of in latents.items()
            }
            yield View(layers.name, features, x | {"train": x["train"][:max_train]})
