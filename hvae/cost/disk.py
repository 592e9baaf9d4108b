"""How much room a run takes in `results/`: an estimate from its parameters alone.

Latents are nearly all of it: noise, of which compression saves a tenth.
"""

import math
from collections.abc import Mapping, Sized
from typing import NamedTuple

from hvae.cost.weights import weights
from hvae.options import Data
from hvae.params import Params
from hvae.sizes import flat_latents

FLOAT32, FLOAT64 = 4, 8
PARTS = 3  # of a latent: mean, standard deviation and sample
PICTURES = 20  # of a point: at most ten reconstructions and ten draws from the prior
COPIES = 2  # of tables that are collected: the rows' parts stay beside the whole


class Made(NamedTuple):
    """How many there will be of each.

    models: trained for the points; anchors: trained beside one for a whole plane; targets: points
    that are asked for by their rates, and that have files of their own; looked_into: points with
    latents and pictures.
    """

    models: int
    points: int
    anchors: int
    targets: int
    looked_into: int


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


def made(params: Params) -> Made:
    """What a run makes."""
    points = _count(params.rows())
    return Made(
        models=len(params.grid.seeds) if params.amortized else points,
        points=points,
        anchors=_count(params.anchors()),
        targets=_count(params.grid.targets()),
        looked_into=_count(params.looked_into()),
    )


def _count(rows: Mapping[str, Sized]) -> int:
    return sum(len(row) for row in rows.values())


def disk(params: Params) -> Disk | None:
    """The estimate; None where the shape of an item is not known before the data are read."""
    shape = params.data.extent.shape
    if shape is None:
        return None
    count = made(params)
    kept = evaluated(params.data, params.evaluation.max_items)
    widths = flat_latents(params.model.backbone, shape, params.model.latents)
    pixels = math.prod(shape)
    item = 2 * FLOAT64 + FLOAT32 * PARTS * sum(widths)  # index and label, then the layers
    row = FLOAT64 * (len(widths) + 3)  # of `items`: rates, distortion, squared error, index
    plain = weights(params.model, shape)
    trained = count.models * weights(params.model, shape, params.amortized)
    measured = count.points + count.anchors + count.targets
    pictures = count.looked_into * PICTURES * FLOAT32 * pixels
    return Disk(
        latents=count.looked_into * sum(kept.values()) * item,
        weights=FLOAT32 * (trained + (count.anchors + count.targets) * plain),
        tables=COPIES * (measured * kept["test"] * row + pictures),
        bound=params.data.extent.items is None or params.data.held_out is not None,
    )


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
    """What a run will make and how much room that takes, for people."""
    found = disk(params)
    folder = f"results/{params.experiment}"
    if found is None:
        return (
            f"{_models(params)} in {folder}; how much room they take is not known before the data "
            "are read, since they say the shape of an item"
        )
    about = "at most about" if found.bound else "about"
    return (
        f"{_models(params)}, {about} {_size(found.total)} in {folder} "
        f"({_size(found.latents)} latents, {_size(found.weights)} weights)"
    )


def _models(params: Params) -> str:
    """`49 models`, or `1 model for 441 points and 27 independent anchors`."""
    count = made(params)
    models = _of(count.models, "model")
    if not params.amortized:
        return models
    points = _of(count.points + count.targets, "point")
    return f"{models} for {points} and {_of(count.anchors, 'independent anchor')}"


def _of(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _size(number: int) -> str:
    """In GB from a tenth of one up, else in whole MB, rounded up."""
    return f"{number / 1e9:.1f} GB" if number >= 1e8 else f"{math.ceil(number / 1e6)} MB"
