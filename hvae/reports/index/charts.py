"""The charts that the page fills with what is chosen: specifications without data."""

from typing import Any

import altair as alt

from hvae.reports.charts.marks import Chart, legend
from hvae.reports.charts.theme import CATEGORIES, rate_ticks

# With the four colours of the theme these tell twelve experiments apart, the first four by both.
SYMBOLS = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"]
FADED = 0.35  # of a difference that may be chance
SCALE = alt.Scale(type="symlog", constant=0.3, nice=False, padding=14)


def charts() -> dict[str, Any]:
    """By name: the rates of all that are chosen, a metric against total rate, and a difference."""
    found = {"plane": plane(), "metric": metric(), "difference": difference()}
    return {name: chart.to_dict() for name, chart in found.items()}


def plane() -> alt.Chart:
    """R_1 across and R_{≥2} up, a mark a place."""
    up = alt.Y("y:Q", title="Rate above z₁ (nats per item)", scale=SCALE, axis=rate_ticks())
    return _marks("Rate of z₁ (nats per item)", up)


def metric() -> alt.Chart:
    """The metric, whose title the page sets, against R_total."""
    return _marks("Total rate (nats per item)", alt.Y("y:Q", scale=alt.Scale(zero=False)))


def difference() -> Chart:
    """Second less first over (β_1, β_2); a dot and a fainter colour where it may be chance."""
    base = alt.Chart(alt.NamedData("rows")).encode(
        _beta(alt.X, "beta_1:O", "β₁"),
        _beta(alt.Y, "beta_2:O", "β₂").sort("descending"),
        tooltip=[alt.Tooltip(name, title=title) for name, title in DIFFERENCE.items()],
    )
    colour = alt.Scale(scheme="blueorange", domainMid=0)
    sure = alt.condition("datum.sure", alt.value(1), alt.value(FADED))
    cells = base.mark_rect().encode(
        color=alt.Color("difference:Q", title="Second less first", scale=colour), opacity=sure
    )
    dots = base.mark_circle(size=9, color="#333333", opacity=1)
    return alt.layer(cells, dots.transform_filter("!datum.sure"))


DIFFERENCE = {
    "beta:N": "β",
    "told:N": "second less first",
    "first:N": "first",
    "second:N": "second",
}
TOOLTIP = {
    "experiment:N": "experiment",
    "beta:N": "β₁ … β_L",
    "seeds:Q": "seeds",
    "rate_1:N": "R₁ (nats)",
    "rate_above:N": "R above z₁ (nats)",
    "rate_total:N": "R in total (nats)",
    "metric:N": "metric",
}


def _marks(across: str, up: alt.Y) -> alt.Chart:
    looks = legend(symbolSize=80)
    return (
        alt.Chart(alt.NamedData("rows"))
        .mark_point(filled=True, size=55, opacity=0.75)
        .encode(
            alt.X("x:Q", title=across, scale=SCALE, axis=rate_ticks()),
            up,
            alt.Color("experiment:N", title=None, scale=alt.Scale(range=CATEGORIES), legend=looks),
            alt.Shape("experiment:N", title=None, scale=alt.Scale(range=SYMBOLS), legend=looks),
            tooltip=[alt.Tooltip(name, title=title) for name, title in TOOLTIP.items()],
        )
    )


def _beta(channel: Any, column: str, title: str) -> Any:
    axis = alt.Axis(format=".3~g", labelOverlap=True, labelAngle=0)
    return channel(column, title=title, axis=axis)
