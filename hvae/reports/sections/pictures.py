"""Pictures of chosen points, as PNG strips inside the page."""

import base64
import io
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hvae.config.grid import thinned
from hvae.io.tables import betas
from hvae.reports.charts.scatter import names
from hvae.reports.charts.theme import span
from hvae.reports.render import ReportSection
from hvae.results.rates import suffix_name
from hvae.results.run import Run
from hvae.statistics.estimate import Row

GAP = 1  # pixels between pictures
SHOWN = 5  # points, where rates were given


class Strip(NamedTuple):
    """A row of pictures: a data URI, its size in data pixels, and what it shows."""

    uri: str
    width: int
    height: int
    text: str


class LayerCut(NamedTuple):
    """A layer cut: the latents that are kept and those drawn from the prior, and its strip."""

    kept: str
    drawn: str
    strip: Strip


class Shown(NamedTuple):
    """One point's strips; of the cuts, the one that keeps most first."""

    point: Row
    reconstructions: Strip
    cuts: list[LayerCut]
    samples: Strip


def is_image(shape: tuple[int, ...]) -> bool:
    """Whether items can be shown: (height, width), with 1 or 3 channels or none."""
    return len(shape) == 2 or (len(shape) == 3 and shape[2] in (1, 3))


def originals(run: Run, among: Sequence[Row], kind: str = "reconstruction") -> Strip:
    """The test items of which these rows have pictures of that kind."""
    wanted = dict.fromkeys(row["index"] for row in among if row["kind"] == kind)
    place = {index: position for position, index in enumerate(run.test.ids.tolist())}
    images = run.test.x[[place[index] for index in wanted]]
    return strip(images, run.test.shape, "Test items")


def shown(run: Run) -> list[Shown]:
    """The chosen points' reconstructions of those items, cuts of these, and draws from priors."""
    return [
        Shown(
            point,
            _strip(run, point, "reconstruction"),
            list(_cuts(run, point)),
            _strip(run, point, "sample"),
        )
        for point in chosen(run)
    ]


def _cuts(run: Run, point: Row) -> Iterator[LayerCut]:
    for lowest in range(2, run.layers + 1):
        kept = f"cut {suffix_name(lowest, run.layers)}"
        drawn = span(1, lowest - 1)
        yield LayerCut(span(lowest, run.layers), drawn, _strip(run, point, kept))


def chosen(run: Run) -> list[Row]:
    """Points with pictures at the corners of the β grid and at its middle, for the first seed.

    Where points were trained to given rates, some of these.
    """
    if run.rated:
        return _spread(run, SHOWN)
    middle = tuple(axis[len(axis) // 2] for axis in _axes(run))
    return _trained(run, [*_corners(run), middle])


def corners(run: Run) -> list[Row]:
    """Those at the corners alone, or the first and the last to which rates were given."""
    return _spread(run, 2) if run.rated else _trained(run, _corners(run))


def _spread(run: Run, most: int) -> list[Row]:
    """Points of the first seed that were trained to given rates, evenly through their list."""
    seed = run.params.grid.seeds[0]
    found = [point for point in run.evaluated if point["seed"] == seed]
    places = np.linspace(0, len(found) - 1, min(most, len(found))).round().astype(int)
    return [found[place] for place in dict.fromkeys(places.tolist())]


def _corners(run: Run) -> list[tuple[float, ...]]:
    return list(itertools.product(*({axis[0]: None, axis[-1]: None} for axis in _axes(run))))


def _axes(run: Run) -> list[list[float]]:
    every = run.params.evaluation.every
    return [sorted(thinned(axis, every)) for axis in run.params.grid.axes()]


def _trained(run: Run, wanted: Iterable[tuple[float, ...]]) -> list[Row]:
    """The trained points at these β, each once."""
    seed = run.params.grid.seeds[0]
    found = {betas(point, run.layers): point for point in run.trained if point["seed"] == seed}
    return [found[beta] for beta in dict.fromkeys(wanted) if beta in found]


def _strip(run: Run, point: Row, kind: str) -> Strip:
    images = [
        row["image"] for row in run.gallery if (row["point"], row["kind"]) == (point["point"], kind)
    ]
    return strip(np.array(images), run.test.shape, f"{kind}s at {names(run)[point['point']]}")


def strip(images: NDArray[np.floating], shape: tuple[int, ...], text: str) -> Strip:
    """Flat images (count, n) in [0, 1], side by side, as a PNG; values outside are clipped.

    Of shape (height, width), grey, or with three channels in colour; one channel is grey as well.
    """
    height, width, *channels = shape
    frames = np.ones((len(images), height, width + GAP, *channels))
    frames[:, :, :width] = images.reshape(-1, *shape).clip(0, 1)
    row = np.concatenate(list(frames), axis=1)[:, :-GAP]
    pixels = (row[..., 0] if channels == [1] else row) * 255
    buffer = io.BytesIO()
    Image.fromarray(pixels.round().astype(np.uint8)).save(buffer, "PNG")
    uri = "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
    return Strip(uri, row.shape[1], height, text)


def _applies(run: Run) -> bool:
    return is_image(run.test.shape)


def _values(run: Run) -> dict[str, Any]:
    if not run.trained:
        return {"originals": None, "shown": []}
    return {"originals": originals(run, run.gallery), "shown": shown(run)}


SECTION = ReportSection(
    "pictures", "Pictures", "sections/pictures.html", applies=_applies, values=_values
)
