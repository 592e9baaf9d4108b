"""The look of every chart, in one place. Colours are safe for colour-blind readers."""

from typing import Any

import altair as alt

CATEGORIES = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"]  # Okabe & Ito, 2008
# Of many classes, muted (Tol, Colour schemes, 2021).
CLASSES = ["#cc6677", "#332288", "#ddcc77", "#117733", "#88ccee"]
CLASSES += ["#882255", "#44aa99", "#999933", "#aa4499", "#aaaaaa"]
LIMIT = "#111111"
BAR = "#777777"
INTERVAL = 1.96  # standard errors either side of a mean: 95 %


@alt.theme.register("hvae", enable=True)
def theme() -> Any:
    """Plain axes, readable sizes, and a width that follows the page."""
    below = {"bottom": {"anchor": "start", "direction": "vertical", "margin": 6}}
    config = {
        "font": "system-ui, sans-serif",
        "axis": {"labelFontSize": 12, "titleFontSize": 13, "titleFontWeight": 500},
        "legend": {"labelFontSize": 12, "titleFontSize": 12, "orient": "bottom", "layout": below},
        "title": {"fontSize": 14, "fontWeight": 600, "anchor": "start", "offset": 10},
        "view": {"stroke": "#cccccc"},
        "range": {"category": CATEGORIES, "ramp": {"scheme": "viridis"}},
    }
    size = {"width": "container", "height": 380}
    return size | {"autosize": {"type": "fit", "contains": "padding"}, "config": config}


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
