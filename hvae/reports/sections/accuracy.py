"""Accuracy of the probes against rate, with the limit that samples cannot pass; weak probes.

From I(y; z) ≥ Î the best classifier must reach some accuracy (Kovalevsky 1968; Feder & Merhav
1994). A probe far below it reads its samples badly: a remark about the probe, never a violation.
"""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import altair as alt
import numpy as np

from hvae.bounds.accuracy import accuracy_limit, fano_limit, least_best_accuracy
from hvae.reports.charts.scatter import names
from hvae.reports.charts.theme import (
    BAR,
    INTERVAL,
    LIMIT,
    Chart,
    Side,
    curves,
    inline,
    nats,
    placed,
    rate_scale,
    rate_ticks,
    span,
    spread,
)
from hvae.reports.render import Figure, ReportSection, figure
from hvae.reports.sections.information import Quantity
from hvae.results.rates import lowest_layer, suffix_name
from hvae.results.run import Run
from hvae.statistics.estimate import Estimate, Row

CURVE = 300
CLOSED = 0.05  # nats: a layer that says less than this is called closed
SHOWN = 12  # weak probes in the table
ONE_SIDED = 1.645  # standard errors off an estimate, so that 95 % of the time it is no more than I


PUBLISHED = "hit"  # the protocol that published figures can be compared by


def accuracy(
    run: Run, layers: str, features: str, protocol: str = ""
) -> alt.LayerChart | alt.FacetChart:
    """Each probe on one set of layers; the curve is drawn for samples, as only they obey it."""
    data = [_row(task) for task in run.accuracies(features, protocol) if task["layers"] == layers]
    title = f"From {features}s of {layers}"
    base = alt.Chart(inline(data), title=title)
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
    color, shape = _by_probe(data)
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
        alt.Chart(inline(values))
        .mark_line(color=LIMIT, strokeWidth=2)
        .encode(alt.X("rate:Q"), alt.Y("value:Q"))
    )


def informed(run: Run) -> Chart | None:
    """Probes on samples of z_L against Î⁺(x; z_L), with the tight limit and Fano's.

    None where that was not estimated, or is saturated at every point.
    """
    layers, shares = f"z{run.layers}", run.shares()
    quantity = Quantity("x", run.layers).name(run.layers)
    known = {
        row["point"]: Estimate(row["value"], row["std_error"])
        for row in run.information
        if (row["quantity"], row["kind"]) == (quantity, "upper") and not row["saturated"]
    }
    data = [
        _row(task | {"rate": known[task["point"]]})
        for task in run.accuracies("sample")
        if task["layers"] == layers and task["point"] in known
    ]
    if not data:
        return None
    x = nats(
        f"Estimated I(x; {span(run.layers, run.layers)}), from above", [r["rate"] for r in data]
    )
    y = Side("Test accuracy", alt.Scale(domain=[0, 1]), alt.Axis())
    lines = [
        {"line": name, "x": float(amount), "y": limit(float(amount), shares)}
        for name, limit in (("Tight", accuracy_limit), ("Fano", fano_limit))
        for amount in spread(max(row["rate_high"] for row in data))
    ]
    rows = [row | {"x": row["rate"], "y": row["value"]} for row in data]
    base = alt.Chart(inline(rows))
    color, shape = _by_probe(rows)
    across = base.mark_rule(color=BAR, opacity=0.5).encode(
        alt.X("rate_low:Q"), placed(x, y)[1], x2="rate_high:Q"
    )
    up = base.mark_rule(color=BAR, opacity=0.5).encode(placed(x, y)[0], alt.Y("low:Q"), y2="high:Q")
    marks = base.mark_point(filled=True, size=45, opacity=0.85).encode(
        *placed(x, y), color, shape, tooltip=_tooltip()
    )
    return alt.layer(across, up, curves(lines, x, y), marks, title=f"From samples of {layers}")


