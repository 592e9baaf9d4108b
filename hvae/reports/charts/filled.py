"""Maps of two layers that are filled from the points at given rates, with contours of equal D.

A map is over (R_1, R_2), or over the total and the share of it that z_2 has. The fill stands
beneath a map's marks and takes no notice of the mouse.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import fmean
from typing import Any, NamedTuple

import altair as alt
import numpy as np

from hvae.io.tables import over_layers
from hvae.reports.charts.surface import FilledBand, LatticeValue
from hvae.reports.charts.theme import BEND, LIMIT, PAGE, Side, inline, placed
from hvae.results.run import Run
from hvae.statistics.estimate import Floats, Row

DIGITS = 4  # of coordinates on the page
THICKNESS = 0.006  # by which a path may be off: about a pixel, of axes that are 2 to 5 long
LABELS = (0.44, 0.5, 0.38, 0.56, 0.31, 0.62, 0.25, 0.7, 0.19, 0.76, 0.13, 0.82, 0.08, 0.88, 0.94)
# of a line's length: where its label may stand
APART = (0.28, 0.07)  # of a map's width and height: labels that are nearer would overlap
COVERED = (0.08, 0.05)  # the same for a label and a mark
ROOM = 0.06  # part of the whole share that axes leave at the ends


class MapAxes(NamedTuple):
    """Of a map over the share of z_2 and the total, or else over R_1 and R_2."""

    x: Side
    y: Side
    shares: bool = False

    def columns(self, path: Floats) -> Row:
        """A path (n, 2) of totals and shares by its columns x and y, without needless corners."""
        x, y = self.places(path)
        drawn = [2 * x, np.log(y)] if self.shares else [np.log1p(r / BEND) for r in (x, y)]
        kept = _needed(np.stack(drawn, axis=1))
        return {"x": _short(x[kept]), "y": _short(y[kept])}

    def places(self, path: Floats) -> tuple[Floats, Floats]:
        """x and y of totals and shares, (n, 2)."""
        total, share = path.T
        return (share, total) if self.shares else (total * (1 - share), total * share)

    def parts(self, x: Floats, y: Floats) -> Floats:
        """Where places are between the ends of each axis, from 0 to 1, (n, 2)."""
        return np.stack([_part(x, self.x), _part(y, self.y)], axis=1)


def _needed(path: Floats) -> Floats:
    """The corners of a path (n, 2) that it takes to draw it (Douglas & Peucker, 1973), (n,)."""
    kept = np.zeros(len(path), dtype=bool)
    kept[[0, -1]] = True
    parts = [(0, len(path) - 1)]
    while parts:
        first, last = parts.pop()
        inside, along = path[first + 1 : last] - path[first], path[last] - path[first]
        length = float(np.hypot(*along))
        away = (
            np.abs(inside[:, 0] * along[1] - inside[:, 1] * along[0]) / length
            if length
            else (np.hypot(*inside.T))
        )
        if len(away) and away.max() > THICKNESS:
            middle = first + 1 + int(away.argmax())
            kept[middle] = True
            parts += [(first, middle), (middle, last)]
    return kept


def _short(values: Floats) -> list[float]:
    return [float(f"{value:.{DIGITS}g}") for value in values]


def share_axes(totals: Iterable[float]) -> MapAxes:
    """The share across, all of it, and up the totals, which differ by factors."""
    found = sorted({float(f"{total:.3g}") for total in totals})
    across = alt.Scale(domain=[-ROOM, 1 + ROOM], nice=False)
    up = alt.Scale(type="log", domain=[found[0] / 1.2, found[-1] * 1.2], nice=False)
    ticks = alt.Axis(values=[0, 0.25, 0.5, 0.75, 1], format=".0%")
    return MapAxes(
        Side("Share of z₂ in the total rate", across, ticks),
        Side("Total rate (nats per item)", up, alt.Axis(values=found, format="~r")),
        shares=True,
    )


def extent(values: Iterable[float]) -> list[float]:
    """The least and the most: marks and what is filled beneath them share the colours between."""
    found = [value for value in values if math.isfinite(value)]
    return [min(found, default=0.0), max(found, default=1.0)]


def lattice(run: Run, values: Mapping[str, float]) -> list[LatticeValue]:
    """At each place of given rates the mean over seeds of a value of its points, by name.

    Without points that have no value, or that could not be trained to their rates.
    """
    there: dict[tuple[float, ...], list[Row]] = {}
    for row in run.rated:
        if row["point"] in values and row["status"] in ("ok", "unconverged"):
            there.setdefault(over_layers(row, "target", run.layers), []).append(row)
    return [
        LatticeValue(
            target,
            [fmean(row[f"rate_{k}"] for row in rows) for k in range(1, run.layers + 1)],
            fmean(values[row["point"]] for row in rows),
        )
        for target, rows in there.items()
    ]


def filled(found: Sequence[FilledBand], axes: MapAxes, color: alt.Color) -> list[alt.Chart]:
    """The bands, lowest first, in the colours of the marks."""
    rows = [{"value": one.value} | axes.columns(one.path) for one in found]
    return [_paths(rows, axes, "value", filled=True, strokeWidth=0).encode(color)] if rows else []


def contours(
    found: Sequence[FilledBand], axes: MapAxes, name: str, marks: Sequence[Row] = ()
) -> list[alt.Chart]:
    """Lines of equal value, each with the name of what is equal and its number.

    marks: at x and y, where a label would be covered.
    """
    lines = [(one.level, line) for one in found for line in one.contours]
    if not lines:
        return []
    rows = [
        {"line": k, "level": level} | axes.columns(line) for k, (level, line) in enumerate(lines)
    ]
    covered = axes.parts(*(np.array([mark[side] for mark in marks]) for side in ("x", "y")))
    texts = []
    for k, corner in _labelled([axes.parts(*axes.places(line)) for _, line in lines], covered):
        x, y = axes.columns(lines[k][1][[corner]]).values()
        texts.append({"text": f"{name} {lines[k][0]:g}", "x": x[0], "y": y[0]})
    at = alt.Chart(inline(texts)).encode(*placed(axes.x, axes.y), alt.Text("text:N"))
    # a halo, and the text on it
    looks: list[dict[str, Any]] = [{"stroke": PAGE, "strokeWidth": 3}, {"fill": LIMIT}]
    labels = [at.mark_text(fontSize=10, clip=True, tooltip=False, **one) for one in looks]
    return [_paths(rows, axes, "line", stroke=LIMIT, strokeWidth=0.7), *labels]


def _labelled(lines: Sequence[Floats], marks: Floats) -> Iterator[tuple[int, int]]:
    """The lines that have a label, and at which of their corners: where it meets no other.

    Long lines choose first, and among places for a label one that no mark covers. One without room
    for a label has none. Lines and marks are parts of a map's width and height, (n, 2).
    """
    taken: list[Floats] = []
    for k in sorted(range(len(lines)), key=lambda k: -float(np.ptp(lines[k], axis=0).sum())):
        free = [at for at in _corners(lines[k]) if _clear(lines[k][at], taken, APART)]
        if free:
            beside = (at for at in free if _clear(lines[k][at], marks, COVERED))
            at = next(beside, free[0])
            taken.append(lines[k][at])
            yield k, at


def _corners(line: Floats) -> list[int]:
    """Where along a line (n, 2) its label may stand."""
    along = np.append(0, np.hypot(*np.diff(line, axis=0).T).cumsum())
    return [int(np.searchsorted(along, part * along[-1])) for part in LABELS]


def _clear(place: Floats, others: Iterable[Floats], apart: tuple[float, float]) -> bool:
    return all((np.abs(place - one) > apart).any() for one in others)


def _part(values: Floats, side: Side) -> Floats:
    """Where values stand on an axis, from 0 to 1 between the ends of its scale."""
    scale = side.scale.to_dict()
    found = np.array([*scale["domain"], *values], dtype=float)
    if scale.get("type") == "log":
        found = np.log(found)
    elif scale.get("type") == "symlog":
        found = np.sign(found) * np.log1p(np.abs(found) / scale["constant"])
    low, high, *_ = found
    return np.asarray((found[2:] - low) / (high - low))


def _paths(rows: list[Row], axes: MapAxes, of: str, **looks: Any) -> alt.Chart:
    """Lines through the places of each row, in their order."""
    return (
        alt.Chart(inline(rows))
        .transform_flatten(["x", "y"])
        .transform_window(place="row_number()")
        .mark_line(clip=True, tooltip=False, **looks)
        .encode(*placed(axes.x, axes.y), alt.Detail(f"{of}:N"), alt.Order("place:Q"))
    )
