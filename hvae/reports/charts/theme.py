"""The look of every chart, in one place. Colours are safe for colour-blind readers.

Specifications hold only data and marks. The style is added when they are rendered: `SCREEN` on the
page and in its files, `PAPER` in print. Vega writes colours into the SVG, so in dark mode CSS rules
replace the colours in `DARK`. An exported chart keeps dark marks on white.
"""

import textwrap
from collections.abc import Iterable
from typing import Any, NamedTuple

import altair as alt
import numpy as np

from hvae.statistics.estimate import Row

CATEGORIES = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"]  # Okabe & Ito, 2008
# For many classes: hues of Tol's muted scheme (2021), changed until each has a contrast of 3 : 1
# with white and any two differ by 18 units of CIELAB, also for protan, deutan and tritan readers.
CLASSES = ["#e44951", "#332288", "#c78815", "#117733", "#0277ea"]
CLASSES += ["#882255", "#16a86d", "#443e26", "#aa4499", "#7e7e7e"]
LIMIT = "#111111"
BAR = "#777777"
INK = "#1a1a1a"
FAINT = "#bbbbbb"  # where nothing was measured
SOFT = "#555555"
PAGE = "#ffffff"  # behind charts and around touching marks; the name "white" ignores dark mode
GRID, FRAME, AXIS = "#dddddd", "#cccccc", "#888888"
BEND = 0.3  # nats: where axes of rates turn from linear to logarithmic
INTERVAL = 1.96  # standard errors either side of a mean: 95 %

DARK_PAGE = "#16181c"
DARK = {  # a colour, and its replacement on a dark page
    PAGE: DARK_PAGE,
    INK: "#e6e6e6",
    LIMIT: "#f2f2f2",
    SOFT: "#a8adb4",
    FAINT: "#5a616a",
    FRAME: "#4a5058",
    GRID: "#33383f",
    "#332288": "#a7a7f6",
    "#882255": "#f5bdcf",
    "#443e26": "#dce48e",
}
TITLE_WIDTH = 40  # characters in a line of a title, about 280 pixels in this theme
NOT_DRAWN = ("data", "datasets", "tooltip")


def _style(font: str, heading: int, weight: int) -> dict[str, Any]:
    """A Vega-Lite configuration: font, sizes in pixels, and the colours above."""
    label, title = 12, 13
    colors = {"labelColor": INK, "titleColor": INK}
    sizes = {"labelFontSize": label, "titleFontSize": title}
    lines = {"domainColor": AXIS, "tickColor": AXIS, "gridColor": GRID}
    below = {"bottom": {"anchor": "start", "direction": "vertical", "margin": 6}}
    legend = {
        "titleFontSize": label,
        "orient": "bottom",
        "layout": below,
        "columns": 2,
        "offset": 8,
    }
    heads = {"fontSize": heading, "fontWeight": weight, "subtitleFontSize": label - 1}
    places = {"anchor": "start", "offset": 10, "color": INK, "subtitleColor": SOFT}
    return {
        "background": PAGE,
        "font": font,
        "axis": sizes | colors | lines | {"titleFontWeight": 500},
        "legend": sizes | colors | legend,
        "header": sizes | colors,
        "title": heads | places,
        "view": {"stroke": FRAME},
        "range": {"category": CATEGORIES, "ramp": {"scheme": "viridis"}},
    }


# DejaVu has the index in z₁, which other fonts lack; without it the whole line changes its font.
SCREEN = _style("system-ui, 'DejaVu Sans', sans-serif", 14, 600)
PAPER = _style("'STIX Two Text', 'Times New Roman', 'DejaVu Serif', serif", 13, 400)
PAPER_WIDTH = 234  # points: 3.25 inches, a column of most proceedings
PAPER_DRAWN = 377  # pixels in this width, so that 13 pixels are 8 points


@alt.theme.register("hvae", enable=True)
def theme() -> Any:
    """The defaults of every chart: a width that follows the page, and a height without legends."""
    fitted = {"autosize": {"type": "fit-x", "contains": "padding"}}
    return {"width": "container", "height": 222} | fitted


def rate_scale(highest: float, lowest: float = 0) -> alt.Scale:
    """A scale that is linear near zero, where layers carry nothing, and logarithmic above."""
    domain = [min(-0.05, 1.15 * lowest), 1.15 * highest]
    return alt.Scale(type="symlog", constant=BEND, domain=domain, nice=False)


def rate_ticks() -> alt.Axis:
    """An axis with ticks at round numbers of nats."""
    ticks = [0, 0.3, 1, 3, 10, 30, 100, 300, 1000]
    below = [-tick for tick in reversed(ticks[1:])]
    return alt.Axis(values=below + ticks, labelExpr="format(datum.value, '~r')")


def rate_of(lowest: int, layers: int) -> str:
    """The rate of layer `lowest`, given the layers above it, as text such as R(z₁ | z₂)."""
    above = f" | {span(lowest + 1, layers)}" if lowest < layers else ""
    return f"R(z{sub(lowest)}{above})"


def span(lowest: int, highest: int) -> str:
    """The latents of the layers from `lowest` to `highest` as text: z₂, or z₂, z₃."""
    return ", ".join(f"z{sub(layer)}" for layer in range(lowest, highest + 1))


def sub(layer: int) -> str:
    """A layer's number as a subscript, as in β₁."""
    return str(layer).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def wrapped(part: Any) -> Any:
    """A specification, or a part of one, with each long title split into lines."""
    if isinstance(part, list):
        return [wrapped(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {key: _wrapped(key, value) for key, value in part.items()}


def _wrapped(key: str, value: Any) -> Any:
    if key in NOT_DRAWN:
        return value
    if key == "title" and isinstance(value, dict) and isinstance(value.get("text"), str):
        return wrapped(value) | {"text": lines(value["text"])}
    if key in ("title", "subtitle") and isinstance(value, str):
        return lines(value)
    return wrapped(value)


def lines(title: str) -> str | list[str]:
    """The lines of a long title; a short title unchanged."""
    found = textwrap.wrap(title, TITLE_WIDTH)
    return found if len(found) > 1 else title


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


def inline(rows: Iterable[Row]) -> alt.Data:
    """Rows as a chart's data: a tuple, since each layer that uses a list gets a copy of its own."""
    return alt.Data(values=tuple(rows))


def curves(values: list[Row], x: Side, y: Side) -> alt.Chart:
    """Black curves of the columns x and y, with different dashes; a legend names each `line`."""
    names = list(dict.fromkeys(row["line"] for row in values))
    return (
        alt.Chart(inline(values))
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
