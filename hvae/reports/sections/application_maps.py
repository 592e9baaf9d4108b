"""Each application over the rate plane: its metric, its best point, and what is as good."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any

import altair as alt

from hvae.config.task import Name, Task, titled
from hvae.config.tasks import TASKS
from hvae.reports.charts.filled import MapAxes, contours, extent, filled, share_axes
from hvae.reports.charts.surface import FilledBand, LatticeValue, bands
from hvae.reports.charts.theme import (
    FAINT,
    LIMIT,
    PAGE,
    Chart,
    Side,
    bars,
    inline,
    legend,
    nats,
    placed,
    rate_of,
    span,
    tooltip,
)
from hvae.reports.render import Figure, ReportSection, figure
from hvae.reports.sections.plane import distortions, symbol, upwards
from hvae.results.files import totals
from hvae.results.quantities import Measure, judging
from hvae.results.run import Run
from hvae.statistics.estimate import Row

BEST, REGION, BARRED = "Best on validation items", "Not significantly worse", "Over the budget"
STAR = "M0,-1L.23,-.31L.95,-.31L.36,.12L.59,.81L0,.38L-.59,.81L-.36,.12L-.95,-.31L-.23,-.31Z"
CROSS = "M-1,-1L1,1M1,-1L-1,1"
SHAPES = {BEST: STAR, REGION: "circle", BARRED: CROSS}
SIZES = {BEST: 330, REGION: 240, BARRED: 60}
ROW = 20  # pixels of an application, where all are shown
IN_TABLE = 0.6  # of these sizes where there is a mark for each application and place


def applications(run: Run) -> list[str]:
    """Those that have a best point."""
    return list(run.guidance["applications"]) if run.guidance else []


def rows(guidance: dict[str, Any], name: str, tasks: Mapping[Name, Task] = TASKS) -> list[Row]:
    """A row a point that the application was measured at: rates, value on test items, and role.

    x is R_1, y the sum of the rates above z_1; of one layer, y is the value. given: whether it was
    trained to some rate, which has shares.
    """
    places, one = {place["point"]: place for place in guidance["places"]}, guidance["applications"]
    known = one[name]["trainings"] > 1  # with one training nothing is known of what is as good
    region, best = set(one[name]["region"] if known else ()), one[name]["best"]["point"]
    result = []
    for point in one[name]["points"]:
        place, at = places[point["point"]], point["point"]
        role = BEST if at == best else REGION if at in region else BARRED if point["barred"] else ""
        numbers = {column: point[column] for column in ("value", "low", "high")}
        first, *above = place["rates"]
        up = {"y": sum(above)} if above else upwards(numbers)
        setting = tasks[name].told(point["setting"])
        read = ", ".join(filter(None, (point["layers"], point["method"], setting)))
        aim = ", ".join(f"{value:g}" for value in place["target"] or place["beta"])
        names = {"point": at, "aim": aim, "read": read, "given": any(place["target"])}
        rates = {"x": first, "x_se": place["rates_se"][0]}
        total = {"total": place["rate_total"], "total_se": place["rate_total_se"]}
        result.append(names | {"role": role} | numbers | rates | total | up)
    return result


def application_map(run: Run, name: str, shares: bool = False) -> Chart:
    """Marks coloured by value: a star for the best, rings for its region, crosses over a budget.

    Points at given rates fill the map, which has lines of equal D. shares: over the share of z_2
    and the total, in place of R_1 and R_2.
    """
    guidance, tasks = run.guidance or {}, run.params.tasks.entries
    data, several = rows(guidance, name, tasks), run.layers > 1
    metric, surface = judging(tasks, guidance, name), bands_of(run, name)
    scale = alt.Scale(domain=extent(row["value"] for row in data))
    axes = _axes(run, data, metric)
    if shares:
        data = [_by_share(row) for row in data if row["given"]]
        axes = share_axes(row["y"] for row in data)
    base = alt.Chart(inline(data)).encode(*placed(axes.x, axes.y))
    color, shown = alt.Color("value:Q", title=None, scale=scale), _tooltip(data, shares)
    points = base.mark_point(filled=True, opacity=1, size=80, stroke=PAGE, strokeWidth=0.8)
    points = points.encode(color, tooltip=shown)
    below = [] if several else bars(alt.Chart(inline(_across(data))), axes.x, axes.y)
    if surface:
        below = [
            *filled(surface, axes, color),
            *contours(distortions(run), axes, symbol(run), data),
        ]
    marks = [_mark(base, role, color, data, shown) for role in SHAPES if _some(data, role)]
    return alt.layer(*below, points, *marks, title=_heading(name, metric, data))


def every_place(run: Run) -> Chart:
    """A row an application and a column a place: from its worst to its best value, with its marks.

    Places stand in the order of their totals, and of their splits.
    """
    data = [row for name in applications(run) for row in _scaled(run, name)]
    order = list(dict.fromkeys(row["place"] for row in sorted(data, key=lambda row: row["order"])))
    goal = "Trained to R (nats)" if run.rated else "β"
    axis = alt.Axis(labelAngle=-90, labelOverlap=True, labelLimit=0, ticks=False)
    x = alt.X("place:N", title=goal, sort=order, axis=axis)
    up = alt.Axis(title=None, labelLimit=0, ticks=False)
    y = alt.Y("application:N", sort=[titled(name) for name in applications(run)], axis=up)
    ends = alt.Legend(values=[0, 1], labelExpr="datum.value == 0 ? 'worst' : 'best'")
    color = alt.Color("share:Q", title="Value on test items", legend=ends)
    base = alt.Chart(inline(data)).encode(x, y)
    shown = [alt.Tooltip("application:N"), *_tooltip(data, shares=False)]
    squares = base.mark_square(size=110, opacity=1, stroke=FAINT, strokeWidth=0.5)
    roles = [role for role in SHAPES if _some(data, role)]
    marks = [_mark(base, role, color, data, shown, IN_TABLE) for role in roles]
    drawn = [squares.encode(color, tooltip=shown), *marks]
    height = ROW * len(applications(run))
    return alt.layer(*drawn, title="Every application at every place").properties(height=height)


def _scaled(run: Run, name: str) -> list[Row]:
    """An application's rows, each with its share of the way from the worst value to the best."""
    found, tasks = run.guidance or {}, run.params.tasks.entries
    sign, data = judging(tasks, found, name).sign, rows(found, name, tasks)
    scores = [sign * row["value"] for row in data]
    worst, best = extent(scores)
    whole = best - worst or 1.0
    spent = totals(one["target"] or [one["rate_total"]] for one in found["places"])
    of = {one["point"]: total for one, total in zip(found["places"], spent, strict=True)}
    return [
        row
        | {"application": titled(name), "place": f"({row['aim']})"}
        | {"share": (score - worst) / whole, "order": (of[row["point"]], row["y"])}
        for row, score in zip(data, scores, strict=True)
    ]


