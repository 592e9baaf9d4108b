"""The look of every chart, in one place. Colours are safe for colour-blind readers.

Specifications carry data and marks alone. Their style is chosen where they are drawn: `SCREEN` on
the page and in its files, `PAPER` in print. Vega writes colours into the SVG, so dark mode
exchanges those of `DARK` by rules of CSS: what a reader exports stays dark on white.
"""

import textwrap
from typing import Any

import altair as alt

CATEGORIES = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"]  # Okabe & Ito, 2008
# Of many classes: hues of Tol's muted scheme (2021), moved until each stands 3 : 1 against white
# and any two differ by 18 units of CIELAB, also as seen by protan, deutan and tritan readers.
CLASSES = ["#e44951", "#332288", "#c78815", "#117733", "#0277ea"]
CLASSES += ["#882255", "#16a86d", "#443e26", "#aa4499", "#7e7e7e"]
LIMIT = "#111111"
BAR = "#777777"
INK = "#1a1a1a"
FAINT = "#bbbbbb"  # where nothing was measured
SOFT = "#555555"
PAGE = "#ffffff"  # behind charts, and around marks that touch: "white" is white in the dark too
GRID, FRAME, AXIS = "#dddddd", "#cccccc", "#888888"
INTERVAL = 1.96  # standard errors either side of a mean: 95 %

DARK_PAGE = "#16181c"
DARK = {  # a colour: what stands for it on a dark page
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
TITLE_WIDTH = 40  # characters of a title: some 280 pixels at the sizes of the theme
NOT_DRAWN = ("data", "datasets", "tooltip")


def _style(font: str, heading: int, weight: int) -> dict[str, Any]:
    """A configuration of Vega-Lite's: font, sizes in pixels, and the colours above."""
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


# DejaVu has the indices of z₁, which other fonts lack: without it the whole line would change font.
SCREEN = _style("system-ui, 'DejaVu Sans', sans-serif", 14, 600)
PAPER = _style("'STIX Two Text', 'Times New Roman', 'DejaVu Serif', serif", 13, 400)
PAPER_WIDTH = 234  # points: 3.25 inches, a column of most proceedings
PAPER_DRAWN = 377  # pixels that are drawn in it, so that 13 of them are 8 points


@alt.theme.register("hvae", enable=True)
def theme() -> Any:
    """A width that follows the page, and the frame of every chart."""
    fitted = {"autosize": {"type": "fit", "contains": "padding"}}
    return {"width": "container", "height": 380} | fitted


def rate_scale(highest: float, lowest: float = 0) -> alt.Scale:
    """Linear near zero, where layers close, and logarithmic above, with some room at the ends."""
    domain = [min(-0.05, 1.15 * lowest), 1.15 * highest]
    return alt.Scale(type="symlog", constant=0.3, domain=domain, nice=False)


def rate_ticks() -> alt.Axis:
    """Round numbers of nats."""
    ticks = [0, 0.3, 1, 3, 10, 30, 100, 300, 1000]
    below = [-tick for tick in reversed(ticks[1:])]
    return alt.Axis(values=below + ticks, labelExpr="format(datum.value, '~r')")


def rate_of(lowest: int, layers: int) -> str:
    """R(z_1 | z_2) and the like, in words that a chart can show.

    The rate of layer `lowest` alone, given the layers above it.
    """
    above = f" | {span(lowest + 1, layers)}" if lowest < layers else ""
    return f"R(z{sub(lowest)}{above})"


def span(lowest: int, highest: int) -> str:
    """The latents of the layers from `lowest` to `highest`: z₂, or z₂, z₃."""
    return ", ".join(f"z{sub(layer)}" for layer in range(lowest, highest + 1))


def sub(layer: int) -> str:
    """A layer's number as an index: β₁."""
    return str(layer).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def wrapped(part: Any) -> Any:
    """The specification, or a part of it, with each long title as a list of lines."""
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
    """A short title as it is, else its lines."""
    found = textwrap.wrap(title, TITLE_WIDTH)
    return found if len(found) > 1 else title
