"""Distortion and PSNR against the total rate, with what time sharing between the points reaches."""

import math
import re

import altair as alt

from hvae.reports.charts.marks import Chart, Side, curves, ends, nats
from hvae.reports.charts.scatter import kinds, landed
from hvae.reports.charts.theme import CATEGORIES, span
from hvae.reports.sections.hull import along, lower_hull
from hvae.reports.sections.plane import MSE, VALUES, Metric, distortion
from hvae.results.exactness import betas
from hvae.results.experiment import Run
from hvae.results.kinds import Row

HEIGHT = 480  # legends take a good part
LOWER, UPPER = "Lower convex hull: time sharing", "Upper hull: mixed squared errors"


def metrics(run: Run) -> list[Metric]:
    """Distortion, and PSNR or else the squared error."""
    psnr, mse = Metric("psnr", "PSNR, z sampled (dB)"), Metric("mse", MSE)
    title = f"{distortion(run)} (nats per item)"
    return [Metric("distortion", title), psnr if run.test.bounded else mse]


def rows(run: Run, metric: Metric) -> list[Row]:
    """A row a trained point: total rate (x) and the metric (y), with 95 % intervals.

    above: the part of the rate that the layers above z_1 spend, in nats; of two layers or more.
    """
    values, kind = VALUES[metric.name](run), kinds(run)
    return [
        {
            "point": name,
            "kind": kind[name],
            "beta": ", ".join(f"{beta:g}" for beta in betas(point)),
            **ends("x", *run.rates[name][0]),
            **dict(zip(("y", "y_low", "y_high"), values[name], strict=True)),
            **({"above": run.rates[name][1].value} if run.layers > 1 else {}),
        }
        for point in run.measured
        for name in [point["point"]]
    ]


def hull(run: Run, metric: Metric) -> list[Row]:
    """The curve over the points of the grid; of PSNR, that of the squared error in decibels.

    Time sharing mixes squared errors, not their logarithms.
    """
    decibels = metric.name == "psnr"
    values = VALUES["mse" if decibels else metric.name](run)
    vertices = lower_hull(
        (run.rates[name][0].value, values[name][0])
        for name in (point["point"] for point in run.trained)
    )
    line = UPPER if decibels else LOWER
    return [
        {"x": x, "y": -10 * math.log10(y) if decibels else y, "line": line}
        for x, y in along(vertices)
    ]


def tradeoff(run: Run, metric: Metric) -> Chart:
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
    chart = landed(data, title, x, y, color, numbers, curves(hull(run, metric), x, y))
    return chart.properties(height=HEIGHT)
