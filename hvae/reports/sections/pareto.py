"""Several applications at once: every point in two metrics with the Pareto front, and in three.

The first chart shows one pair; `pareto.js` redraws it for any other, from the same numbers. The
second is the rate plane as a sheet over PSNR, Inception Score and accuracy (Xiao & Bamler, ICLR
2023, draw it in three dimensions): lines join neighbouring points of the plane, and the third
metric is the colour.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import altair as alt

from hvae.config.task import Name, Task, titled
from hvae.config.tasks import TASKS
from hvae.reports.charts.theme import (
    BAR,
    CATEGORIES,
    LIMIT,
    PAGE,
    Chart,
    Side,
    bars,
    inline,
    legend,
    placed,
    tooltip,
)
from hvae.reports.render import Figure, ReportSection, drawable, figure
from hvae.results.files import splits, totals
from hvae.results.quantities import METRICS, judging
from hvae.results.run import Run
from hvae.statistics.estimate import Row

NAME = "fronts-pair"
FRONT, OFF, BARRED = "On the front", "Off the front", "Over the budget"
COLORS = {FRONT: CATEGORIES[0], OFF: BAR, BARRED: CATEGORIES[1]}
SHAPES = {FRONT: "circle", OFF: "square", BARRED: "diamond"}
TICKS = alt.Axis(tickCount=6)
Value = tuple[float, float, float, bool]  # with the ends of its interval, and whether it is barred


def pairs(run: Run) -> bool:
    """Whether there are two applications to compare."""
    return bool(run.guidance and _found(run)["fronts"])


def _found(run: Run) -> dict[str, Any]:
    return values(run.guidance or {}, run.params.tasks.entries)


def values(guidance: dict[str, Any], tasks: Mapping[Name, Task] = TASKS) -> dict[str, Any]:
    """What the chart of any pair is made of.

    points: every place; of each application `titles`, and `values` in the order of the points;
    fronts: of each pair the members, as indices of points.
    """
    places = guidance["places"]
    order = {place["point"]: number for number, place in enumerate(places)}
    return {
        "points": [{"point": p["point"], "beta": _aim(p)} for p in places],
        "titles": {
            name: f"{titled(name)}: {judging(tasks, guidance, name).axis}"
            for name in guidance["applications"]
        },
        "values": {
            name: _in_order(one["points"], order) for name, one in guidance["applications"].items()
        },
        "fronts": [
            {"pair": one["applications"], "members": [order[m["point"]] for m in one["members"]]}
            for one in guidance["pareto"]
            if set(one["applications"]) <= guidance["applications"].keys()
        ],
    }


def rows(found: dict[str, Any], first: str, second: str) -> list[Row]:
    """A row a point that both applications were measured at, as `pareto.js` makes them, too."""
    pair = {first, second}
    members = next(set(one["members"]) for one in found["fronts"] if set(one["pair"]) == pair)
    both = zip(found["points"], found["values"][first], found["values"][second], strict=True)
    return [
        point
        | dict(zip(("x", "x_low", "x_high"), a, strict=False))
        | dict(zip(("y", "y_low", "y_high"), b, strict=False))
        | {"role": FRONT if k in members else BARRED if a[3] or b[3] else OFF}
        for k, (point, a, b) in enumerate(both)
        if a and b
    ]


def fronts(found: dict[str, Any], first: str, second: str) -> Chart:
    """Points with 95 % intervals, and a line through the front."""
    x, y = (Side(found["titles"][name], alt.Scale(zero=False), TICKS) for name in (first, second))
    base = alt.Chart()
    line = base.transform_filter(f"datum.role === '{FRONT}'").mark_line(
        color=LIMIT, strokeWidth=1.5, tooltip=False
    )
    names = list(COLORS)
    colors = alt.Scale(domain=names, range=list(COLORS.values()))
    shapes = alt.Scale(domain=names, range=list(SHAPES.values()))
    marks = base.mark_point(filled=True, size=70, opacity=1).encode(
        *placed(x, y),
        color=alt.Color("role:N", title=None, scale=colors, legend=legend()),
        shape=alt.Shape("role:N", title=None, scale=shapes, legend=legend()),
        tooltip=_tooltip(),
    )
    return alt.layer(
        *bars(base, x, y),
        line.encode(*placed(x, y)),
        marks,
        data=inline(rows(found, first, second)),
        title="Two applications at every point",
    )


THREE = ("reconstruction", "generation", "classification")  # across, up, and in colour


def threefold(guidance: dict[str, Any]) -> list[Row]:
    """A row a point that all three were measured at: x, y and value, on test items."""
    known = guidance["applications"]
    if not set(THREE) <= known.keys():
        return []
    found = [{one["point"]: one["value"] for one in known[name]["points"]} for name in THREE]
    return [
        {"point": place["point"], "aim": _aim(place)}
        | dict(zip(("x", "y", "value"), numbers, strict=True))
        for place in guidance["places"]
        if all(place["point"] in of for of in found)
        for numbers in [[of[place["point"]] for of in found]]
    ]


def neighbours(places: Sequence[Row]) -> list[list[str]]:
    """Lines through points of the plane of two layers, in order; none of another number of layers.

    Of one total and of one share where rates are given, or else of one β_1 and of one β_2.
    """
    if any(len(place["target"] or place["beta"]) != 2 for place in places):
        return []
    lines: dict[tuple[bool, int, float], list[tuple[float, str]]] = defaultdict(list)
    targets = [place["target"] for place in places if place["target"]]
    given = zip(totals(targets), (share for _, share in splits(targets)), strict=True)
    for place in places:
        both = next(given) if place["target"] else place["beta"]
        for axis in (0, 1):
            line = lines[bool(place["target"]), axis, both[axis]]
            line.append((both[1 - axis], place["point"]))
    return [[point for _, point in sorted(line)] for line in lines.values() if len(line) > 1]


def sheet(guidance: dict[str, Any]) -> Chart:
    """The plane in three metrics: points in the colour of the third, and lines between them."""
    rows, known = threefold(guidance), guidance["applications"]
    by = {row["point"]: row for row in rows}
    lines = [
        {"line": number, "place": place} | {axis: by[point][axis] for axis in ("x", "y")}
        for number, line in enumerate(neighbours(guidance["places"]))
        for place, point in enumerate(line)
        if point in by
    ]
    titles = [f"{name.capitalize()}: {METRICS[known[name]['metric']].axis}" for name in THREE]
    x, y = (Side(title, alt.Scale(zero=False), TICKS) for title in titles[:2])
    mesh = alt.Chart(inline(lines)).mark_line(color=BAR, strokeWidth=1, tooltip=False)
    mesh = mesh.encode(*placed(x, y), detail="line:N", order="place:Q")
    marks = alt.Chart(inline(rows)).mark_point(
        filled=True, size=90, opacity=1, stroke=PAGE, strokeWidth=0.8
    )
    marks = marks.encode(
        *placed(x, y),
        alt.Color("value:Q", title="accuracy", scale=alt.Scale(zero=False)),
        tooltip=tooltip(x="across", y="up", value="accuracy"),
    )
    title = alt.TitleParams("The rate plane in three metrics", subtitle=[f"Colour: {titles[2]}"])
    return alt.layer(mesh, marks, title=title)


def drawing(run: Run) -> dict[str, Any]:
    """What `pareto.js` needs: the chart without its rows, the numbers, and the names of roles."""
    found = _found(run)
    spec = drawable(fronts(found, *found["fronts"][0]["pair"]).to_dict())
    roles = {"front": FRONT, "off": OFF, "barred": BARRED}
    return {"name": NAME, "roles": roles, "found": found, "spec": spec | {"data": {"values": []}}}


def _aim(place: Row) -> str:
    return ", ".join(f"{value:g}" for value in place["target"] or place["beta"])


def _in_order(points: list[Row], order: dict[str, int]) -> list[Value | None]:
    """In the order of the places; None where the application was not measured."""
    found: list[Value | None] = [None] * len(order)
    for one in points:
        found[order[one["point"]]] = (one["value"], one["low"], one["high"], one["barred"])
    return found


def _tooltip() -> list[alt.Tooltip]:
    numbers = {"x": "across", "x_low": "95 % from", "x_high": "95 % to"}
    numbers |= {"y": "up", "y_low": "95 % from (up)", "y_high": "95 % to (up)"}
    return [*tooltip(**numbers), alt.Tooltip("role:N")]


def _figures(run: Run) -> Iterator[Figure]:
    """The first pair of applications."""
    if run.guidance and pairs(run):
        found = _found(run)
        pair = found["fronts"][0]["pair"]
        text = f"Pareto front of {pair[0]} and {pair[1]}"
        yield figure(NAME, "fronts", fronts(found, *pair), text)
        if threefold(run.guidance):
            text = "PSNR, Inception Score and accuracy of every point of the rate plane"
            yield figure("three-at-once", "three", sheet(run.guidance), text)


def _values(run: Run) -> dict[str, Any]:
    return {"pareto": drawing(run)}


SECTION = ReportSection(
    "fronts",
    "Two applications at once",
    "sections/pareto.html",
    applies=pairs,
    figures=_figures,
    values=_values,
    half=True,
)
