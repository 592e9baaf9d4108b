"""The rate plane: where each point lies, coloured by what it achieves there.

Thin lines join places of equal total rate: R_1 + R above z_1 = c, labelled with c.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import altair as alt

from hvae.reports.charts.filled import MapAxes, contours, extent, filled, lattice
from hvae.reports.charts.scatter import CROWDED, GRID, RATED, beta_text, kinds, scatter
from hvae.reports.charts.surface import FilledBand, bands
from hvae.reports.charts.theme import Chart, Side, ends, inline, nats, placed, rate_of, span, spread
from hvae.reports.render import Figure, ReportSection, figure
from hvae.results.quantities import LESS_CONSTANT, METRICS, OF_POINTS, Measure
from hvae.results.run import Run
from hvae.statistics.estimate import Row, number

Interval = tuple[float, float, float]  # a value and the ends of its 95 % interval
LEVELS = (0.3, 1, 3, 10, 30, 100, 300, 1000)  # nats: the ticks of the axes
INK = "#888888"
ROOM = (0.6, 0.8)  # part of an axis where a label still fits: it reaches to the right
EVERY = 5  # of the places of a spread one in so many is enough for so smooth a line


class PlaneMetric(NamedTuple):
    """What colours the plane: its name on the page, and its title with the unit."""

    name: str
    title: str


def metrics(run: Run) -> list[PlaneMetric]:
    """Distortion, PSNR or else the squared error, and the first probe on samples of all layers.

    Bits per dimension take the place of D where p(x | z) is a probability.
    """
    asked = run.params.tasks.classification
    probe = asked.probes[0] if asked is not None else ""
    accuracy = PlaneMetric("accuracy", f"{METRICS['accuracy'].title}, {probe} probe on samples")
    code = PlaneMetric("bits", f"{OF_POINTS['bits'].brief}, (D + R) / (n ln 2)")
    return [
        code if _bits(run) else of_distortion(run),
        of_error(run),
        *([accuracy] if _probed(run) else []),
    ]


def of_error(run: Run) -> PlaneMetric:
    """PSNR, or else the squared error."""
    if run.test.bounded:
        return PlaneMetric("psnr", OF_POINTS["psnr"].axis)
    error = OF_POINTS["mse"]
    return PlaneMetric("mse", f"{error.brief} ({error.unit})")


def of_distortion(run: Run) -> PlaneMetric:
    """As `distortion` says."""
    return PlaneMetric("distortion", distortion(run).axis)


def distortion(run: Run) -> Measure:
    """D°, without the likelihood's constant; D with it where each model has one of its own."""
    return OF_POINTS["distortion" if run.own_sigma else LESS_CONSTANT]


def symbol(run: Run) -> str:
    """The same in short."""
    return "D" if run.own_sigma else "D°"


def plane(run: Run, metric: PlaneMetric) -> Chart:
    """A mark a point: the rate above z_1 against the rate of z_1, with 95 % intervals.

    Beneath are lines of equal total rate, which distortions go with; accuracies have a limit.
    Between points at given rates the plane is filled. With one layer there is no plane: the metric
    itself is then the vertical axis.
    """
    data, beneath = rows(run, metric), []
    x = nats(rate_of(1, run.layers), [row["x"] for row in data])
    y = Side(metric.title, alt.Scale(zero=False), alt.Axis())
    if run.layers > 1:
        y = nats(f"R({span(2, run.layers)})", [row["y"] for row in data])
        beneath = iso(x, y, data) if metric.name != "accuracy" else []
    scale = alt.Scale(domain=extent(row["value"] for row in data if "value" in row))
    color = alt.Color("value:Q", title=None, scale=scale)
    if run.layers == 2:
        axes = MapAxes(x, y)
        values = {name: found[0] for name, found in VALUES[metric.name](run).items()}
        given = [row for row in data if row["kind"] == RATED.name]
        equal = contours(distortions(run), axes, symbol(run), given)
        beneath = [*filled(bands(lattice(run, values)), axes, color), *equal, *beneath]
    return scatter(data, metric.title, x, y, color, _numbers(run, metric), *beneath)


def distortions(run: Run) -> list[FilledBand]:
    """The distortion over the points at given rates; none where they span no map."""
    return bands(lattice(run, distortion_values(run))) if run.layers == 2 else []


def distortion_values(run: Run) -> dict[str, float]:
    """That of each point, by name, as `distortion` says."""
    return {name: found[0] for name, found in _distortion(run).items()}


def rows(run: Run, metric: PlaneMetric) -> list[Row]:
    """One row a trained point: both axes and the metric, each with the ends of its interval.

    Of two layers or more, models beside the grid have a place without the metric, too.
    """
    values, kind = VALUES[metric.name](run), kinds(run)
    result = []
    for point in run.measured:
        name = point["point"]
        if name not in values and (kind[name] == GRID.name or run.layers == 1):
            continue
        numbers = dict(zip(("value", "low", "high"), values.get(name, ()), strict=False))
        across = ends("x", point["rate_1"], point["rate_1_se"])
        up = ends("y", *run.rates[name][1]) if run.layers > 1 else upwards(numbers)
        beta = beta_text(point, run.layers)
        result.append({"point": name, "kind": kind[name], "beta": beta} | numbers | across | up)
    return result


def upwards(numbers: Row) -> Row:
    """The columns of a value and its interval as those of the height of a mark."""
    return {"y": numbers["value"], "y_low": numbers["low"], "y_high": numbers["high"]}


def _distortion(run: Run) -> dict[str, Interval]:
    """As `distortion` says."""
    return {
        p["point"]: interval(p["distortion"] - constant, p["distortion_se"])
        for p in run.measured
        for constant in [0.0 if run.own_sigma else p["distortion_constant"]]
    }


