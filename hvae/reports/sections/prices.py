"""What a nat is worth at given rates, in training and on test items, and where the next belongs."""

from collections.abc import Iterator
from typing import Any

import altair as alt

from hvae.guidance.text import estimate, symbol
from hvae.io.tables import over_layers
from hvae.reports.charts.filled import contours, extent, filled, lattice, share_axes
from hvae.reports.charts.surface import bands
from hvae.reports.charts.theme import LIMIT, PAGE, Chart, inline, legend, placed, tooltip
from hvae.reports.render import Figure, ReportSection, figure
from hvae.reports.sections import plane
from hvae.results.run import Run
from hvae.statistics.estimate import Estimate, Row, number

TO_1, TO_2 = "Better with less in z₂", "Better with more in z₂"
UNDECIDED, END = "Undecided", "Best at this end"
HEADS = {TO_1: "triangle-left", TO_2: "triangle-right", UNDECIDED: "circle", END: "diamond"}
LONGEST = 0.2  # of an arrow, as a share: where all of a nat's worth is in one layer
NONE = "–"


def priced(run: Run) -> list[Row]:
    """The places of given rates in `guidance.json`, with their prices."""
    return list(run.guidance["prices"]["places"]) if run.guidance else []


def arrows(run: Run) -> list[Row]:
    """A row a place of two layers with prices on test items: where it is, and where to go.

    x is the share of z_2, tip the same at the end of the arrow, y the total in nats. An arrow's
    length is (price of z_2 − price of z_1) / the larger; at an end none points outwards. A place
    of no rate at all has no share.
    """
    called = plane.distortion_values(run)
    there = {tuple(one.target): one for one in lattice(run, called)}
    result = []
    for place in priced(run):
        at, (first, second) = there.get(tuple(place["target"])), place["held_out"]
        if at is None or first is None or not any(at.target):
            continue
        total, lower = sum(at.rates), place["next_nat"]
        length = LONGEST * (second - first) / max(abs(first), abs(second))
        outward = place["target"][0 if length > 0 else 1] == 0
        head = {1: TO_1, 2: TO_2, None: UNDECIDED}[lower]
        numbers = {"x": at.rates[1] / total, "y": total, "value": at.value}
        tip = numbers["x"] if outward else min(max(numbers["x"] + length, 0.0), 1.0)
        prices = {"price_1": first, "price_2": second}
        errors = dict(zip(("price_1_se", "price_2_se"), place["std_errors"], strict=True))
        says = {"head": END if outward and lower else head, "tip": tip}
        result.append({"point": place["point"]} | numbers | prices | errors | says)
    return result


def price_map(run: Run) -> Chart:
    """D over total and split, with an arrow towards the better split at each place."""
    data = arrows(run)
    axes = share_axes(row["y"] for row in data)
    scale = alt.Scale(domain=extent(row["value"] for row in data))
    found = bands(lattice(run, plane.distortion_values(run)))
    shown = tooltip(
        value=plane.distortion(run).axis, x="share of z₂", y="total rate (nats)",
        price_1="a nat in z₁ saves", price_1_se="± SE", price_2="a nat in z₂ saves",
        price_2_se="± SE of z₂",
    )  # fmt: skip
    base = alt.Chart().encode(*placed(axes.x, axes.y), tooltip=shown)
    color = alt.Color("value:Q", title=None, scale=scale)
    marks = base.mark_point(
        filled=True, shape="square", size=60, opacity=1, stroke=PAGE, strokeWidth=0.8
    ).encode(color)
    shafts = base.mark_rule(stroke=LIMIT, strokeWidth=1.6).encode(alt.X2("tip:Q"))
    return alt.layer(
        *filled(found, axes, color),
        *contours(found, axes, plane.symbol(run), data),
        marks,
        shafts,
        _heads(base, data),
        data=inline(data),
        title=f"{plane.distortion(run).axis}, and where the next nat belongs",
    )


def _heads(base: alt.Chart, data: list[Row]) -> alt.Chart:
    """At the arrows' ends: hollow where nothing is decided."""
    names = [name for name in HEADS if any(row["head"] == name for row in data)]
    shapes = alt.Scale(domain=names, range=[HEADS[name] for name in names])
    fills = alt.Scale(domain=names, range=[PAGE if n == UNDECIDED else LIMIT for n in names])
    strokes = alt.Scale(domain=names, range=[LIMIT for _ in names])
    looks: dict[str, Any] = {"title": None, "legend": legend(symbolSize=90)}
    return base.mark_point(filled=True, size=70, opacity=1, strokeWidth=1.2).encode(
        alt.X("tip:Q"),
        alt.Shape("head:N", scale=shapes, **looks),
        alt.Fill("head:N", scale=fills, **looks),
        alt.Stroke("head:N", scale=strokes, **looks),
    )


def table(run: Run) -> list[list[str]]:
    """Cells of a row a place: targets, prices in training and on test items, exchange, the rest."""
    return [_cells(place) for place in priced(run)]


def _cells(place: Row) -> list[str]:
    trained = map(_in_training, place["target"], place["training"])
    tested = map(_estimate, place["held_out"], place["std_errors"])
    rates = [
        f"{number(one['training']) if one['training'] is not None else NONE}; "
        f"{_estimate(one['held_out'], one['std_error'])}"
        for one in place["exchange"]
    ]
    nat = [symbol("z", place["next_nat"]) if place["next_nat"] else UNDECIDED.lower()]
    worse = [f"{symbol('z', layer)} overfits" for layer in place["overfits"]]
    aim = ", ".join(f"{rate:.4g}" for rate in place["target"])
    remarks = ", ".join(worse)
    exchange = [", ".join(rates), *nat] if rates else []
    return [f"({aim})", ", ".join(trained), ", ".join(tested), *exchange, remarks]


def of_points(run: Run) -> dict[str, Row]:
    """By point: the prices of its place in training and on test items, in words, and what follows.

    Those on test items are over all trainings of the place.
    """
    found = {tuple(place["target"]): place for place in priced(run)}
    return {
        row["point"]: {
            "layers": [symbol("z", layer) for layer in range(1, run.layers + 1)],
            "rows": [
                ["In training", *map(_in_training, place["target"], place["training"])],
                ["On test items", *map(_estimate, place["held_out"], place["std_errors"])],
            ],
            "text": place["text"],
        }
        for row in run.rated
        for place in [found.get(over_layers(row, "target", run.layers))]
        if place
    }


def _in_training(rate: float, price: float) -> str:
    return number(price) if rate else NONE  # a closed layer has no price in training


def _estimate(value: float | None, error: float | None) -> str:
    return NONE if value is None or error is None else estimate(Estimate(value, error))


def _applies(run: Run) -> bool:
    return bool(priced(run))


def _figures(run: Run) -> Iterator[Figure]:
    """Of two layers."""
    if run.layers == 2 and arrows(run):
        text = "The distortion over total and share of z₂, with arrows towards the better split"
        yield figure("price-map", "prices", price_map(run), text)


def _values(run: Run) -> dict[str, Any]:
    text = run.guidance["prices"]["text"] if run.guidance else ""
    return {"prices": table(run), "price_summary": text}


SECTION = ReportSection(
    "prices",
    "Where the next nat belongs",
    "sections/prices.html",
    applies=_applies,
    figures=_figures,
    values=_values,
    half=True,
)
