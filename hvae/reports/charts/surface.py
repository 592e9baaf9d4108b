"""A quantity over given rates as filled bands and contours, for two layers.

Places are joined to triangles by what they were trained to, in (log total, share of z_2), and lie
at the rates that they have on test items. Between places a smooth surface goes through their values
(Clough & Tocher, 1965); outside the triangles there is nothing. Where a value is at least a level
is a region with straight edges: drawn one over another, regions fill a map with few marks.
"""

import functools
import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.interpolate import CloughTocher2DInterpolator
from scipy.spatial import Delaunay, QhullError

from hvae.statistics.estimate import Floats

FINE = 4  # parts of an edge between two places
DECADE = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8)  # of levels, where values differ by factors
ROUNDING = 1e-9  # relative: values that differ by less are equal
BANDS = 10  # about so many levels, where they do not
Corner = int | tuple[int, int]  # a node, or where a level crosses the edge between two
Edge = tuple[Corner, Corner]
Known = tuple[tuple[float, ...], tuple[float, ...], float]  # a target, rates and a value


class LatticeValue(NamedTuple):
    """At one place: what it was trained to and its rates on test items, (R_1, R_2), and a value."""

    target: Sequence[float]
    rates: Sequence[float]
    value: float


class Sheet(NamedTuple):
    """The surface: nodes (n, 2) in (log total, share of z_2), values (n,), triangles (m, 3)."""

    nodes: Floats
    values: Floats
    triangles: np.ndarray

    def at(self, corner: Corner, level: float) -> Floats:
        """Where a corner lies."""
        if isinstance(corner, int):
            return np.asarray(self.nodes[corner])
        (a, b), value = corner, self.values
        part = (level - value[a]) / (value[b] - value[a])
        return np.asarray((1 - part) * self.nodes[a] + part * self.nodes[b])


class FilledBand(NamedTuple):
    """Where values are at least a level, as one closed path; contours, the level's own lines.

    value: what colours the band from this level to the next. Paths are (n, 2): total, share of z_2.
    """

    level: float
    value: float
    path: Floats
    contours: list[Floats]


def bands(found: Iterable[LatticeValue], levels: Sequence[float] | None = None) -> list[FilledBand]:
    """From the lowest band to the highest, to be drawn one over another; none without triangles.

    levels: those of contours; without them round numbers.
    """
    known = [one for one in found if math.isfinite(one.value) and sum(one.target) > 0]
    each = tuple((tuple(one.target), tuple(one.rates), one.value) for one in known)
    return list(_bands(each, None if levels is None else tuple(levels)))


@functools.lru_cache(maxsize=64)
def _bands(known: tuple[Known, ...], levels: tuple[float, ...] | None) -> list[FilledBand]:
    """The same once: several charts of a page show one surface."""
    sheet = _sheet([LatticeValue(*one) for one in known])
    if sheet is None:
        return []
    low, high = float(sheet.values.min()), float(sheet.values.max())
    inside = [one for one in levels or rounded(low, high) if low < one < high]
    ends = [low, *inside, high]
    return [_band(sheet, level, (level + after) / 2) for level, after in pairwise(ends)]


def rounded(low: float, high: float) -> list[float]:
    """Round levels between two values: by factors where these differ by three or more."""
    if low > 0 and high > 3 * low:
        powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        found = [float(f"{digits * 10.0**power:.6g}") for power in powers for digits in DECADE]
    elif high - low > ROUNDING * max(abs(low), abs(high)):
        rough = (high - low) / BANDS
        unit = 10.0 ** math.floor(math.log10(rough))
        step = unit * next(times for times in (1, 2, 5, 10) if times * unit >= rough)
        first = math.ceil(low / step)
        found = [float(f"{step * k:.6g}") for k in range(first, math.floor(high / step) + 1)]
    else:
        found = []
    return [level for level in found if low < level < high]


