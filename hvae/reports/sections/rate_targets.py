"""Places of given rates: how near their trainings come, and the price of a nat there."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import fmean, stdev
from typing import Any, NamedTuple

import altair as alt
import numpy as np

from hvae.config.training import ABSOLUTE, RELATIVE
from hvae.guidance.text import estimate, rate
from hvae.io.tables import MEASURED, over_layers
from hvae.reports.charts.theme import (
    BAR,
    GRID,
    Chart,
    Side,
    ends,
    inline,
    legend,
    nats,
    placed,
    sub,
    tooltip,
)
from hvae.reports.render import Figure, ReportSection, figure
from hvae.reports.sections.plane import distortion
from hvae.results.run import Run
from hvae.statistics.estimate import Estimate, Row

EDGE = 60  # points along the band of what is allowed
TOLD = {"unreachable": "the rates were not met"}


class RatedLayer(NamedTuple):
    """Of one layer, in nats: the rate that it was trained to, and what its trainings have.

    rate is their mean on test items, spread its standard deviation over trainings, or of one the
    standard error over items, and price the mean of λ_l.
    """

    target: float
    rate: float
    spread: float
    price: float

    @property
    def told(self) -> str:
        return rate(Estimate(self.rate, self.spread))


class Rated(NamedTuple):
    """One place with its trainings, of which some may have diverged.

    layers and distortion are None where all did. miss: how far a rate is from its target at most,
    in nats, over layers and trainings. status: how many trainings came to what.
    """

    name: str
    points: str
    status: str
    layers: list[RatedLayer] | None
    miss: float
    distortion: float | None
    distortion_spread: float

    @property
    def told(self) -> str:
        return estimate(Estimate(self.distortion or 0.0, self.distortion_spread))


def rated(run: Run) -> list[Rated]:
    """Every place of given rates, in the order of the table."""
    there: dict[tuple[float, ...], list[Row]] = {}
    for row in run.rated:
        there.setdefault(over_layers(row, "target", run.layers), []).append(row)
    return [_rated(run, target, rows) for target, rows in there.items()]


def _rated(run: Run, target: Sequence[float], rows: Sequence[Row]) -> Rated:
    name = f"R = ({', '.join(f'{one:.4g}' for one in target)}) nats"
    points = ", ".join(row["point"] for row in rows)
    status = _status([row["status"] for row in rows])
    known = [row for row in rows if row["status"] in MEASURED]
    if not known:
        return Rated(name, points, status, None, math.nan, None, math.nan)
    layers, miss = [], 0.0
    for k, wanted in enumerate(target, 1):
        found = [row[f"rate_{k}"] for row in known]
        price = fmean(row[f"price_{k}"] for row in known)
        spread = _spread(found, known[0][f"rate_{k}_se"])
        layers.append(RatedLayer(wanted, fmean(found), spread, price))
        miss = max(miss, *(abs(one - wanted) for one in found))
    each = [r["distortion"] - (0.0 if run.own_sigma else r["distortion_constant"]) for r in known]
    return Rated(
        name, points, status, layers, miss, fmean(each), _spread(each, known[0]["distortion_se"])
    )


def met(run: Run) -> str:
    """How many rates of layers are near their targets on test items, of all trainings."""
    every = landed(run)
    near = sum(abs(one["rate"] - one["target"]) <= _allowed(one["target"]) for one in every)
    return (
        f"On test items, {near} of the {len(every)} rates of single layers are within "
        f"{100 * RELATIVE:g} % or {ABSOLUTE:g} nats of their targets."
    )


def landed(run: Run) -> list[Row]:
    """A row a training and layer: its target and its rate on test items in nats, with its error."""
    return [
        {"point": row["point"], "layer": f"z{sub(k)}", "target": wanted}
        | {"rate": row[f"rate_{k}"], "std_error": row[f"rate_{k}_se"]}
        for row in run.rated
        if row["status"] in MEASURED
        for k, wanted in enumerate(over_layers(row, "target", run.layers), 1)
    ]


def _allowed(target: float) -> float:
    return max(RELATIVE * target, ABSOLUTE)


def misses(run: Run) -> Chart | None:
    """How far each open layer is from its target, in percent of it; None without such a layer.

    The band is what training allows.
    """
    data = [_deviation(row) for row in landed(run) if row["target"]]
    if not data:
        return None
    x = nats("Target of a layer", [row["x"] for row in data])
    across, up = placed(x, Side("Deviation (%)", alt.Scale(), alt.Axis()))
    base = alt.Chart(inline(data)).encode(across)
    scale = alt.Scale(domain=list(dict.fromkeys(row["layer"] for row in data)))
    shown = {"x": "target (nats)", "rate": "rate (nats)", "y": "deviation (%)"}
    marks = base.mark_point(filled=True, size=45, opacity=0.85).encode(
        up,
        alt.Color("layer:N", title=None, scale=scale, legend=legend()),
        alt.Shape("layer:N", title=None, scale=scale, legend=legend()),
        tooltip=[alt.Tooltip("layer:N"), *tooltip(**shown)],
    )
    band = alt.Chart(inline(_band(data))).mark_area(color=GRID, tooltip=False)
    bars = base.mark_rule(color=BAR, opacity=0.5)
    title = alt.TitleParams(
        "Rates on test items: deviation from their targets",
        subtitle="95 % intervals over items; grey: what training allows",
    )
    drawn = [
        band.encode(across, alt.Y("above:Q"), alt.Y2("below:Q")),
        bars.encode(alt.Y("y_low:Q"), alt.Y2("y_high:Q")),
    ]
    return alt.layer(*drawn, marks, title=title)


def _deviation(row: Row) -> Row:
    """A row of `landed` at its target (x), with the percentage (y) that its rate is off."""
    percent = 100 / row["target"]
    off = percent * (row["rate"] - row["target"])
    return row | {"x": row["target"]} | ends("y", off, percent * row["std_error"])


def _band(data: Sequence[Row]) -> list[Row]:
    """What training allows, in percent, from the least target to the largest."""
    least, most = (f(row["x"] for row in data) for f in (min, max))
    return [
        {"x": at, "above": allowed, "below": -allowed}
        for at in np.geomspace(least, most, EDGE).tolist()
        for allowed in [100 * _allowed(at) / at]
    ]


def _figures(run: Run) -> Iterator[Figure]:
    """How far rates are from their targets."""
    if (chart := misses(run)) is not None:
        text = "How far the rate of each layer is from its target, in percent of it"
        yield figure("rate-misses", "targets", chart, text)


def _spread(values: Sequence[float], error: float) -> float:
    """Over trainings; of one the error over items."""
    return stdev(values) if len(values) > 1 else error


def _status(found: Sequence[str]) -> str:
    """`ok` of all trainings, or how many have which."""
    words = [(TOLD.get(status, status), count) for status, count in Counter(found).items()]
    if len(words) == 1:
        return words[0][0]
    return ", ".join(f"{count} {word}" for word, count in words)


def _applies(run: Run) -> bool:
    return bool(run.rated)


def _values(run: Run) -> dict[str, Any]:
    several = len(run.params.grid.seeds) > 1
    return {
        "rated": rated(run),
        "met": met(run),
        "several": several,
        "distortion_title": distortion(run).axis,
    }


SECTION = ReportSection(
    "targets",
    "Trained to given rates",
    "sections/rate_targets.html",
    applies=_applies,
    figures=_figures,
    values=_values,
    half=True,
)
