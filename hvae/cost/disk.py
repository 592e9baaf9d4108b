"""How many models a run makes, and how much room they take: estimates from its parameters alone.

Nearly all of the room in `results/` is for latents. They are mostly noise, so compression saves
only a tenth.
"""

import math
from collections.abc import Callable, Mapping, Sized
from typing import Any, NamedTuple

from hvae.config import baseline
from hvae.config.data import Data
from hvae.config.model import DiscreteOptions, Model
from hvae.config.params import Params
from hvae.config.sizes import flat_latents
from hvae.config.tasks import Compression
from hvae.models.build import size


class Counts(NamedTuple):
    """How many models and points a run makes.

    models: trained for the points; anchors: independent models beside the amortized one; targets:
    points that are trained to given rates; evaluated: points with latents and pictures; scratch:
    models from scratch that those at given rates are compared with; polished: plain models at some
    β that go on from the amortized one.
    """

    models: int
    points: int
    anchors: int
    targets: int
    evaluated: int
    scratch: int = 0
    polished: int = 0


def counts(params: Params) -> Counts:
    """The counts of a run, without its single-layer baseline."""
    points = _count(params.rows())
    return Counts(
        models=len(params.grid.seeds) if params.amortized else points,
        points=points,
        anchors=_count(params.anchors()),
        targets=_count(params.rate_rows()),
        evaluated=_count(params.evaluated_rows()),
        scratch=_count(params.scratch_rows()),
        polished=_count(params.polished_rows()),
    )


def baseline_counts(params: Params) -> dict[int, Counts]:
    """The counts of the single-layer baseline of each width; nothing if there is none."""
    return {width: _single(params, len(points)) for width, points in baseline.names(params).items()}


def _single(params: Params, points: int) -> Counts:
    """Of one width: at given rates each point has a model, which was trained to a target."""
    if params.grid.totals():
        amortized = len(params.grid.seeds) if params.amortized else 0
        return Counts(models=amortized, points=0, anchors=0, targets=points, evaluated=points)
    return Counts(
        models=len(params.grid.seeds) if params.amortized else points,
        points=points,
        anchors=0,
        targets=0,
        evaluated=_count(baseline.evaluated_rows(params)),
    )


def _count(rows: Mapping[str, Sized]) -> int:
    return sum(len(row) for row in rows.values())


def evaluated_part(params: Params) -> list[str]:
    """A sentence on how many points are evaluated; nothing if all of them are."""
    count = counts(params)
    if count.targets or count.evaluated == count.points:
        return []
    return [
        f"latents, information and tasks are measured at {count.evaluated} of the "
        f"{_of(count.points, 'point')} (evaluation.every: {params.evaluation.every}); advice uses "
        "these alone"
    ]


def models(params: Params) -> str:
    """`49 models`, or `1 model for 441 points, 9 independent anchors and 1 single-layer model`."""
    count, singles = counts(params), baseline_counts(params).values()
    single = sum(one.models + one.targets for one in singles)
    found = [_of(count.models, "model")]
    if params.amortized:
        found[0] += f" for {_of(count.points, 'point')}"
        found += [_of(count.anchors, "independent anchor")]
    if count.polished:
        found.append(f"{_of(count.polished, 'model')} polished at their β")
    if count.targets:
        found.append(f"{_of(count.targets, 'model')} trained to given rates")
    if count.scratch:
        found.append(f"{_of(count.scratch, 'model')} from scratch to compare them with")
    if single:
        found += [_of(single, "single-layer model")]
    *first, last = found
    return f"{', '.join(first)} and {last}" if first else last


