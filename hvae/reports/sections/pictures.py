"""Which layer holds what: pictures of chosen points and their layer cuts, and the cuts' numbers.

Pictures are PNG strips inside the page. Charts have a line a point, from the cut that keeps z_L
alone to the one that keeps all, over the rate of what is kept.
"""

import base64
import io
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import altair as alt
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hvae.config.grid import thinned
from hvae.io.tables import betas, over_layers
from hvae.reports.charts.scatter import names
from hvae.reports.charts.theme import (
    CATEGORIES,
    CLASSES,
    FAINT,
    LIMIT,
    PAGE,
    Chart,
    Side,
    ends,
    inline,
    legend,
    nats,
    placed,
    span,
    sub,
    tooltip,
)
from hvae.reports.render import Figure, ReportSection, figure
from hvae.results.files import totals
from hvae.results.quantities import METRICS
from hvae.results.rates import lowest_layer, suffix_name
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
    """Points of the first seed, at the corners and in the middle of given rates or the β grid."""
    if run.rated:
        return _spread(run, SHOWN)
    middle = tuple(axis[len(axis) // 2] for axis in _axes(run))
    return _trained(run, [*_corners(run), middle])


def corners(run: Run) -> list[Row]:
    """Those at the corners alone, or the first and the last to which rates were given."""
    return _spread(run, 2) if run.rated else _trained(run, _corners(run))


def _spread(run: Run, most: int) -> list[Row]:
    """Points that were trained to given rates: evenly through those that stand for all of them."""
    seed, targets = run.params.grid.seeds[0], run.params.grid.some_targets()
    rows = [row for row in run.evaluated if row["seed"] == seed]
    found = {over_layers(row, "target", run.layers): row for row in rows}
    places = np.linspace(0, len(targets) - 1, min(most, len(targets))).round().astype(int)
    wanted = dict.fromkeys(tuple(targets[place]) for place in places)
    return [found[rates] for rates in wanted if rates in found]


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


KEPT = ("psnr_db", "mse", "accuracy")  # of cuts, in `recognition`; the second without the first


def cut_metrics(run: Run) -> list[str]:
    """Those of `KEPT` that this run has, where there are layers to cut."""
    found = {task["metric"] for task in run.tasks if task["task"] == "recognition"}
    if run.layers == 1:
        return []
    return [name for name in KEPT if name in found - ({"mse"} if "psnr_db" in found else set())]


def cut_points(run: Run) -> list[Row]:
    """The points of the first seed that cuts are shown of, each with whether it is `best`.

    best: of the splits of a total, the one with the least D; of a grid none is. Of a large grid
    those whose pictures are shown.
    """
    seed = run.params.grid.seeds[0]
    rated = [row for row in run.evaluated if row["seed"] == seed and row["strategy"] == "rates"]
    least: dict[float, Row] = {}
    for row, total in zip(
        rated, totals(over_layers(row, "target", run.layers) for row in rated), strict=True
    ):
        least[total] = min(row, least.get(total, row), key=lambda one: one["distortion"])
    best = {row["point"] for row in least.values()}
    return [row | {"best": row["point"] in best} for row in rated or chosen(run)]


def cut_rows(run: Run, metric: str) -> list[Row]:
    """A row a point and cut, from samples: the rate of what is kept (x), and the metric (y)."""
    points = {row["point"]: row for row in cut_points(run)}
    return [
        {
            "point": name,
            "kept": span(lowest, run.layers),
            "best": points[name]["best"],
            **ends("x", *run.rates[name][lowest - 1]),
            "y": task["value"],
            "y_low": task["low"],
            "y_high": task["high"],
        }
        for task in run.tasks
        if (task["task"], task["metric"], task["features"]) == ("recognition", metric, "sample")
        for name, lowest in [(task["point"], lowest_layer(task["layers"]))]
        if name in points
    ]


def price_rows(run: Run) -> list[Row]:
    """A row a point and layer: its price (y), where it has one, over the layer (x)."""
    return [
        {"point": row["point"], "best": row["best"], "layer": f"z{sub(layer)}", "kept": "",
         "rate": row[f"rate_{layer}"], "y": price}
        for row in cut_points(run)
        for layer, price in enumerate(over_layers(row, "price", run.layers), 1)
        if row[f"target_{layer}"] and price > 0  # a closed layer has none
    ]  # fmt: skip


def cuts(run: Run, metric: str) -> Chart:
    """What reconstructions from z_{≥l} alone keep; marks are coloured by what that is."""
    data, shown = cut_rows(run, metric), METRICS[metric]
    domain = [span(lowest, run.layers) for lowest in reversed(range(1, run.layers + 1))]
    colors = CATEGORIES if len(domain) <= len(CATEGORIES) else CLASSES
    scale = alt.Scale(domain=domain, range=colors[: len(domain)])
    x = nats("Rate of the kept layers", [row["x_high"] for row in data])
    y = Side(shown.axis, alt.Scale(zero=False), alt.Axis())
    numbers = tooltip(x="rate (nats)", y=shown.axis, y_low="95 % from", y_high="95 % to")
    base = alt.Chart().encode(*placed(x, y))
    marks = base.mark_point(filled=True, size=60, opacity=1, stroke=PAGE, strokeWidth=0.5).encode(
        alt.Color("kept:N", title="Kept", scale=scale, legend=legend()), tooltip=numbers
    )
    title = f"{shown.brief} of layer cuts"
    return alt.layer(*_lines(base, data), marks, data=inline(data), title=title)


def layer_prices(run: Run) -> Chart:
    """Prices over layers, a line a point."""
    data = price_rows(run)
    layers = [f"z{sub(layer)}" for layer in range(1, run.layers + 1)]
    y = alt.Y("y:Q", title="Price in training (nats of D for a nat)", scale=alt.Scale(type="log"))
    y = y.axis(values=[10.0**power for power in range(-4, 5)])
    base = alt.Chart().encode(
        alt.X("layer:N", title="Layer", sort=layers, axis=alt.Axis(labelAngle=0)), y
    )
    numbers = tooltip(y="price", rate="rate of the layer (nats)")
    marks = base.mark_point(filled=True, size=50, opacity=1, color=CATEGORIES[0])
    drawn = [*_lines(base, data), marks.encode(tooltip=numbers)]
    title = "Price of a nat by layer"
    return alt.layer(*drawn, data=inline(data), title=title)


def _lines(base: alt.Chart, data: list[Row]) -> list[alt.Chart]:
    """A line a point, along x: of the best split of a total black and above the others."""
    return [
        base.mark_line(color=color, strokeWidth=width)
        .encode(alt.Detail("point:N"))
        .transform_filter(f"datum.best === {'true' if best else 'false'}")
        for best, color, width in ((False, FAINT, 1), (True, LIMIT, 1.6))
        if any(row["best"] is best for row in data)  # Vega warns of lines without points
    ]


def _applies(run: Run) -> bool:
    return is_image(run.test.shape)


def _figures(run: Run) -> Iterator[Figure]:
    """One a metric of cuts, and one of prices where there are cuts and prices."""
    for metric in cut_metrics(run):
        text = f"{METRICS[metric].title} of reconstructions from the upper layers alone"
        yield figure(f"cuts-{metric.replace('_', '-')}", "cuts", cuts(run, metric), text)
    if cut_metrics(run) and run.rated and price_rows(run):
        text = "Price of a nat in each layer, in training"
        yield figure("cuts-prices", "cuts", layer_prices(run), text)


def _values(run: Run) -> dict[str, Any]:
    found, given = (shown(run), originals(run, run.gallery)) if run.trained else ([], None)
    middle = len(found) // 2  # it stands for all
    return {"originals": given, "shown": found[middle:][:1] + found[:middle] + found[middle + 1 :]}


SECTION = ReportSection(
    "pictures",
    "Which layer holds what",
    "sections/pictures.html",
    applies=_applies,
    figures=_figures,
    values=_values,
)