def _by_probe(data: list[Row]) -> tuple[alt.Color, alt.Shape]:
    """Each probe in a colour and a shape of its own."""
    probes = list(dict.fromkeys(row["method"] for row in data))
    scale = alt.Scale(domain=probes)
    return (
        alt.Color("method:N", title="Probe", scale=scale),
        alt.Shape("method:N", title="Probe", scale=scale),
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


class WeakProbe(NamedTuple):
    """A probe's row of `tasks.parquet`, and the least accuracy of the best classifier there."""

    task: Row
    information: float  # nats, one-sided 95 % lower end
    least: float


def weak_probes(run: Run) -> list[WeakProbe]:
    """Probes on samples of z_{≥l} whose 95 % upper end lies below that least, worst first."""
    if not run.labelled:
        return []
    shares = run.shares()
    known = {
        key: (low, least_best_accuracy(low, shares))
        for key, low in _lower_ends(run).items()
        if low > 0  # else nothing is known, and probes fall short of the majority share by chance
    }
    found = [
        WeakProbe(task, *known[key])
        for task in run.accuracies("sample")
        if (key := (task["point"], task["layers"])) in known and task["high"] < known[key][1]
    ]
    return sorted(found, key=lambda weak: weak.task["high"] - weak.least)


def _lower_ends(run: Run) -> dict[tuple[str, str], float]:
    """Of each point and suffix, the lower end of the estimate of I(y; z_{≥l}) from below."""
    names = {
        Quantity("y", lowest).name(run.layers): suffix_name(lowest, run.layers)
        for lowest in range(1, run.layers + 1)
    }
    return {
        (row["point"], names[row["quantity"]]): row["value"] - ONE_SIDED * row["std_error"]
        for row in run.information
        if row["quantity"] in names and row["kind"] == "lower"
    }


def means(run: Run) -> list[str]:
    """A remark on probes of means where the top layer is closed: what samples could reach there."""
    top = f"z{run.layers}"
    closed = [
        task
        for task in run.accuracies("mean")
        if task["layers"] == top and task["rate"].value < CLOSED
    ]
    shares = run.shares()
    above = [task for task in closed if task["low"] > accuracy_limit(task["rate"].value, shares)]
    if not above:
        return []
    best: Row = max(above, key=lambda task: task["value"])
    limit = accuracy_limit(best["rate"].value, shares)
    return [
        f"Where R({top}) < {CLOSED} nats, {len(above)} of {len(closed)} probes on posterior means "
        "exceed what samples could reach, each with its 95 % interval, up to "
        f"{best['value']:.2f} against {limit:.2f} "
        f"({best['method']}, {names(run)[best['point']]}). A mean is a deterministic "
        "function of the image, so it can tell classes apart at any rate, however small its "
        "differences are beside the posterior's spread. The limit speaks of what a sample carries, "
        "which is what the rate pays for: so means are shown, but not judged."
    ]


class Published(NamedTuple):
    """How many items the published protocol fits its probes on, and scores them on."""

    fitted: int
    scored: int

    def error(self, accuracy: float) -> float:
        """The standard error of an accuracy, in points."""
        return 100 * math.sqrt(accuracy * (1 - accuracy) / self.scored)


def published(run: Run) -> Published | None:
    """None where that protocol was not asked for."""
    scored: set[int] = {task["n"] for task in run.accuracies("mean", PUBLISHED)}
    return Published(len(run.test.labels) - max(scored), max(scored)) if scored else None


def _applies(run: Run) -> bool:
    return run.labelled


def _figures(run: Run) -> Iterator[Figure]:
    """One a set of layers, of samples and of means, and of means by the published protocol."""
    if (chart := informed(run)) is not None:
        text = f"Accuracy of probes on samples of z{run.layers} against the estimated information"
        yield figure("accuracy-information", "accuracy-information", chart, text)
    for features, protocol in (("sample", ""), ("mean", ""), ("mean", PUBLISHED)):
        for name in dict.fromkeys(task["layers"] for task in run.accuracies(features, protocol)):
            as_published = ", as published" if protocol else ""
            text = f"Accuracy of probes on {features}s of {name} against rate{as_published}"
            group = f"accuracy-{protocol or features}"
            drawn = accuracy(run, name, features, protocol)
            yield figure(f"{group}-{name.replace('+', '-')}", group, drawn, text)


def _values(run: Run) -> dict[str, Any]:
    weak = weak_probes(run)
    return {
        "remarks": means(run),
        "published": published(run),
        "weak": weak[:SHOWN],
        "weak_count": len(weak),
    }


SECTION = ReportSection(
    "accuracy",
    "Accuracy and its limit",
    "sections/accuracy.html",
    applies=_applies,
    figures=_figures,
    values=_values,
)
