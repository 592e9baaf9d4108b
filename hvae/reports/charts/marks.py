"""Marks that charts share: points with 95 % intervals along both axes, and named curves."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import altair as alt
import numpy as np

from hvae.reports.charts.theme import BAR, INTERVAL, LIMIT, rate_scale, rate_ticks
from hvae.statistics.estimate import Row

Chart = alt.LayerChart | alt.FacetChart  # a chart of several layers

POINTS = 150  # points of a curve
DASHES = [[1, 0], [7, 4], [2, 3]]


class Side(NamedTuple):
    """An axis: its title with the unit, its scale and its ticks."""

    title: str
    scale: alt.Scale
    ticks: alt.Axis


def nats(title: str, values: Iterable[float]) -> Side:
    """An axis in nats that includes zero and these values."""
    values = [0.0, 0.1, *values]
    return Side(f"{title} (nats per item)", rate_scale(max(values), min(values)), rate_ticks())


def ends(name: str, value: float, std_error: float) -> Row:
    """The columns `name`, `name_low` and `name_high`: a value and its 95 % interval."""
    half = INTERVAL * std_error
    return {name: value, f"{name}_low": value - half, f"{name}_high": value + half}


def placed(x: Side, y: Side) -> tuple[alt.X, alt.Y]:
    """The position of a mark, from the columns x and y."""
    return _x("x", x), _y("y", y)


def bars(base: alt.Chart, x: Side, y: Side) -> list[alt.Chart]:
    """A bar along each axis from the columns x_low, x_high, y_low and y_high."""
    rules = base.mark_rule(color=BAR, clip=True)
    return [
        rules.encode(_x("x_low", x), _y("y", y), x2="x_high:Q"),
        rules.encode(_x("x", x), _y("y_low", y), y2="y_high:Q"),
    ]


def _x(column: str, side: Side) -> alt.X:
    return alt.X(f"{column}:Q", title=side.title, scale=side.scale, axis=side.ticks)


def _y(column: str, side: Side) -> alt.Y:
    return alt.Y(f"{column}:Q", title=side.title, scale=side.scale, axis=side.ticks)


def curves(values: list[Row], x: Side, y: Side) -> alt.Chart:
    """Black curves of the columns x and y, with different dashes; a legend names each `line`."""
    names = list(dict.fromkeys(row["line"] for row in values))
    return (
        alt.Chart(alt.Data(values=values))
        .mark_line(color=LIMIT, strokeWidth=2, clip=True)
        .encode(
            *placed(x, y),
            alt.StrokeDash(
                "line:N",
                title=None,
                scale=alt.Scale(domain=names, range=DASHES[: len(names)]),
                legend=legend(symbolType="stroke", symbolStrokeColor=LIMIT, symbolSize=400),
            ),
        )
    )


def legend(**options: Any) -> alt.Legend:
    """A legend with one full name on each line, so that narrow screens show it too."""
    return alt.Legend(columns=1, labelLimit=0, **options)


def spread(highest: float) -> np.ndarray:
    """Rates from 0 to `highest`, denser near 0, where a curve is evaluated."""
    return np.expm1(np.linspace(0, np.log1p(highest), POINTS))


def tooltip(**titles: str) -> list[alt.Tooltip]:
    """A tooltip with the point's name, then the numbers of these columns under these titles."""
    numbers = [alt.Tooltip(f"{name}:Q", title=t, format=".4~g") for name, t in titles.items()]
    return [alt.Tooltip("point:N"), *numbers]
