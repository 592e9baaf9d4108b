"""Every bound: what it says, how its checks went, and its slack over the grid.

A chart shows the tightest check of every point.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import altair as alt
import numpy as np

from hvae.io.tables import MEASURED, betas
from hvae.reports.charts.theme import (
    BAR,
    CATEGORIES,
    FAINT,
    LIMIT,
    SOFT,
    Chart,
    Side,
    bars,
    ends,
    inline,
    legend,
    nats,
    placed,
    rate_of,
    span,
    sub,
)
from hvae.reports.render import Figure, ReportSection, figure
from hvae.results.checks.catalogue import BOUNDS, Bound
from hvae.results.quantities import checked_unit
from hvae.results.rates import lowest_layer
from hvae.results.run import Run
from hvae.statistics.estimate import Row

TELLING = 4  # checks a bound in the table
FIRST = 3  # charts that are not folded away
UNKNOWN = Bound("–", "Not described in this version.")
SHAPES = {"holds": "circle", "undecided": "diamond", "violated": "cross"}
ROOMY = 12  # columns of the grid that have room for large marks
WITHIN = 0.8  # of the marks are told apart by colour, where a few lie far beyond
NUMBERS = ("measured", "measured_se", "limit", "limit_se", "slack", "p_value", "rate")


class CountedBound(NamedTuple):
    """A bound with the counts of its verdicts, none where it has no check."""

    name: str
    bound: Bound
    verdicts: Counter[str]

    @property
    def judged(self) -> bool:
        """Whether some check of it can bind."""
        return self.verdicts.total() > self.verdicts["vacuous"]


def counted(checks: Sequence[Row]) -> list[CountedBound]:
    """The catalogue, and after it the bounds that another version of it described."""
    others = sorted({check["bound"] for check in checks} - BOUNDS.keys())
    every = {**BOUNDS, **dict.fromkeys(others, UNKNOWN)}
    return [CountedBound(name, bound, _verdicts(checks, name)) for name, bound in every.items()]


def _verdicts(checks: Sequence[Row], bound: str) -> Counter[str]:
    return Counter(check["verdict"] for check in checks if check["bound"] == bound)


def telling(run: Run) -> list[Row]:
    """Of each bound, the checks that can bind and have the most evidence against them."""
    judged = sorted(_judged(run), key=evidence)
    names = [bound.name for bound in counted(judged)]
    return [c for name in names for c in [c for c in judged if c["bound"] == name][:TELLING]]


def _judged(run: Run) -> list[Row]:
    """The checks that can bind."""
    return [check for check in run.bounds if check["verdict"] != "vacuous"]


def evidence(check: Row) -> tuple[float, float]:
    """What sorts the tightest check first: the most evidence against it, then the least slack."""
    return check["p_value"], check["slack"]


def tightest(run: Run, bound: str) -> dict[str, Row]:
    """Of each point, the check of this bound that can bind and has the most evidence against it."""
    judged = [c for c in run.bounds if c["bound"] == bound and c["verdict"] != "vacuous"]
    return {c["point"]: c for c in sorted(judged, key=evidence, reverse=True)}


def rows(run: Run, bound: str) -> list[Row]:
    """A row a point of which this bound is judged."""
    found = tightest(run, bound)
    points = [point for point in _checked(run, bound) if point["status"] in MEASURED]
    return [_row(run, point, found[point["point"]]) for point in points if point["point"] in found]


def _row(run: Run, point: Row, check: Row) -> Row:
    rate = run.rates[point["point"]][lowest_layer(check["layers"]) - 1 if check["layers"] else 0]
    names = ("point", "layers", "method", "metric", "verdict")
    numbers = {name: check[name] for name in NUMBERS if name != "rate"} | {"rate": rate.value}
    placed_at = ends("x", *rate) | ends("y", check["slack"], slack_error(check))
    return {name: check[name] for name in names} | numbers | placed_at | cell(run, point)


def slack_error(check: Row) -> float:
    """One standard error of its slack, as its verdict has it."""
    return BOUNDS.get(check["bound"], UNKNOWN).slack_error(check)


def cell(run: Run, point: Row) -> Row:
    """Where a point stands in the grid of β: β_1 across, and its row, the β above and the seed, up.

    And where it is in the rate plane: R_1, and the rate above z_1, in nats.
    """
    first, *above = betas(point, run.layers)
    seed = [f"seed {point['seed']}"] if len(run.params.grid.seeds) > 1 else []
    row = ", ".join([*(f"{value:.4g}" for value in above), *seed])
    rates = {"rate_1": point["rate_1"], "rate_above": point["rate_total"] - point["rate_1"]}
    return {"beta": first, "row": row} | rates


def slack(run: Run, bound: str) -> Chart:
    """Slack by colour over the grid of β, or over the rate plane where rates were given.

    With one layer slack is the height, against the rate.
    """
    data = rows(run, bound)
    metric: str = data[0]["metric"]
    unit = checked_unit(metric)
    base = alt.Chart(inline(data), title=f"Slack: {bound.replace('-', ' ')}")
    if run.layers == 1:
        return _against_rate(run, base, data, unit)
    over = _over_rates if _rated(_checked(run, bound)) else _over_grid
    return over(run, base, bound, _color(data, unit))


def _checked(run: Run, bound: str) -> list[Row]:
    """The points that this bound is about: those that are evaluated, or the plane of β."""
    checks = {check["point"] for check in run.bounds if check["bound"] == bound}
    evaluated = [point for point in run.evaluated if point["point"] in checks]
    return run.evaluated if len(evaluated) == len(checks) else list(run.points)


def _rated(points: Sequence[Row]) -> bool:
    return all(point["strategy"] == "rates" for point in points)


def _color(data: list[Row], unit: str) -> alt.Color:
    """The slack by colour; a few marks far beyond the others look alike, as the legend says."""
    title, scale = [f"Slack ({unit})"], alt.Scale(scheme="viridis")
    values = [row["slack"] for row in data]
    low, high, most = np.quantile(values, [0, WITHIN, 1], method="lower").tolist()
    if most - low > 2 * (high - low) > 0:
        title.append(f"{high:.2g} and more look alike")
        scale = alt.Scale(scheme="viridis", domain=[low, high], clamp=True)
    legend = alt.Legend(gradientLength=160, format=".2~r", titleLimit=0)
    return alt.Color("slack:Q", title=title, legend=legend, scale=scale)


def _over_grid(run: Run, base: alt.Chart, bound: str, color: alt.Color) -> Chart:
    every = [cell(run, point) for point in _checked(run, bound)]
    rests = list(dict.fromkeys(row["row"] for row in every))[::-1]
    names = ", ".join(f"β{sub(layer)}" for layer in range(2, run.layers + 1))
    values = sorted({row["beta"] for row in every})
    x = alt.X(
        "beta:O",
        title="β₁",
        scale=alt.Scale(domain=values),
        axis=alt.Axis(labelAngle=0, format=".2~g", labelOverlap="greedy"),
    )
    y = alt.Y(
        "row:O", title=names, scale=alt.Scale(domain=rests), axis=alt.Axis(labelOverlap="greedy")
    )
    dots = alt.Chart(inline(every)).mark_point(size=8, filled=True, color=FAINT)
    size = 170 if len(values) <= ROOMY else 50
    return alt.layer(dots.encode(x, y), _marks(base, size).encode(x, y, color))


def _over_rates(run: Run, base: alt.Chart, bound: str, color: alt.Color) -> Chart:
    every = [cell(run, point) for point in _checked(run, bound)]
    x = nats(rate_of(1, run.layers), [row["rate_1"] for row in every])
    y = nats(f"R({span(2, run.layers)})", [row["rate_above"] for row in every])
    at = [
        alt.X("rate_1:Q", title=x.title, scale=x.scale, axis=x.ticks),
        alt.Y("rate_above:Q", title=y.title, scale=y.scale, axis=y.ticks),
    ]
    dots = alt.Chart(inline(every)).mark_point(size=8, filled=True, color=FAINT)
    return alt.layer(dots.encode(*at), _marks(base, 110).encode(*at, color))


def _against_rate(run: Run, base: alt.Chart, data: list[Row], unit: str) -> Chart:
    x = nats(f"R({span(1, run.layers)})", [row["x_high"] for row in data])
    y = Side(f"Slack ({unit})", alt.Scale(zero=True), alt.Axis())
    zero = alt.Chart(inline([{"y": 0}])).mark_rule(color=LIMIT, strokeWidth=2)
    marks = _marks(base, 60).encode(*placed(x, y), color=alt.value(CATEGORIES[0]))
    return alt.layer(zero.encode(y="y:Q"), *bars(base, x, y), marks)


def _marks(base: alt.Chart, size: int) -> Any:
    shape = alt.Shape(
        "verdict:N",
        title="Verdict",
        scale=alt.Scale(domain=list(SHAPES), range=list(SHAPES.values())),
        legend=legend(symbolFillColor=SOFT, symbolStrokeWidth=0),
    )
    numbers = [alt.Tooltip(f"{name}:Q", format=".3~g") for name in NUMBERS]
    text = [alt.Tooltip(f"{name}:N") for name in ("point", "layers", "method", "verdict")]
    edged = base.mark_point(filled=True, size=size, opacity=1, stroke=BAR, strokeWidth=0.5)
    return edged.encode(shape, tooltip=text + numbers)


def kept(run: Run) -> str:
    """Whether the bounds hold."""
    count = Counter(check["verdict"] for check in run.bounds)
    binding = len(run.bounds) - count["vacuous"]
    vacuous = f"{count['vacuous']:,} {'more is' if count['vacuous'] == 1 else 'more are'} vacuous"
    beyond = f" {vacuous}: their limits are too loose to be broken." if count["vacuous"] else ""
    if not binding:
        return f"No limit was put to a test.{beyond}"
    verdict = "No limit is violated"
    if count["violated"]:
        verdict = f"Limits are violated in {count['violated']} of {binding} checks that can bind"
    holding = "check holds" if count["holds"] == 1 else "checks hold"
    return (
        f"{verdict}: {count['holds']} {holding} and {count['undecided']} "
        f"{'is' if count['undecided'] == 1 else 'are'} undecided, at 1 % over all checks together."
        f"{beyond}"
    )


def binding(run: Run) -> list[str]:
    """The bounds that can bind, those with the most evidence against them first."""
    return list(dict.fromkeys(check["bound"] for check in sorted(_judged(run), key=evidence)))


def undrawn(run: Run) -> list[str]:
    """Those of them that can bind at independent models alone, which charts do not show."""
    return [name for name in binding(run) if not rows(run, name)]


def _figures(run: Run) -> Iterator[Figure]:
    """One a bound that can bind at a model that is drawn."""
    without = undrawn(run)
    for place, name in enumerate(one for one in binding(run) if one not in without):
        section = "bounds" if place < FIRST else "bounds-others"
        text = f"Slack of the limit {name} over the plane"
        yield figure(f"slack-{place}", section, slack(run, name), text)


def _values(run: Run) -> dict[str, Any]:
    found = {"bounds": counted(run.bounds), "telling": telling(run), "kept": kept(run)}
    return found | {"undrawn": undrawn(run)}


SECTION = ReportSection(
    "bounds",
    "Each limit and its checks",
    "sections/bounds.html",
    figures=_figures,
    values=_values,
)
