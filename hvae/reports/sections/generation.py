"""Generation: what draws from the prior are worth against the total rate, to a classifier."""

from collections.abc import Iterator
from typing import Any

import altair as alt

from hvae.bounds.accuracy import accuracy_limit
from hvae.reports.charts.theme import (
    CATEGORIES,
    Chart,
    Side,
    bars,
    curves,
    ends,
    inline,
    legend,
    nats,
    placed,
    span,
    spread,
    tooltip,
)
from hvae.reports.render import Figure, ReportSection, figure
from hvae.results.quantities import METRICS
from hvae.results.rates import lowest_layer
from hvae.results.run import Run
from hvae.statistics.estimate import Row

# of the task, in the order in which they are shown
SHOWN = ("inception_score", "frechet", "class_consistency", "diversity", "sharpness")
FACTORS = ("diversity", "sharpness")  # of the Inception Score: folded away


def metrics(run: Run) -> list[str]:
    """Those that this run has."""
    found = {task["metric"] for task in run.tasks if task["task"] == "generation" and task["point"]}
    return [name for name in SHOWN if name in found]


def reference(run: Run, metric: str) -> Row | None:
    """What the classifier gives for real test items, as a row of `tasks.parquet`.

    Of class consistency that is its accuracy: a perfect cut keeps each class that it can see.
    """
    wanted = "accuracy" if metric == "class_consistency" else metric
    rows = (row for row in run.tasks if (row["task"], row["point"]) == ("generation", ""))
    return next((row for row in rows if row["metric"] == wanted), None)


def rows(run: Run, metric: str) -> list[Row]:
    """A row a point, and a cut where layers are cut: the rate (x) and the metric (y).

    The rate is that of the layers that are kept, and of all where every layer is drawn.
    """
    return [
        {
            "point": task["point"],
            "kept": span(lowest, run.layers) if task["layers"] else "",
            **ends("x", *run.rates[task["point"]][lowest - 1]),
            "y": task["value"],
            "y_low": task["low"],
            "y_high": task["high"],
        }
        for task in run.tasks
        if (task["task"], task["metric"]) == ("generation", metric) and task["point"]
        for lowest in [lowest_layer(task["layers"]) if task["layers"] else 1]
    ]


def drawn(run: Run, metric: str) -> Chart:
    """Marks with 95 % intervals, and the value of real test items as a line.

    Of a cut, marks are coloured by the layers that are kept.
    """
    data, title = rows(run, metric), METRICS[metric].title
    cuts = list(dict.fromkeys(row["kept"] for row in data))
    layered = any(cuts)
    of = "kept layers" if layered else f"all layers, R({span(1, run.layers)})"
    x = nats(f"Rate of {of}", [row["x_high"] for row in data])
    y = Side(title, alt.Scale(zero=False), alt.Axis())
    scale = alt.Scale(domain=cuts, range=CATEGORIES[: len(cuts)])
    color = alt.Color("kept:N", title="Kept", scale=scale, legend=legend())
    numbers = tooltip(x="rate (nats)", y=title, y_low="95 % from", y_high="95 % to")
    base = alt.Chart(inline(data))
    marks = base.mark_point(filled=True, size=60, opacity=1).encode(*placed(x, y), tooltip=numbers)
    marks = marks.encode(color=color if layered else alt.value(CATEGORIES[0]))
    lines = _lines(run, metric, max(row["x_high"] for row in data))
    beside = [curves(lines, x, y)] if lines else []
    return alt.layer(*bars(base, x, y), *beside, marks, title=title)


def _lines(run: Run, metric: str, highest: float) -> list[Row]:
    """A(R), of class consistency: no class is seen again more often. The value of real items."""
    rates = [float(rate) for rate in spread(highest)]
    known = reference(run, metric)
    lines: list[Row] = []
    if metric == "class_consistency":
        of, line = run.shares(), "A(R): the limit"
        lines += [{"x": rate, "y": accuracy_limit(rate, of), "line": line} for rate in rates]
    if known is not None:
        line = f"Test items themselves: {METRICS[metric].told(known['value'])}"
        lines += [{"x": rate, "y": known["value"], "line": line} for rate in rates]
    return lines


def _applies(run: Run) -> bool:
    return bool(metrics(run))


def _figures(run: Run) -> Iterator[Figure]:
    """One a metric of generation."""
    for metric in metrics(run):
        text = f"{METRICS[metric].title} of generated items against rate"
        section = "generation-factors" if metric in FACTORS else "generation"
        yield figure(f"generation-{metric.replace('_', '-')}", section, drawn(run, metric), text)


def _values(run: Run) -> dict[str, Any]:
    return {"classifier": reference(run, "accuracy"), "real": reference(run, "inception_score")}


SECTION = ReportSection(
    "generation",
    "Generation",
    "sections/generation.html",
    applies=_applies,
    figures=_figures,
    values=_values,
)
