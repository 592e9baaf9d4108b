"""Where points landed: one mark a point, told apart by what kind of point it is.

People read β in place of the names of the tables, and the seed where there are several.

A grid of many points is drawn with small marks and no bars, which would hide each other: the
median half-widths of their 95 % intervals then stand under the title.
"""

from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple

import altair as alt
import numpy as np

from hvae.io.tables import betas
from hvae.reports.charts.marks import Chart, Side, bars, legend, placed, tooltip
from hvae.reports.charts.theme import BAR, LIMIT
from hvae.results.run import Run
from hvae.statistics.estimate import Row

DIGITS = range(2, 7)  # of β: as few as tell all values of an axis apart
CROWDED = 100  # marks, beyond which bars hide each other
SIDES = {"across": ("x_low", "x_high"), "up": ("y_low", "y_high"), "in colour": ("low", "high")}


class PointKind(NamedTuple):
    """How a kind of points is drawn: its name in the legend, and a symbol of Vega's or a path."""

    name: str
    symbol: str


GRID = PointKind("Point of the grid", "circle")
ANCHOR = PointKind("Independent model", "diamond")
TARGET = PointKind("Asked for by its rates", "M-1,-1L1,1M1,-1L-1,1")
KINDS = (GRID, ANCHOR, TARGET)


class PointLabel(NamedTuple):
    """A point by its name in the tables, with what people tell it by."""

    name: str
    beta: Sequence[float]
    seed: int


def names(run: Run) -> dict[str, str]:
    """Of every point and every amortized model; other kinds than the grid's are named."""
    found: dict[str, str] = {}
    for kind, rows in zip(KINDS, (run.points, run.anchors, run.targets), strict=True):
        before = "" if kind == GRID else f"{kind.name}, "
        found |= called((_named(row, run.layers) for row in rows), before)
    return found | _shared(run)


def points_of(run: Run) -> str:
    """What a point of the grid is."""
    return "points of the plane" if run.params.amortized else "models"


def called(points: Iterable[PointLabel], before: str = "") -> dict[str, str]:
    """β = (0.32, 1), and the seed where these points have several."""
    every = list(points)
    digits = [_digits(axis) for axis in zip(*(one.beta for one in every), strict=True)]
    several = len({one.seed for one in every}) > 1
    return {
        one.name: f"{before}β = {beta(one.beta, digits)}{f', seed {one.seed}' if several else ''}"
        for one in every
    }


def beta(values: Sequence[float], digits: Sequence[int]) -> str:
    """(β_1, …, β_L), or the one β."""
    each = [
        np.format_float_positional(float(f"{value:.{count}g}"), trim="-")
        for value, count in zip(values, digits, strict=True)
    ]
    return f"({', '.join(each)})" if len(each) > 1 else each[0]


def _digits(axis: Iterable[float]) -> int:
    values = set(axis)
    apart = (count for count in DIGITS if len({f"{v:.{count}g}" for v in values}) == len(values))
    return next(apart, DIGITS[-1])


def _named(row: Row, layers: int) -> PointLabel:
    return PointLabel(row["point"], betas(row, layers), row["seed"])


def _shared(run: Run) -> dict[str, str]:
    models = run.params.grid.shared() if run.params.amortized else {}
    several = len(models) > 1
    return {name: f"the one model{f', seed {s}' if several else ''}" for s, name in models.items()}


def kinds(run: Run) -> dict[str, str]:
    """The kind of every point, by name."""
    of_kind = zip(KINDS, (run.points, run.anchors, run.targets), strict=True)
    return {point["point"]: kind.name for kind, points in of_kind for point in points}


def landed(
    data: Sequence[Row],
    title: str,
    x: Side,
    y: Side,
    color: Any,
    numbers: Mapping[str, str],
    *beneath: alt.Chart,
) -> Chart:
    """Rows with the columns kind, x and y with their ends, and `numbers`, titled, in the tooltip.

    Points of the grid take the colour; others are open and black, so that it is seen through them.
    """
    groups = [(kind, [row for row in data if row["kind"] == kind.name]) for kind in KINDS]
    found = [(kind, rows) for kind, rows in groups if rows]
    crowded = sum(len(rows) for kind, rows in found if kind == GRID) > CROWDED
    bare = {GRID} if crowded else set()
    layers: list[Any] = []
    for kind, rows in found:
        base = alt.Chart(alt.Data(values=rows))
        layers += [] if kind in bare else bars(base, x, y)
    layers += beneath
    for kind, rows in found:
        shown = tooltip(**{name: title for name, title in numbers.items() if name in rows[0]})
        base = alt.Chart(alt.Data(values=rows)).encode(*placed(x, y), tooltip=shown)
        layers.append(_mark(base, kind, [k for k, _ in found], color, crowded))
    heading = alt.TitleParams(title, subtitle=_typical(groups[0][1])) if crowded else title
    return alt.layer(*layers, title=heading)


def _mark(
    base: alt.Chart,
    kind: PointKind,
    found: Sequence[PointKind],
    color: Any,
    crowded: bool,
) -> alt.Chart:
    if kind == GRID:
        # an edge, without which yellow marks are lost on white, and dark ones in the dark
        size = 30 if crowded else 110
        mark = base.mark_point(filled=True, opacity=1, size=size, stroke=BAR, strokeWidth=0.5)
        mark = mark.encode(color=color)
    else:
        mark = base.mark_point(filled=False, size=90, opacity=1, stroke=LIMIT, strokeWidth=1.6)
    return mark.encode(shape=_shape(found)) if len(found) > 1 else mark


def _shape(found: Sequence[PointKind]) -> alt.Shape:
    scale = alt.Scale(domain=[k.name for k in found], range=[k.symbol for k in found])
    looks = {"symbolStrokeColor": LIMIT, "symbolFillColor": "transparent", "symbolSize": 80}
    return alt.Shape("kind:N", title=None, scale=scale, legend=legend(**looks))


def _typical(rows: Sequence[Row]) -> list[str]:
    """In two lines, which a narrow panel has room for."""
    halves = [
        f"{median((row[high] - row[low]) / 2 for row in rows):.2g} {side}"
        for side, (low, high) in SIDES.items()
        if low in rows[0]
    ]
    return ["95 % intervals, medians:", f"± {', '.join(halves)}"]
