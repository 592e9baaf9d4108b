"""Estimates of I(x; z_{≥l}) and I(y; z_{≥l}) against the rate of the same layers."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import altair as alt

from hvae.bounds.accuracy import entropy
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
from hvae.results.run import Run
from hvae.statistics.estimate import Row

KINDS = {"lower": "Î⁻, from below", "upper": "Î⁺, from above", "estimate": "counted, no bound"}
COLORS = dict(zip(KINDS.values(), CATEGORIES, strict=False))


class Quantity(NamedTuple):
    """I(of; z_{≥lowest}): about the item x, or its class y."""

    of: str
    lowest: int

    def name(self, layers: int) -> str:
        """As `information.parquet` names it: I(x;z2,z3)."""
        return f"I({self.of};{','.join(f'z{k}' for k in range(self.lowest, layers + 1))})"


def quantities(run: Run) -> list[Quantity]:
    """Those that have estimates in this run: suffixes from l = 1 up, items before classes."""
    found = {row["quantity"] for row in run.information}
    every = [Quantity(of, lowest) for of in "xy" for lowest in range(1, run.layers + 1)]
    return [one for one in every if one.name(run.layers) in found]


def rows(run: Run, quantity: Quantity) -> list[Row]:
    """A row an estimate: the rate of the items that it is about (x), and its value (y)."""
    rates = run.compared if quantity.of == "x" else run.rates
    return [
        {
            "point": row["point"],
            "kind": KINDS[row["kind"]],
            "saturated": row["saturated"],
            **ends("x", *rates[row["point"]][quantity.lowest - 1]),
            **ends("y", row["value"], row["std_error"]),
        }
        for row in run.information
        if row["quantity"] == quantity.name(run.layers) and math.isfinite(row["value"])
    ]


def information(run: Run, quantity: Quantity) -> Chart:
    """Estimates with 95 % intervals, and what limits them; saturated ones are hollow.

    Of the item, a thin line leads from each Î⁻ up to the rate: in expectation the gap R − I is no
    longer than that, and where Î⁻ is saturated it may be much shorter.
    """
    data = rows(run, quantity)
    latents = span(quantity.lowest, run.layers)
    x = nats(f"R({latents})", [row["x_high"] for row in data])
    title = f"I({quantity.of}; {latents})"
    values = [row[end] for row in data for end in ("y_low", "y_high")]
    if quantity.of == "x":
        y = nats(title, [*values, log_items(run)])
    else:
        y = Side(f"{title} (nats per item)", alt.Scale(zero=True), alt.Axis())
    base = alt.Chart(inline(data), title=title)
    found = {row["kind"] for row in data}
    kinds = [kind for kind in COLORS if kind in found]
    scale = alt.Scale(domain=kinds, range=[COLORS[kind] for kind in kinds])
    color = alt.Color("kind:N", title=None, legend=legend(), scale=scale)
    numbers = [
        *tooltip(x="rate (nats)", y="estimate (nats)", y_low="95 % from", y_high="95 % to"),
        alt.Tooltip("kind:N"),
        alt.Tooltip("saturated:N"),
    ]
    # Parts without a row are left out: Vega warns of scales that have no data.
    marks = [
        alt.Chart(inline(part))
        .mark_point(filled=filled, size=45, opacity=0.85, strokeWidth=1.5)
        .encode(*placed(x, y), color, tooltip=numbers)
        for filled in (True, False)
        if (part := [row for row in data if row["saturated"] is not filled])
    ]
    highest = max((row["x_high"] for row in data), default=1.0)
    limits = curves(_limits(run, quantity, highest), x, y)
    gaps = [_gaps(base, x, y)] if quantity.of == "x" else []
    return alt.layer(*gaps, *bars(base, x, y), limits, *marks)


def _gaps(base: alt.Chart, x: Side, y: Side) -> alt.Chart:
    lower = f"datum.kind === '{KINDS['lower']}' && datum.y < datum.x"
    rule = base.transform_filter(lower).mark_rule(
        color=CATEGORIES[0], opacity=0.45, strokeWidth=1, strokeDash=[2, 2], clip=True
    )
    across, up = placed(x, y)
    return rule.encode(across, up, y2="x:Q")


def _limits(run: Run, quantity: Quantity, highest: float) -> list[Row]:
    rates = spread(highest)
    if quantity.of == "y":
        known = entropy(run.shares())
        line = f"The limit: min(R, H(y) = {known:.2f} nats)"
        return [{"x": float(r), "y": min(float(r), known), "line": line} for r in rates]
    most = log_items(run)
    names = ("I = R: the limit of Î⁻", f"log K = {most:.2f} nats: Î⁻ never exceeds it")
    return [
        {"x": float(r), "y": y, "line": line}
        for r in rates
        for line, y in zip(names, (float(r), most), strict=True)
    ]


def log_items(run: Run) -> float:
    """log K, of the K test items that Î⁻ and Î⁺ compare in pairs."""
    return math.log(min(run.params.evaluation.information_items, len(run.test.labels)))


def _figures(run: Run) -> Iterator[Figure]:
    """One a quantity."""
    for quantity in quantities(run):
        name, panel = f"information-{quantity.of}-{quantity.lowest}", f"information-{quantity.of}"
        text = f"Estimates of {quantity.name(run.layers)} against rate"
        yield figure(name, panel, information(run, quantity), text)


SECTION = ReportSection("information", "Information", "sections/information.html", figures=_figures)
