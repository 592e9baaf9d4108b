"""Accuracy of the probes against rate, with the limit that samples cannot pass."""

import altair as alt
import numpy as np

from hvae.bounds.accuracy import accuracy_limit
from hvae.reports.charts.theme import BAR, INTERVAL, LIMIT, rate_scale, rate_ticks, span
from hvae.results.experiment import Run
from hvae.results.kinds import Row
from hvae.results.rates import lowest_layer

CURVE = 300


def accuracy(run: Run, layers: str, features: str) -> alt.LayerChart | alt.FacetChart:
    """Each probe on one set of layers; the curve is drawn for samples, as only they obey it."""
    data = [_row(task) for task in run.accuracies(features) if task["layers"] == layers]
    title = f"From {features}s of {layers}"
    base = alt.Chart(alt.Data(values=data), title=title)
    rate = f"R({span(lowest_layer(layers), run.layers)}) (nats per item)"
    scale = rate_scale(max((row["rate"] for row in data), default=1.0))
    x, x_low = (
        alt.X(f"{column}:Q", title=rate, scale=scale, axis=rate_ticks())
        for column in ("rate", "rate_low")
    )
    y, y_low = (
        alt.Y(f"{column}:Q", title="Test accuracy", scale=alt.Scale(domain=[0, 1]))
        for column in ("value", "low")
    )
    pick = alt.selection_point(fields=["method"], bind="legend")
    faded = alt.condition(pick, alt.value(0.85), alt.value(0.05))
    probes = list(run.params.tasks.classification.probes)
    color = alt.Color("method:N", title="Probe", scale=alt.Scale(domain=probes))
    shape = alt.Shape("method:N", title="Probe", scale=alt.Scale(domain=probes))
    bars = base.mark_rule(color=BAR).encode(
        opacity=alt.condition(pick, alt.value(0.5), alt.value(0))
    )
    marks = base.mark_point(filled=True, size=45).encode(
        x, y, color, opacity=faded, shape=shape, tooltip=_tooltip()
    )
    drawn = [bars.encode(x_low, y, x2="rate_high:Q"), bars.encode(x, y_low, y2="high:Q")]
    if features == "sample":
        drawn.append(limit_curve(run, max((row["rate_high"] for row in data), default=1.0)))
    return alt.layer(*drawn, marks.add_params(pick))


def limit_curve(run: Run, highest: float) -> alt.Chart:
    """A(R) from no rate to `highest`."""
    rates = np.expm1(np.linspace(0, np.log1p(highest), CURVE))
    shares = run.shares()
    values = [{"rate": float(r), "value": accuracy_limit(float(r), shares)} for r in rates]
    return (
        alt.Chart(alt.Data(values=values))
        .mark_line(color=LIMIT, strokeWidth=2)
        .encode(alt.X("rate:Q"), alt.Y("value:Q"))
    )


def _row(task: Row) -> Row:
    rate, std_error = task["rate"]
    kept = {name: task[name] for name in ("point", "method", "value", "low", "high")}
    ends = {"rate_low": rate - INTERVAL * std_error, "rate_high": rate + INTERVAL * std_error}
    return kept | {"rate": rate} | ends


def _tooltip() -> list[alt.Tooltip]:
    numbers = {"value": "accuracy", "low": "95 % from", "high": "95 % to", "rate": "rate (nats)"}
    return [
        alt.Tooltip("point:N"),
        alt.Tooltip("method:N", title="probe"),
        *(alt.Tooltip(f"{name}:Q", title=title, format=".3~f") for name, title in numbers.items()),
    ]
