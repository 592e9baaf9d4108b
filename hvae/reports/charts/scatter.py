"""Scatter plots of points, with a different mark for each kind of point.

Points are shown by β instead of their names in the tables, with the seed where there are several.

A grid of many points has small marks and no error bars, which would hide each other. The median
half-widths of their 95 % intervals are then given under the title.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple

import altair as alt
import numpy as np

from hvae.io.tables import over_layers
from hvae.reports.charts.theme import BAR, LIMIT, Chart, Side, bars, inline, legend, placed, tooltip
from hvae.results.run import Run
from hvae.statistics.estimate import Row

DIGITS = range(2, 7)  # of β: the fewest that distinguish all values of an axis
CROWDED = 100  # with more marks than this, error bars hide each other
SIDES = {"across": ("x_low", "x_high"), "up": ("y_low", "y_high"), "in colour": ("low", "high")}


class PointKind(NamedTuple):
    """How a kind of points is drawn: its name in the legend, and a symbol of Vega's.

    size: of its marks; coloured by what they have, or open and black.
    """

    name: str
    symbol: str
    size: int = 90
    coloured: bool = True


GRID = PointKind("Point of the grid", "circle", 110)
ANCHOR = PointKind("Independent model", "diamond", coloured=False)
RATED = PointKind("Trained to given rates", "square", 130)
POLISHED = PointKind("Polished at its β", "triangle-up", 110)
KINDS = (GRID, ANCHOR, RATED, POLISHED)


class PointLabel(NamedTuple):
    """A point by its name in the tables, with what it was trained for: β, or rates in nats."""

    name: str
    values: Sequence[float]
    seed: int


def names(run: Run) -> dict[str, str]:
    """The display names of all points and amortized models, by their names in the tables.

    The kind comes first for points that are not of the grid.
    """
    found: dict[str, str] = {}
    of = run.layers
    found |= display_names(_label(row, "beta", of) for row in run.points)
    for rows, kind in ((run.anchors, ANCHOR), (run.polished, POLISHED)):
        found |= display_names((_label(row, "beta", of) for row in rows), f"{kind.name}, ")
    found |= display_names((_label(row, "target", of) for row in run.rated), "", "R", " nats")
    return found | _shared(run)


def beta_text(row: Row, layers: int) -> str:
    """0.32, 1: the β of a point; "" where it was trained to given rates."""
    values = over_layers(row, "beta", layers)
    return ", ".join(f"{value:g}" for value in values if not math.isnan(value))


def points_of(run: Run) -> str:
    """The word for the points of the grid."""
    return "points of the plane" if run.params.amortized else "models"


def display_names(
    points: Iterable[PointLabel], before: str = "", symbol: str = "β", unit: str = ""
) -> dict[str, str]:
    """Names such as β = (0.32, 1), with the seed where these points have several."""
    every = list(points)
    digits = [_digits(axis) for axis in zip(*(one.values for one in every), strict=True)]
    several = len({one.seed for one in every}) > 1
    return {
        one.name: f"{before}{symbol} = {listing(one.values, digits)}{unit}"
        f"{f', seed {one.seed}' if several else ''}"
        for one in every
    }


def listing(values: Sequence[float], digits: Sequence[int]) -> str:
    """(0.32, 1), or the one value."""
    each = [
        np.format_float_positional(float(f"{value:.{count}g}"), trim="-")
        for value, count in zip(values, digits, strict=True)
    ]
    return f"({', '.join(each)})" if len(each) > 1 else each[0]


def _digits(axis: Iterable[float]) -> int:
    values = set(axis)
    apart = (count for count in DIGITS if len({f"{v:.{count}g}" for v in values}) == len(values))
    return next(apart, DIGITS[-1])


def _label(row: Row, name: str, layers: int) -> PointLabel:
    return PointLabel(row["point"], over_layers(row, name, layers), row["seed"])


def _shared(run: Run) -> dict[str, str]:
    models = run.params.grid.shared() if run.params.amortized else {}
    several = len(models) > 1
    return {name: f"the one model{f', seed {s}' if several else ''}" for s, name in models.items()}


def kinds(run: Run) -> dict[str, str]:
    """The kind of every point, by name."""
    of_kind = zip(KINDS, (run.points, run.anchors, run.rated, run.polished), strict=True)
    return {point["point"]: kind.name for kind, points in of_kind for point in points}


def scatter(
    data: Sequence[Row],
    title: str,
    x: Side,
    y: Side,
    color: Any,
    numbers: Mapping[str, str],
    *beneath: alt.Chart,
) -> Chart:
    """A chart of rows with the columns kind, x, y and the ends of their intervals.

    Independent models are open and black, so that others are seen through them.
    """
    groups = [(kind, [row for row in data if row["kind"] == kind.name]) for kind in KINDS]
    found = [(kind, rows) for kind, rows in groups if rows]
    crowded = sum(len(rows) for kind, rows in found if kind == GRID) > CROWDED
    bare = {GRID} if crowded else set()
    layers: list[Any] = [*beneath]
    for kind, rows in found:
        base = alt.Chart(inline(rows))
        layers += [] if kind in bare else bars(base, x, y)
    for kind, rows in found:
        shown = tooltip(**{name: title for name, title in numbers.items() if name in rows[0]})
        base = alt.Chart(inline(rows)).encode(*placed(x, y), tooltip=shown)
        layers.append(_mark(base, kind, [k for k, _ in found], color, crowded))
    typical = _typical(max((rows for _, rows in found), key=len)) if found else []
    return alt.layer(*layers, title=alt.TitleParams(title, subtitle=typical))


def _mark(
    base: alt.Chart,
    kind: PointKind,
    found: Sequence[PointKind],
    color: Any,
    crowded: bool,
) -> alt.Chart:
    if kind.coloured:
        # an edge, without which yellow marks are lost on white, and dark ones in the dark
        size = 30 if crowded and kind == GRID else kind.size
        edge = (LIMIT, 1) if crowded and kind != GRID else (BAR, 0.5)
        mark = base.mark_point(
            filled=True, opacity=1, size=size, stroke=edge[0], strokeWidth=edge[1]
        )
        mark = mark.encode(color=color)
    else:
        mark = base.mark_point(
            filled=False, size=kind.size, opacity=1, stroke=LIMIT, strokeWidth=1.6
        )
    return mark.encode(shape=_shape(found)) if len(found) > 1 else mark


def _shape(found: Sequence[PointKind]) -> alt.Shape:
    scale = alt.Scale(domain=[k.name for k in found], range=[k.symbol for k in found])
    looks = {"symbolStrokeColor": LIMIT, "symbolFillColor": "transparent", "symbolSize": 80}
    return alt.Shape("kind:N", title=None, scale=scale, legend=legend(**looks))


def _typical(rows: Sequence[Row]) -> list[str]:
    """The median half-widths, in two lines that fit into a narrow panel."""
    halves = [
        f"{median((row[high] - row[low]) / 2 for row in rows):.2g} {side}"
        for side, (low, high) in SIDES.items()
        if low in rows[0]
    ]
    return ["95 % intervals, medians:", f"± {', '.join(halves)}"]