def _bits(run: Run) -> dict[str, Interval]:
    """Where p(x | z) is a probability, and so x has a code."""
    coded = {p["point"] for p in run.measured if math.isfinite(p["bits_per_dim"])}
    unit = math.prod(run.test.shape) * math.log(2)
    return {
        name: interval(code.value / unit, code.std_error / unit)
        for name, code in run.codes.items()
        if name in coded
    }


def _psnr(run: Run) -> dict[str, Interval]:
    """Ends to first order in the standard error of the squared error."""
    decibels = 10 / math.log(10)
    return {
        p["point"]: interval(p["psnr_db"], decibels * error.std_error / error.value)
        for p in run.measured
        for error in [run.errors[p["point"]]]
    }


def _mse(run: Run) -> dict[str, Interval]:
    dimensions = math.prod(run.test.shape)
    return {
        name: interval(error.value / dimensions, error.std_error / dimensions)
        for name, error in run.errors.items()
    }


def _probed(run: Run) -> dict[str, Interval]:
    asked = run.params.tasks.classification
    if asked is None:
        return {}
    wanted = (run.suffix, asked.probes[0])
    return {
        task["point"]: (task["value"], task["low"], task["high"])
        for task in (run.accuracies("sample") if run.labelled else [])
        if (task["layers"], task["method"]) == wanted
    }


VALUES: Mapping[str, Callable[[Run], dict[str, Interval]]] = {
    "distortion": _distortion,
    "bits": _bits,
    "psnr": _psnr,
    "mse": _mse,
    "accuracy": _probed,
}


def interval(value: float, std_error: float) -> Interval:
    """A value and the ends of its 95 % interval."""
    low, high = list(ends("", value, std_error).values())[1:]
    return value, low, high


def _numbers(run: Run, metric: PlaneMetric) -> dict[str, str]:
    """The columns that hovering shows, under their titles."""
    own = {"value": metric.title, "low": "95 % from", "high": "95 % to"}
    across = {"x": "R₁ (nats)", "x_low": "R₁ from", "x_high": "R₁ to"}
    above = {"y": "R above z₁ (nats)", "y_low": "R above from", "y_high": "R above to"}
    return own | across | (above if run.layers > 1 else {})


def levels(rows: Iterable[Row]) -> list[float]:
    """The total rates that have a line: those that some point comes up to."""
    most = max((row["x"] + row["y"] for row in rows), default=0.0)
    return [level for level in LEVELS if level <= most]


def lines(found: Iterable[float]) -> list[Row]:
    """Places on each line, denser towards both ends, where the axes bend it."""
    return [
        {"x": x, "y": level - x, "level": level}
        for level in found
        for x in sorted({x for near in _spread(level) for x in (near, level - near)})
    ]


def labels(found: Iterable[float], widest: float, highest: float) -> list[Row]:
    """One a line: at its bend where both axes reach that far, else further along.

    A line that only cuts a corner of the chart has no room for one.
    """
    right, top = ROOM[0] * widest, ROOM[1] * highest
    return [
        {"x": level - y, "y": y, "text": f"{level:g} nat{'s' * (level != 1)}"}
        for level in found
        if level <= right + top
        for y in [max(min(level / 2, top), level - right)]
    ]


def iso(x: Side, y: Side, rows: Sequence[Row]) -> list[alt.Chart]:
    """Thin lines with their labels, for points that are there."""
    found = levels(rows)
    if not found:
        return []
    texts = labels(found, *(max(row[axis] for row in rows) for axis in ("x", "y")))
    line = alt.Chart(inline(lines(found))).mark_line(
        color=INK, strokeWidth=0.8, strokeDash=[3, 3], clip=True, tooltip=False
    )
    text = alt.Chart(inline(texts)).mark_text(
        align="left", dx=3, dy=-4, fontSize=10, color="#666666", clip=True
    )
    return [
        line.encode(*placed(x, y), alt.Detail("level:N")),
        text.encode(*placed(x, y), alt.Text("text:N")),
    ]


def _spread(level: float) -> list[float]:
    return [float(x) for x in spread(level / 2)[::EVERY]]


def sigmas(run: Run) -> list[str]:
    """A remark where σ is learned: its values, from `distortion_constant` = (n/2) log 2πσ²."""
    if not run.own_sigma or not run.trained:
        return []
    n = math.prod(run.test.shape)
    found = [
        math.exp(point["distortion_constant"] / n) / math.sqrt(2 * math.pi) for point in run.trained
    ]
    return [
        f"Each model has learned its own σ, from {min(found):.3g} to {max(found):.3g}: compare D "
        "and squared errors between models, not J° or D°, which are in units of it."
    ]


def constants(run: Run) -> list[str]:
    """A remark where D has a constant that all points share: what D° leaves out."""
    found = {point["distortion_constant"] for point in run.trained}
    if run.own_sigma or len(found) != 1 or found == {0.0}:
        return []
    constant = number(found.pop()).replace("-", "−")
    return [
        "D° is the distortion D = E[−log p(x | z)] without the likelihood's constant, "
        f"{constant} nats for every point: what changes from point to point, and what β trades "
        "against rates. The tables have both."
    ]


def _figures(run: Run) -> Iterator[Figure]:
    """One a metric."""
    for metric in metrics(run) if run.trained else []:
        text = f"Rate plane coloured by {metric.title}"
        yield figure(f"plane-{metric.name}", "plane", plane(run, metric), text)


def _values(run: Run) -> dict[str, Any]:
    remarks = constants(run) + sigmas(run)
    return {"crowded": len(run.points) > CROWDED, "remarks": remarks}


SECTION = ReportSection(
    "plane", "Where points land", "sections/plane.html", figures=_figures, values=_values
)
