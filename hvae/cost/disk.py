"""How much room a run takes in `results/`: an estimate from its parameters alone.

Latents are nearly all of it: noise, of which compression saves a tenth.
"""

import math
from typing import NamedTuple

from hvae.config import baseline
from hvae.config.data import Data
from hvae.config.model import Model
from hvae.config.params import Params
from hvae.config.sizes import flat_latents
from hvae.cost.counts import Counts, baseline_counts, counts, models
from hvae.models.size import size

FLOAT32, FLOAT64 = 4, 8
PARTS = 3  # of a latent: mean, standard deviation and sample
PICTURES = 10  # at most, of a point's reconstructions, of each cut between its layers, of its draws
EMBEDDED = 2 * FLOAT64  # of an item in an embedding: its coordinates; the rest repeats
COPIES = 2  # of tables that are collected: the rows' parts stay beside the whole


class Room(NamedTuple):
    """Bytes of the models of one architecture, and of what is made of them."""

    latents: int
    weights: int
    tables: int


class Disk(NamedTuple):
    """Bytes in `results/EXPERIMENT`.

    bound: whether the number of items is not known yet, as where a class is held out, so that the
    bytes are at most, not about.
    """

    latents: int
    weights: int
    tables: int
    bound: bool

    @property
    def total(self) -> int:
        return self.latents + self.weights + self.tables


def disk(params: Params) -> Disk | None:
    """The estimate; None where the shape of an item is not known before the data are read."""
    shape = params.data.extent.shape
    if shape is None:
        return None
    rooms = [
        _room(params, params.model, counts(params), shape),
        *(
            _room(params, baseline.model(params, width), count, shape)
            for width, count in baseline_counts(params).items()
        ),
    ]
    return Disk(
        latents=sum(one.latents for one in rooms),
        weights=sum(one.weights for one in rooms),
        tables=sum(one.tables for one in rooms) + COPIES * _embedded(params),
        bound=params.data.extent.items is None or params.data.held_out is not None,
    )


def _room(params: Params, model: Model, count: Counts, shape: tuple[int, ...]) -> Room:
    """What that many models of one architecture, and their points, take."""
    kept = evaluated(params.data, params.evaluation.max_items)
    widths = flat_latents(model.backbone, shape, model.latents)
    item = 2 * FLOAT64 + FLOAT32 * PARTS * sum(widths)  # index and label, then the layers
    row = FLOAT64 * (len(widths) + 3)  # of `items`: rates, distortion, squared error, index
    plain = (count.anchors + count.targets) * size(model, shape).weights
    trained = count.models * size(model, shape, params.amortized).weights
    measured = count.points + count.anchors + count.targets
    pictures = count.evaluated * PICTURES * (1 + len(widths)) * FLOAT32 * math.prod(shape)
    return Room(
        latents=count.evaluated * sum(kept.values()) * item,
        weights=FLOAT32 * (trained + plain),
        tables=COPIES * (measured * kept["test"] * row + pictures),
    )


def _embedded(params: Params) -> int:
    """Bytes of the embeddings of the experiment's own points, for each layer and method."""
    asked = params.tasks.visualisation
    shown = min(asked.max_items, evaluated(params.data, params.evaluation.max_items)["test"])
    embeddings = counts(params).evaluated * len(params.model.latents) * len(asked.methods)
    return embeddings * shown * EMBEDDED


def evaluated(data: Data, most: int) -> dict[str, int]:
    """How many items of each split are kept, at most `most`; that many where it is not known."""
    return {name: min(most, size) for name, size in _splits(data, unknown=most).items()}


def _splits(data: Data, unknown: int) -> dict[str, int]:
    """The size of each split, to an item; `unknown` for each of one's own files."""
    items, test, _ = data.extent
    items = items if items is not None else data.max_items
    if items is None:
        return dict.fromkeys(("train", "validation", "test"), unknown)
    share = min((data.max_items or items + test) / (items + test), 1.0)
    fractions = data.split.model_dump()
    parts = {name: fractions[name] * items for name in fractions}
    if test:
        held_out = data.split.held_out * items
        parts = {"train": items - held_out, "validation": held_out, "test": test}
    return {name: round(share * size) for name, size in parts.items()}


def sentence(params: Params) -> str:
    """What a run will make and how much room that takes, as a sentence."""
    found = disk(params)
    folder = f"results/{params.experiment}"
    if found is None:
        return (
            f"{models(params)} in {folder}; how much room they take is not known before the data "
            "are read, since they say the shape of an item"
        )
    about = "at most about" if found.bound else "about"
    return (
        f"{models(params)}, {about} {_size(found.total)} in {folder} "
        f"({_size(found.latents)} latents, {_size(found.weights)} weights)"
    )


def _size(number: int) -> str:
    """In GB from a tenth of one up, else in whole MB, rounded up."""
    return f"{number / 1e9:.1f} GB" if number >= 1e8 else f"{math.ceil(number / 1e6)} MB"
