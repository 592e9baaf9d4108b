"""Distortion and PSNR against the total rate, with the convex hull of the points.

Time sharing between points reaches every place on their hull.
"""

import itertools
import math
import re
from collections.abc import Iterable, Iterator, Sequence

import altair as alt
import numpy as np

from hvae.reports.charts.scatter import beta_text, kinds, scatter
from hvae.reports.charts.theme import CATEGORIES, Chart, Side, curves, ends, nats, span
from hvae.reports.render import Figure, ReportSection, figure
from hvae.reports.sections.plane import VALUES, PlaneMetric, of_distortion, of_error
from hvae.results.run import Run
from hvae.statistics.estimate import Row

Vertex = tuple[float, float]
BETWEEN = 25  # places of a segment at which a curve is drawn, since axes may bend it
HEIGHT = 280
LOWER, UPPER = "Lower convex hull: time sharing", "Upper hull: mixed squared errors"


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


def metrics(run: Run) -> list[PlaneMetric]:
    """Distortion, and PSNR or else the squared error."""
    return [of_distortion(run), of_error(run)]


def rows(run: Run, metric: PlaneMetric) -> list[Row]:
    """A row a trained point: total rate (x) and the metric (y), with 95 % intervals.

    above: the part of the rate that the layers above z_1 spend, in nats; of two layers or more.
    """
    values, kind = VALUES[metric.name](run), kinds(run)
    return [
        {
            "point": name,
            "kind": kind[name],
            "beta": beta_text(point, run.layers),
            **ends("x", *run.rates[name][0]),
            **dict(zip(("y", "y_low", "y_high"), values[name], strict=True)),
            **({"above": run.rates[name][1].value} if run.layers > 1 else {}),
        }
        for point in run.measured
        for name in [point["point"]]
    ]


def hull(run: Run, metric: PlaneMetric) -> list[Row]:
    """The curve over all but independent models beside a plane.

    Of PSNR it is that of the squared error in decibels: time sharing mixes squared errors and not
    their logarithms.
    """
    decibels = metric.name == "psnr"
    values = VALUES["mse" if decibels else metric.name](run)
    vertices = lower_hull(
        (run.rates[name][0].value, values[name][0])
        for name in (point["point"] for point in run.own)
    )
    line = UPPER if decibels else LOWER
    return [
        {"x": x, "y": -10 * math.log10(y) if decibels else y, "line": line}
        for x, y in along(vertices)
    ]


def tradeoff(run: Run, metric: PlaneMetric) -> Chart:
    """A mark a point, coloured by how much of the rate is above z_1, and the hull."""
    data = rows(run, metric)
    x = nats(f"Total rate R({span(1, run.layers)})", [row["x_high"] for row in data])
    y = Side(metric.title, alt.Scale(zero=False), alt.Axis())
    numbers = {"x": "total rate (nats)", "x_low": "rate from", "x_high": "rate to"}
    numbers |= {"y": metric.title, "y_low": "95 % from", "y_high": "95 % to"}
    color: alt.Color | alt.Value = alt.value(CATEGORIES[0])
    if run.layers > 1:
        upper = f"R({span(2, run.layers)}) (nats per item)"
        color, numbers = alt.Color("above:Q", title=upper), numbers | {"above": upper}
    title = f"{re.split(r',| [(]', metric.title)[0]} against total rate"
    chart = scatter(data, title, x, y, color, numbers, curves(hull(run, metric), x, y))
    return chart.properties(height=HEIGHT)


def _applies(run: Run) -> bool:
    return bool(run.trained)


def _figures(run: Run) -> Iterator[Figure]:
    """D, and PSNR or the squared error."""
    for metric in metrics(run):
        text = f"{metric.title} against the total rate, with the convex hull"
        yield figure(f"tradeoff-{metric.name}", "tradeoff", tradeoff(run, metric), text)


SECTION = ReportSection(
    "tradeoff",
    "Distortion against the total rate",
    "sections/tradeoff.html",
    applies=_applies,
    figures=_figures,
)
