"""The lower convex hull of points: what time sharing between them reaches."""

import itertools
from collections.abc import Iterable, Sequence

import numpy as np

Vertex = tuple[float, float]
BETWEEN = 25  # places of a segment at which a curve is drawn, since axes may bend it


def lower_hull(points: Iterable[Vertex]) -> list[Vertex]:
    """Vertices (rate, value), from the lowest rate to the lowest value, by falling steepness.

    Andrew's monotone chain (1979), cut where values would rise again. Using one model for a share
    of the items and another for the rest gives the means of their rates and of their values, and so
    every place on the segment between them; no such mixture of the points lies below.
    """
    hull: list[Vertex] = []
    for point in sorted(set(points)):
        while len(hull) > 1 and _turn(hull[-2], hull[-1], point) <= 0:
            hull.pop()
        hull.append(point)
    lowest = min(range(len(hull)), key=lambda place: hull[place][1], default=-1)
    return hull[: lowest + 1]


def along(hull: Sequence[Vertex]) -> list[Vertex]:
    """Places on the hull, its vertices among them, close enough for a curve."""
    if len(hull) < 2:
        return list(hull)
    steps = np.linspace(0, 1, BETWEEN, endpoint=False)
    return [
        (float(a[0] + t * (b[0] - a[0])), float(a[1] + t * (b[1] - a[1])))
        for a, b in itertools.pairwise(hull)
        for t in steps
    ] + [hull[-1]]


def _turn(a: Vertex, b: Vertex, c: Vertex) -> float:
    """Above 0 where the way from a over b to c turns left, so that b is below the line ac."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
