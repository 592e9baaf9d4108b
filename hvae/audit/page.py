"""The page of an audit: what the latents say about items and classes, compared with the limits."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import altair as alt
import numpy as np
import pyarrow as pa

from hvae.config.task import titled
from hvae.reports.charts.theme import BAR, CATEGORIES, LIMIT, Chart, inline, legend
from hvae.reports.render import Figure, figure, render
from hvae.reports.sections.accuracy import CLOSED
from hvae.reports.sections.bounds import counted
from hvae.results.quantities import METRICS
from hvae.results.rates import suffix_name, suffix_rates
from hvae.statistics.estimate import Estimate, Row

FEATURES = {"sample": "samples: limits apply", "mean": "means: no limit applies"}
LIMIT_LINE = "A(R), or lower A(Î⁺)"


class Facts(NamedTuple):
    """The facts at the head of the page.

    train, test: numbers of items. widths: of z_1 … z_L. classes: their names, ("all",) if there are
    none. unread: the columns of the file that are not read. rated: whether rates were given. whole:
    whether the model itself was there, not its latents alone.
    """

    title: str
    train: int
    test: int
    widths: Sequence[int]
    classes: Sequence[str]
    unread: Sequence[str] = ()
    rated: bool = True
    whole: bool = False


def page(
    facts: Facts,
    found: Mapping[str, pa.Table],
    priced: Sequence[Any] = (),
    given: Sequence[float] | None = None,
) -> str:
    """The whole page, from the study's tables; priced: the layers' prices, given: their β."""
    checks = found["bounds"].to_pylist()
    rows = found["tasks"].to_pylist()
    return render(
        "audit.html",
        list(figures(rows, checks)),
        measured=list(measured(rows)) if facts.whole else [],
        point=found["points"].to_pylist()[0] if facts.whole else None,
        priced=priced,
        given=given or [None] * len(facts.widths),
        facts=facts,
        rates=rates(found["items"], len(facts.widths)),
        closed=closed(found["items"], len(facts.widths)),
        information=found["information"].to_pylist(),
        judged=[bound for bound in counted(checks) if bound.verdicts],
        checks=sorted(checks, key=lambda check: (check["verdict"] == "vacuous", check["p_value"])),
        count=Counter(check["verdict"] for check in checks),
    )


class Measured(NamedTuple):
    """A row of the table of applications: what was measured, how, and the value with its ends."""

    application: str
    metric: str
    how: str
    value: str


def measured(rows: Sequence[Row]) -> Iterator[Measured]:
    """Every metric of the model's samples, by application."""
    for row in rows:
        if row["point"] and row["features"] in ("sample", ""):
            measure = METRICS.get(row["metric"])
            title = measure.axis if measure else row["metric"]
            told = measure.number if measure else "{:.4g}".format
            how = ", ".join(filter(None, (row["layers"], row["method"], row["setting"])))
            ends = f" ({told(row['low'])} to {told(row['high'])})"
            yield Measured(titled(row["task"]), title, how, told(row["value"]) + ends)


def rates(items: pa.Table, layers: int) -> list[tuple[str, Estimate]]:
    """R_{≥l} with standard errors, from l = 1 to L; nothing if they are unknown."""
    suffixes = next(iter(suffix_rates(items, layers).values()))
    named = [suffix_name(lowest, len(suffixes)) for lowest in range(1, len(suffixes) + 1)]
    pairs = zip(named, suffixes, strict=True)
    return [(name, rate) for name, rate in pairs if math.isfinite(rate.value)]


def closed(items: pa.Table, layers: int) -> list[tuple[int, float]]:
    """The layers that carry next to nothing, from l = 1, each with its mean rate in nats."""
    means = {
        layer: float(np.mean(items[f"rate_{layer}"].to_numpy())) for layer in range(1, layers + 1)
    }
    return [(layer, rate) for layer, rate in means.items() if rate < CLOSED]


def figures(tasks: Sequence[Row], checks: Sequence[Row]) -> Iterator[Figure]:
    """A figure of accuracies for each set of layers."""
    rows = [row for row in tasks if row["metric"] == "accuracy" and row["features"] in FEATURES]
    for layers in dict.fromkeys(task["layers"] for task in rows):
        chart = accuracy(
            *([row for row in side if row["layers"] == layers] for side in (rows, checks))
        )
        name, text = layers.replace("+", "-"), f"Test accuracy from {layers}"
        yield figure(f"accuracy-{name}", "accuracy", chart.properties(title=text), text)


def accuracy(tasks: Sequence[Row], checks: Sequence[Row]) -> Chart:
    """Each method's accuracy from samples and from means, with exact binomial 95 % intervals.

    tasks: rows of accuracies; checks: rows of `bounds.parquet` for the same layers. A limit depends
    on the layers but not on the method, so all accuracies share it.
    """
    rows = [{**task, "features": FEATURES[task["features"]]} for task in tasks]
    base = alt.Chart(inline(rows))
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
    """A row with the limit of the accuracy, if it can bind."""
    found = {c["limit"] for c in checks if c["bound"] == "accuracy" and c["verdict"] != "vacuous"}
    return [{"limit": limit, "line": LIMIT_LINE} for limit in found]


def _limits(checks: Sequence[Row]) -> alt.Chart:
    rows = limits(checks)
    names = alt.Scale(domain=[LIMIT_LINE], range=[[1, 0]])
    dash = alt.StrokeDash(
        "line:N",
        title="Limit of samples",
        scale=names,
        legend=legend(symbolType="stroke", symbolStrokeColor=LIMIT, symbolSize=400),
    )
    return (
        alt.Chart(inline(rows))
        .mark_rule(color=LIMIT, strokeWidth=2)
        .encode(_across("limit"), dash, tooltip=[alt.Tooltip("limit:Q", format=".3~f")])
    )


def _across(column: str) -> alt.X:
    ticks = alt.Axis(values=[0, 0.2, 0.4, 0.6, 0.8, 1])
    return alt.X(f"{column}:Q", title="Test accuracy", scale=alt.Scale(domain=[0, 1]), axis=ticks)