def _sheet(found: Sequence[LatticeValue]) -> Sheet | None:
    """None where places do not span a surface."""
    if len(found) < 3:
        return None
    targets, measured = (
        _coordinates(np.array(rates))
        for rates in ([one.target for one in found], [one.rates for one in found])
    )
    try:
        corners = Delaunay((targets - targets.min(0)) / np.ptp(targets, 0).clip(1e-9))
    except QhullError:  # all in one line
        return None
    values = np.array([one.value for one in found])
    parts, triangles = _refined(corners.simplices)
    linear, smooth = parts @ values, CloughTocher2DInterpolator(corners, values)
    curved = smooth(parts @ corners.points)
    return Sheet(parts @ measured, np.where(np.isfinite(curved), curved, linear), triangles)


def _coordinates(rates: Floats) -> Floats:
    """(log total, share of z_2) of (P, 2) rates."""
    total = rates.sum(1).clip(1e-9)
    return np.stack([np.log(total), rates[:, 1] / total], axis=1)


def _refined(simplices: np.ndarray) -> tuple[Floats, np.ndarray]:
    """Nodes as weights of the places (n, P), and triangles (m, 3), FINE × FINE for each."""
    found: dict[tuple[tuple[int, int], ...], int] = {}
    triangles = []

    def node(corners: Sequence[int], *steps: int) -> int:
        weights = tuple(sorted((int(c), k) for c, k in zip(corners, steps, strict=True) if k))
        return found.setdefault(weights, len(found))

    for one in simplices:
        for i in range(FINE):
            for j in range(FINE - i):
                k = FINE - i - j
                a, b = node(one, i, j, k), node(one, i + 1, j, k - 1)
                c = node(one, i, j + 1, k - 1)
                triangles.append((a, b, c))
                if k > 1:
                    triangles.append((b, node(one, i + 1, j + 1, k - 2), c))
    weights = np.zeros((len(found), int(simplices.max()) + 1))
    for row, parts in enumerate(found):
        for place, steps in parts:
            weights[row, place] = steps / FINE
    return weights, np.array(triangles)


def _band(sheet: Sheet, level: float, value: float) -> FilledBand:
    edges = _boundary(sheet, level)
    lines = _chained(edge for edge in edges if all(isinstance(end, tuple) for end in edge))
    (path,) = _placed(sheet, [_bridged(_chained(edges))], level)
    return FilledBand(level, value, path, _placed(sheet, lines, level))


def _boundary(sheet: Sheet, level: float) -> list[Edge]:
    """Of the region where values are at least the level, which is on the left of each edge."""
    found: dict[Edge, None] = {}
    for triangle in sheet.triangles:
        corners = _clipped(triangle, sheet.values, level)
        for edge in zip(corners, corners[1:] + corners[:1], strict=True):
            other = edge[1], edge[0]
            if other in found:  # it is between two triangles
                del found[other]
            else:
                found[edge] = None
    return list(found)


def _clipped(triangle: np.ndarray, values: Floats, level: float) -> list[Corner]:
    """The corners of what is left of a triangle."""
    found: list[Corner] = []
    for a, b in zip(triangle.tolist(), np.roll(triangle, -1).tolist(), strict=True):
        if values[a] >= level:
            found.append(a)
        if (values[a] >= level) != (values[b] >= level):
            found.append((min(a, b), max(a, b)))
    return found


def _chained(edges: Iterable[Edge]) -> list[list[Corner]]:
    """Edges that follow each other as lines; a closed one ends where it starts."""
    after: dict[Corner, list[Corner]] = {}
    for start, end in edges:
        after.setdefault(start, []).append(end)
    ends = {end for found in after.values() for end in found}
    lines = []
    for start in sorted(after, key=lambda one: one in ends):  # open lines from their first end
        while after[start]:
            line = [start]
            while after.get(line[-1]):
                line.append(after[line[-1]].pop())
            lines.append(line)
    return lines


def _bridged(rings: Sequence[list[Corner]]) -> list[Corner]:
    """Rings as one path, from each back to the first: there and back again encloses nothing."""
    first, *others = rings
    return [*first, *(corner for ring in others for corner in (*ring, first[0]))]


def _placed(sheet: Sheet, lines: Iterable[Sequence[Corner]], level: float) -> list[Floats]:
    """Lines as total and share of z_2, (n, 2) each."""
    found = [np.array([sheet.at(corner, level) for corner in line]) for line in lines]
    return [np.stack([np.exp(line[:, 0]), line[:, 1]], axis=1) for line in found]