def _of(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


FLOAT32, FLOAT64 = 4, 8
PARTS = 3  # parts of a latent: mean, standard deviation and sample
PICTURES = 10  # at most: of a point's reconstructions, cuts of each layer, draws, and files
EMBEDDED = 2 * FLOAT64  # an item's coordinates in an embedding; other columns compress well
SCORE = 3  # of one in `scores`, whose text takes nothing: less for hits, more for other numbers
COPIES = 2  # of collected tables: the parts of the rows stay beside the whole


class Room(NamedTuple):
    """Bytes that models of one architecture take, with their latents and tables."""

    latents: int
    weights: int
    tables: int


class Disk(NamedTuple):
    """Bytes in `results/EXPERIMENT`.

    bound: whether the number of items is not known yet, for instance since a class is held out, so
    that the bytes are an upper bound.
    """

    latents: int
    weights: int
    tables: int
    bound: bool

    @property
    def total(self) -> int:
        return self.latents + self.weights + self.tables


def disk(params: Params) -> Disk | None:
    """The estimate; None if the shape of an item is unknown until the data are read."""
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
    """The room for that many models of one architecture, and for their points."""
    kept = evaluated(params.data, params.evaluation.max_items)
    widths = flat_latents(model.backbone, shape, model.latents)
    item = 2 * FLOAT64 + FLOAT32 * PARTS * sum(widths)  # index and label, then the layers
    row = FLOAT64 * (len(widths) + 3)  # of `items`: rates, distortion, squared error, index
    beside = count.anchors + count.targets + count.polished
    plain = (beside + count.scratch) * size(model, shape).weights
    trained = count.models * size(model, shape, params.amortized).weights
    measured = count.points + beside
    pictures = count.evaluated * PICTURES * (2 + len(widths)) * FLOAT32 * math.prod(shape)
    held_out = count.evaluated * (kept["validation"] + kept["test"])
    scores = held_out * scored(params, len(widths)) * SCORE
    return Room(
        latents=count.evaluated * sum(kept.values()) * item,
        weights=FLOAT32 * (trained + plain),
        tables=COPIES * (measured * kept["test"] * row + pictures + scores),
    )


def scored(params: Params, layers: int) -> int:
    """The metrics of a point, about: as many scores has each of its held-out items."""
    views = 2 * (2 * layers - 1)  # samples and means of each set of layers
    metrics: Mapping[str, Callable[[Any], int]] = {
        "reconstruction": lambda asked: 2 * 3,
        "denoising": lambda asked: 2 * len(asked.noise),
        "inpainting": lambda asked: 2 * len(asked.masks),
        "upscaling": lambda asked: 2,
        "compression": lambda asked: _coded(params.model, layers, asked),
        "classification": lambda asked: views * len(asked.probes),
        "regression": lambda asked: views * 2 * 2 * len(asked.methods),
        "clustering": lambda asked: views * 3 * len(asked.methods),
        "anomaly": lambda asked: 2 * layers,
        "generation": lambda asked: 3 * layers + 3,
        "recognition": lambda asked: 2 * 4 * layers,
    }
    tasks = params.tasks
    own = 2 * len(tasks.own)  # of each that is the user's own, from samples and from means
    chosen = [name for name in tasks.chosen(params.data) if name in metrics]
    return own + sum(metrics[name](getattr(tasks, name)) for name in chosen)


def _coded(model: Model, layers: int, asked: Compression) -> int:
    """Of rates; of files, with both J°; of lossless ones with their net length and −ELBO.

    No file itself is kept, but for what some of the items look like (`PICTURES`).
    """
    lossless = 3 * isinstance(model.likelihood, DiscreteOptions)
    return layers + 2 + (layers + 4 + lossless if asked.items else 0)


def _embedded(params: Params) -> int:
    """Bytes of the embeddings of the experiment's own points, for each layer and method."""
    options = params.tasks.visualisation
    if options is None:
        return 0
    shown = min(options.max_items, evaluated(params.data, params.evaluation.max_items)["test"])
    points = counts(params).evaluated // len(params.grid.seeds)  # of one training
    embeddings = points * len(params.model.latents) * len(options.methods)
    return embeddings * shown * EMBEDDED


def evaluated(data: Data, most: int) -> dict[str, int]:
    """How many items of each split are kept: at most `most`, and that many if it is unknown."""
    return {name: min(most, size) for name, size in _splits(data, unknown=most).items()}


def _splits(data: Data, unknown: int) -> dict[str, int]:
    """The size of each split, to within an item; `unknown` for each split of one's own files."""
    items, test, _ = data.extent
    items = items if items is not None else data.max_items
    if items is None:
        return dict.fromkeys(("train", "validation", "test"), unknown)
    share = min((data.max_items or items + test) / (items + test), 1.0)
    fractions = data.split.model_dump()
    parts = {name: fractions[name] * items for name in fractions}
    if test:
        parts = {"train": items, "test": test}
        parts["validation"] = data.split.share("validation", data.whole) * parts[data.whole]
        parts[data.whole] -= parts["validation"]
    return {name: round(share * size) for name, size in parts.items()}


def sentence(params: Params) -> str:
    """A sentence on the models that a run makes and the room that they take."""
    found = disk(params)
    folder = f"results/{params.experiment}"
    if found is None:
        return (
            f"{models(params)} in {folder}; how much room they take is not known before the data "
            "are read, since it depends on the shape of an item"
        )
    about = "at most about" if found.bound else "about"
    return (
        f"{models(params)}, {about} {_size(found.total)} in {folder} "
        f"({_size(found.latents)} latents, {_size(found.weights)} weights)"
    )


def _size(number: int) -> str:
    """A size in GB, or in whole MB, rounded up, if it is below 0.1 GB."""
    return f"{number / 1e9:.1f} GB" if number >= 1e8 else f"{math.ceil(number / 1e6)} MB"
