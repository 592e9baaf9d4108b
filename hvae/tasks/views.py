"""What a task reads of a point: latents of one set of layers and one kind at a time."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hvae import command
from hvae.latents import store
from hvae.latents.store import Latents
from hvae.params import Point
from hvae.tasks.layers import joined, layer_sets

Row = dict[str, Any]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Subject(NamedTuple):
    """A trained point's name, with its latents of train and of test items."""

    point: str
    train: Latents
    test: Latents


class View(NamedTuple):
    """Features of one set of layers: (items, d) of the train items used, and of all test items."""

    layers: str
    features: str
    train: Floats
    test: Floats

    def named(self, task: str, method: str) -> Row:
        """The columns of a row that say what was measured."""
        named = {"task": task, "layers": self.layers, "features": self.features}
        return named | {"method": method}


def subjects(points: Sequence[Point], folder: Path, what: str) -> Iterator[Subject]:
    """The points that have latents: a diverged one has none."""
    for point in command.progress(points, what):
        train, test = (
            store.read(store.file(folder, point.name, split)) for split in ("train", "test")
        )
        if len(test.label) > 0:
            yield Subject(point.name, train, test)


def views(train: Latents, test: Latents, max_train: int) -> Iterator[View]:
    """Samples and means of every set of layers, with the first `max_train` train items."""
    for features in ("sample", "mean"):
        for layers in layer_sets(len(train.sample)):
            fit_on, score_on = (
                joined(getattr(side, features), layers).astype(np.float64) for side in (train, test)
            )
            yield View(layers.name, features, fit_on[:max_train], score_on)
