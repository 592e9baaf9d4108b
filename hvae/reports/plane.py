"""The rate plane: where each model landed, coloured by what it achieves there."""

import math
from typing import NamedTuple

import altair as alt

from hvae.reports.run import Row, Run
from hvae.reports.theme import BAR, INTERVAL, rate_of, rate_scale, rate_ticks, span


class Metric(NamedTuple):
    """What colours the plane: its name on the page, and its title with the unit."""

    name: str
    title: str


def metrics(run: Run) -> list[Metric]:
    """Distortion, PSNR, and, where there are classes, the first probe on samples of all layers."""
    probe = run.params.tasks.classification.probes[0]
    probed = [Metric("accuracy", f"Accuracy, {probe} probe on samples")]
    return [
        Metric("distortion", "Distortion D (nats per item)"),
        Metric("psnr", "PSNR, z sampled (dB)"),
        *(probed if run.accuracies("sample") else []),
    ]


def plane(run: Run, metric: Metric) -> alt.LayerChart | alt.FacetChart:
    """A point a model: the rate above z_1 against the rate of z_1, with 95 % intervals.

    With one layer there is no plane: the metric itself is then the vertical axis.
    """
    data = rows(run, metric)
    base = alt.Chart(alt.Data(values=data), title=metric.title)
    titles = {"x": f"{rate_of(1, run.layers)} (nats per item)", "y": metric.title}
    scales = {"x": rate_scale(max(row["x"] for row in data)), "y": alt.Scale(zero=False)}
    axes = {"x": rate_ticks(), "y": alt.Axis()}
    if run.layers > 1:
        titles["y"] = f"R({span(2, run.layers)}) (nats per item)"
        scales["y"], axes["y"] = rate_scale(max(row["y"] for row in data)), rate_ticks()
    x, x_low = (
        alt.X(f"{column}:Q", title=titles["x"], scale=scales["x"], axis=axes["x"])
        for column in ("x", "x_low")
    )
    y, y_low = (
        alt.Y(f"{column}:Q", title=titles["y"], scale=scales["y"], axis=axes["y"])
        for column in ("y", "y_low")
    )
    marks = base.mark_circle(size=110, opacity=1, stroke="white", strokeWidth=0.5).encode(
        x, y, color=alt.Color("value:Q", title=None), tooltip=_tooltip(run, metric)
    )
    bars = base.mark_rule(color=BAR)
    return alt.layer(
        bars.encode(x_low, y, x2="x_high:Q"), bars.encode(x, y_low, y2="y_high:Q"), marks
    )


def rows(run: Run, metric: Metric) -> list[Row]:
    """One row a trained point: both axes and the metric, each with the ends of its interval."""
    result = []
    for point in run.trained:
        value, low, high = _value(run, point, metric.name)
        across = _interval(point["rate_1"], point["rate_1_se"])
        up = (value, low, high)
        if run.layers > 1:
            up = _interval(*run.rates[point["point"]][1])
        beta = ", ".join(f"{point[f'beta_{layer}']:g}" for layer in range(1, run.layers + 1))
        numbers = {"value": value, "low": low, "high": high}
        ends = zip(("x", "x_low", "x_high", "y", "y_low", "y_high"), across + up, strict=True)
        result.append({"point": point["point"], "beta": beta} | numbers | dict(ends))
    return result


def _value(run: Run, point: Row, name: str) -> tuple[float, float, float]:
    if name == "accuracy":
        probe = run.params.tasks.classification.probes[0]
        wanted = (point["point"], run.suffix, probe)
        rows = run.accuracies("sample")
        row = next(r for r in rows if (r["point"], r["layers"], r["method"]) == wanted)
        return row["value"], row["low"], row["high"]
    if name == "psnr":  # to first order; the squared error is D° times a constant
        excess = point["distortion"] - point["distortion_constant"]
        return _interval(point["psnr_db"], 10 / math.log(10) * point["distortion_se"] / excess)
    return _interval(point["distortion"], point["distortion_se"])


def _interval(value: float, std_error: float) -> tuple[float, float, float]:
    return value, value - INTERVAL * std_error, value + INTERVAL * std_error


def _tooltip(run: Run, metric: Metric) -> list[alt.Tooltip]:
    labels = {"value": metric.title, "low": "95 % from", "high": "95 % to", "x": "R₁ (nats)"}
    if run.layers > 1:
        labels["y"] = "R above z₁ (nats)"
    numbers = [
        alt.Tooltip(f"{name}:Q", title=title, format=".4~g") for name, title in labels.items()
    ]
    return [alt.Tooltip("point:N"), alt.Tooltip("beta:N", title="β₁ … β_L"), *numbers]