def _by_share(row: Row) -> Row:
    return row | {"x": row["y"] / row["total"], "y": row["total"]}


def _axes(run: Run, data: Sequence[Row], metric: Measure) -> MapAxes:
    """R_1 and what is above it; of one layer, the value itself is up."""
    x = nats(rate_of(1, run.layers), [row["x"] for row in data])
    if run.layers == 1:
        return MapAxes(x, Side(metric.axis, alt.Scale(zero=False), alt.Axis()))
    return MapAxes(x, nats(f"R({span(2, run.layers)})", [row["y"] for row in data]))


def _heading(name: str, metric: Measure, data: Sequence[Row]) -> alt.TitleParams:
    half = median((row["high"] - row["low"]) / 2 for row in data)
    return alt.TitleParams(
        f"{titled(name)}: {metric.axis}",
        subtitle=["On test items; 95 % intervals,", f"median: ± {half:.2g}"],
    )


def bands_of(run: Run, name: str) -> list[FilledBand]:
    """An application over the places at given rates of two layers; none where they span no map."""
    found = run.guidance or {}
    places = {place["point"]: place for place in found["places"]}
    lost = {row["point"] for row in run.rated if row["status"] == "unreachable"}
    return bands(
        LatticeValue(place["target"], place["rates"], point["value"])
        for point in found["applications"][name]["points"]
        for place in [places[point["point"]]]
        if len(place["target"]) == 2 and not lost & set(place["points"])
    )


def _mark(
    base: alt.Chart,
    role: str,
    color: alt.Color,
    data: Sequence[Row],
    shown: list[alt.Tooltip],
    size: float = 1,
) -> alt.Chart:
    found = [one for one in SHAPES if _some(data, one)]
    looks = {"symbolStrokeColor": LIMIT, "symbolFillColor": "transparent", "symbolSize": 120}
    scale = alt.Scale(domain=found, range=[SHAPES[one] for one in found])
    shape = alt.Shape("role:N", title=None, scale=scale, legend=legend(**looks))
    mine = base.transform_filter(f"datum.role === '{role}'").encode(shape, tooltip=shown)
    best = role == BEST
    area, width = size * SIZES[role], 1 if best else 1.3
    mark = mine.mark_point(filled=best, size=area, opacity=1, stroke=LIMIT, strokeWidth=width)
    return mark.encode(color) if best else mark


def _some(data: Sequence[Row], role: str) -> bool:
    return any(row["role"] == role for row in data)


def _across(data: Sequence[Row]) -> list[Row]:
    """With the ends of the rates' intervals, too."""
    ends = {"x_low": -1.96, "x_high": 1.96}
    return [row | {end: row["x"] + k * row["x_se"] for end, k in ends.items()} for row in data]


def _tooltip(data: Sequence[Row], shares: bool) -> list[alt.Tooltip]:
    numbers = {"value": "value", "low": "95 % from", "high": "95 % to"}
    numbers |= {"x": "share of z₂"} if shares else {"x": "R₁ (nats)", "x_se": "± SE"}
    numbers |= {"total": "total rate (nats)", "total_se": "± SE of the total"}
    read = [alt.Tooltip("read:N", title="read by")] if any(row["read"] for row in data) else []
    return [*tooltip(**numbers), *read, alt.Tooltip("role:N")]


def _applies(run: Run) -> bool:
    return bool(applications(run))


def _figures(run: Run) -> Iterator[Figure]:
    """All at once; then one an application, and another where given rates span a map."""
    text = "How good each application is at each place, with its best place and what is as good"
    yield figure("every-place", "places", every_place(run), text)
    for name in applications(run):
        text = f"What {name} is worth at every point, with its best point and region"
        yield figure(f"map-{name}", "maps", application_map(run, name), text)
        if bands_of(run, name):
            over = f"{text}, over total rate and share of z₂"
            yield figure(f"shares-{name}", "shares", application_map(run, name, shares=True), over)


SECTION = ReportSection(
    "maps",
    "Application maps",
    "sections/application_maps.html",
    applies=_applies,
    figures=_figures,
    half=True,
)
