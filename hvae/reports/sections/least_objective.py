"""Maps of J° / J°* over the plane of β: how much of the best possible objective is missed."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from statistics import median
from typing import Any, NamedTuple

import altair as alt

from hvae.reports.charts.scatter import points_of
from hvae.reports.charts.theme import (
    CATEGORIES,
    INTERVAL,
    LIMIT,
    Chart,
    Side,
    bars,
    ends,
    inline,
    placed,
    sub,
    tooltip,
)
from hvae.reports.render import Figure, ReportSection, figure
from hvae.reports.sections.exact_source import least
from hvae.results.exactness import Difference, Exactness, Shortfall, exactness, shortfalls
from hvae.results.run import Run
from hvae.statistics.estimate import Row

HEAT = ["#fffaf2", "#fdbb84", "#b30000"]
ROOMY = 12  # columns that have room for a number in each cell
LEAST_TOP = 1.1  # the colours reach at least this far, so that good runs look good


class Map(NamedTuple):
    """A chart and what it shows, in words."""

    title: str
    chart: Chart


def sentence(found: Exactness, of: str = "models") -> str:
    """The counts of models, or of the points of one model, in words."""
    if found.points == 0:
        return "No model trained to an end."
    lower = (
        "none is" if found.below == 0 else f"{found.below} {'is' if found.below == 1 else 'are'}"
    )
    return (
        f"Of {found.points} {of}, {found.within_3} come within 3 % of the least objective J°* "
        f"and {found.within_10} within 10 %; the worst reaches {found.worst:.3f} times J°*, and "
        f"{lower} below it by more than 3 standard errors."
    )


def rows(found: Iterable[Shortfall]) -> list[Row]:
    """A row a model: its β and its ratio (y) with the 95 % interval."""
    return [
        {
            "point": one.point,
            "objective": one.objective,
            "least": one.least,
            "ratio": one.ratio,
            **{f"beta_{layer}": beta for layer, beta in enumerate(one.beta, start=1)},
            **ends("x", one.beta[0], 0.0),
            **ends("y", one.ratio, one.ratio_se),
        }
        for one in found
    ]


def maps(found: Sequence[Shortfall], worst: float) -> list[Map]:
    """One chart for every value of (β_3, …) and the seed; colours run from 1 to `worst`."""
    result = []
    for (above, seed), group in _planes(found):
        title = ", ".join(
            ["J° / J°*", *above, *([seed] if len({s.seed for s in found}) > 1 else [])]
        )
        chart = _line(group, title) if len(group[0].beta) == 1 else _heat(group, title, worst)
        result.append(Map(title, chart))
    return result


def _planes(found: Iterable[Shortfall]) -> list[tuple[tuple[list[str], str], list[Shortfall]]]:
    """The models of one plane (β_1, β_2) and seed together, in order."""

    def plane(one: Shortfall) -> tuple[tuple[float, ...], int]:
        return one.beta[2:], one.seed

    groups = itertools.groupby(sorted(found, key=plane), key=plane)
    return [
        (([f"β{sub(layer)} = {b:g}" for layer, b in enumerate(above, 3)], f"seed {seed}"), list(g))
        for (above, seed), g in groups
    ]


def _line(found: Sequence[Shortfall], title: str) -> Chart:
    data = rows(found)
    base = alt.Chart(inline(data), title=title)
    x = Side("β", alt.Scale(type="log", nice=False, padding=12), alt.Axis(format=".3~g"))
    y = Side("J° / J°*", alt.Scale(zero=False), alt.Axis())
    one = alt.Chart(inline([{"y": 1}])).mark_rule(color=LIMIT, strokeWidth=2)
    line = base.mark_line(point=True, color=CATEGORIES[0]).encode(*placed(x, y), tooltip=_numbers())
    return alt.layer(one.encode(y="y:Q"), *bars(base, x, y), line)


def _heat(found: Sequence[Shortfall], title: str, worst: float) -> Chart:
    scale = alt.Scale(range=HEAT, domain=[1, max(LEAST_TOP, worst)], clamp=True)
    color = alt.Color("ratio:Q", title="J° / J°*", scale=scale)
    dark = (1 + 2 * max(LEAST_TOP, worst)) / 3
    half = median(INTERVAL * one.ratio_se for one in found)
    heading = alt.TitleParams(title, subtitle=f"95 % intervals, median: ± {half:.2g}")
    return _cells(rows(found), heading, color, f"datum.ratio > {dark}", ".3f", _numbers())


def difference_map(found: Sequence[Difference], title: str) -> Map:
    """How much higher the second experiment's J° / J°* is, point by point; two layers."""
    data = [
        {"point": one.first.point, "ratio": one.value, "first": one.first.ratio}
        | {"second": one.second.ratio, "beta_1": one.beta[0], "beta_2": one.beta[1]}
        for one in found
    ]
    most = max(0.05, *(abs(one.value) for one in found))
    scale = alt.Scale(scheme="purpleorange", reverse=True, domain=[-most, most], clamp=True)
    color = alt.Color("ratio:Q", title="Difference of J° / J°*", scale=scale)
    numbers = tooltip(first="first", second="second", ratio="difference")
    dark = f"abs(datum.ratio) > {0.6 * most}"
    return Map(title, _cells(data, title, color, dark, "+.3f", numbers))


def _cells(
    data: list[Row],
    title: str | alt.TitleParams,
    color: alt.Color,
    dark: str,
    form: str,
    numbers: list[alt.Tooltip],
) -> Chart:
    """A cell a point, with its number in it where there is room."""
    base = alt.Chart(inline(data), title=title).encode(
        alt.X(
            "beta_1:O",
            title="β₁",
            axis=alt.Axis(labelAngle=0, format=".3~g", labelOverlap="greedy", labelSeparation=4),
        ),
        alt.Y(
            "beta_2:O",
            title="β₂",
            axis=alt.Axis(format=".3~g", labelOverlap="greedy", labelSeparation=4),
            sort="descending",
        ),
    )
    cells = base.mark_rect().encode(color, tooltip=numbers)
    if len({row["beta_1"] for row in data}) > ROOMY:
        return alt.layer(cells)
    number = base.mark_text(fontSize=12).encode(
        text=alt.Text("ratio:Q", format=form),
        color=alt.condition(dark, alt.value("white"), alt.value("black")),
    )
    return alt.layer(cells, number)


def _numbers() -> list[alt.Tooltip]:
    return tooltip(
        objective="J° (nats)", least="J°* (nats)", y="J° / J°*", y_low="95 % from", y_high="95 % to"
    )


def closeness(run: Run) -> list[str]:
    """A remark where the least objective is known: how close the models come."""
    asked = least(run.params, run.known)
    if asked is None or not run.trained:
        return []
    return [sentence(exactness(shortfalls(run.points, run.layers, *asked)), points_of(run))]


def _applies(run: Run) -> bool:
    return least(run.params, run.known) is not None


def _figures(run: Run) -> Iterator[Figure]:
    """Where the least objective is known."""
    if asked := least(run.params, run.known):
        found = shortfalls(run.points, run.layers, *asked)
        for place, one in enumerate(maps(found, exactness(found).worst)):
            yield figure(f"exactness-{place}", "exactness", one.chart, one.title)


def _values(run: Run) -> dict[str, Any]:
    return {"remarks": closeness(run)}


SECTION = ReportSection(
    "exactness",
    "Least objective",
    "sections/least_objective.html",
    applies=_applies,
    figures=_figures,
    values=_values,
)
