"""Accuracies of one model on one set of layers, with the limits that samples cannot pass."""

from collections.abc import Sequence
from typing import Any

import altair as alt

from hvae.reports.charts.marks import Chart, legend
from hvae.reports.charts.theme import BAR, CATEGORIES, LIMIT

Row = dict[str, Any]
FEATURES = {"sample": "samples: limits apply", "mean": "means: no limit applies"}
LIMITS = {"accuracy": "A(R): the limit by the rate", "accuracy-by-information": "A(Î⁺): by Î⁺"}


def accuracy(tasks: Sequence[Row], checks: Sequence[Row]) -> Chart:
    """A line a method, from samples and from means, with exact binomial 95 % intervals.

    tasks: rows of accuracies; checks: rows of `bounds.parquet` of the same layers. All accuracies
    share one limit of each kind, since each is of the layers and not of the method.
    """
    rows = [{**task, "features": FEATURES[task["features"]]} for task in tasks]
    base = alt.Chart(alt.Data(values=rows))
    y = alt.Y("method:N", title="Method", sort=list(dict.fromkeys(row["method"] for row in rows)))
    offset = alt.YOffset("features:N", scale=alt.Scale(domain=list(FEATURES.values())))
    names = alt.Scale(domain=list(FEATURES.values()), range=CATEGORIES[:2])
    color = alt.Color("features:N", title="Read from", scale=names, legend=legend())
    numbers = {"value": "accuracy", "low": "95 % from", "high": "95 % to", "n": "items"}
    tooltip = [alt.Tooltip(f"{name}:Q", title=t, format=".3~f") for name, t in numbers.items()]
    marks = base.mark_point(filled=True, size=55, opacity=1).encode(
        _across("value"), y, offset, color, tooltip=[alt.Tooltip("method:N"), *tooltip]
    )
    bars = base.mark_rule(color=BAR).encode(_across("low"), y, offset, x2="high:Q")
    return alt.layer(bars, marks, *([_limits(checks)] if limits(checks) else []))


def limits(checks: Sequence[Row]) -> list[Row]:
    """The limits that can bind, a row each."""
    found = {c["bound"]: c["limit"] for c in checks if c["bound"] in LIMITS and c["limit"] < 1}
    return [{"limit": found[name], "line": LIMITS[name]} for name in LIMITS if name in found]


def _limits(checks: Sequence[Row]) -> alt.Chart:
    rows = limits(checks)
    names = alt.Scale(domain=[row["line"] for row in rows], range=[[1, 0], [6, 4]][: len(rows)])
    dash = alt.StrokeDash(
        "line:N",
        title="Limit of samples",
        scale=names,
        legend=legend(symbolType="stroke", symbolStrokeColor=LIMIT, symbolSize=400),
    )
    return (
        alt.Chart(alt.Data(values=rows))
        .mark_rule(color=LIMIT, strokeWidth=2)
        .encode(_across("limit"), dash, tooltip=[alt.Tooltip("limit:Q", format=".3~f")])
    )


def _across(column: str) -> alt.X:
    ticks = alt.Axis(values=[0, 0.2, 0.4, 0.6, 0.8, 1])
    return alt.X(f"{column}:Q", title="Test accuracy", scale=alt.Scale(domain=[0, 1]), axis=ticks)
