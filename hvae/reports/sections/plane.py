"""The rate plane: where each point landed, coloured by what it achieves there."""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

import altair as alt

from hvae.reports.charts.marks import Chart, Side, ends, nats
from hvae.reports.charts.scatter import GRID, kinds, landed
from hvae.reports.charts.theme import rate_of, span
from hvae.reports.sections.iso import iso
from hvae.results.experiment import Run
from hvae.results.kinds import Row

Interval = tuple[float, float, float]  # a value and the ends of its 95 % interval


class Metric(NamedTuple):
    """What colours the plane: its name on the page, and its title with the unit."""

    name: str
    title: str


def metrics(run: Run) -> list[Metric]:
    """Distortion, PSNR or else the squared error, and the first probe on samples of all layers.

    Bits per dimension take the place of D where p(x | z) is a probability.
    """
    probe = run.params.tasks.classification.probes[0]
    psnr, mse = Metric("psnr", "PSNR, z sampled (dB)"), Metric("mse", MSE)
    accuracy = Metric("accuracy", f"Accuracy, {probe} probe on samples")
    code = Metric("bits", "Bits per dimension, (D + R) / (n ln 2)")
    return [
        code if _bits(run) else Metric("distortion", f"{distortion(run)} (nats per item)"),
        psnr if run.test.bounded else mse,
        *([accuracy] if _probed(run) else []),
    ]


def distortion(run: Run) -> str:
    """D°, without the likelihood's constant; D with it where each model has one of its own."""
    return "Distortion D, constant included" if run.own_sigma else "Distortion D°"


MSE = "MSE per dimension, z sampled (units²)"


def plane(run: Run, metric: Metric) -> Chart:
    """A mark a point: the rate above z_1 against the rate of z_1, with 95 % intervals.

    Beneath are lines of equal total rate, which distortions go with; accuracies have a limit.
    With one layer there is no plane: the metric itself is then the vertical axis.
    """
    data, beneath = rows(run, metric), []
    x = nats(rate_of(1, run.layers), [row["x"] for row in data])
    y = Side(metric.title, alt.Scale(zero=False), alt.Axis())
    if run.layers > 1:
        y = nats(f"R({span(2, run.layers)})", [row["y"] for row in data])
        beneath = iso(x, y, data) if metric.name != "accuracy" else []
    color = alt.Color("value:Q", title=None)
    return landed(data, metric.title, x, y, color, _numbers(run, metric), *beneath)


def rows(run: Run, metric: Metric) -> list[Row]:
    """One row a trained point: both axes and the metric, each with the ends of its interval.

    Of two layers or more, anchors and targets have a place without the metric, too.
    """
    values, kind = VALUES[metric.name](run), kinds(run)
    result = []
    for point in run.measured:
        name = point["point"]
        if name not in values and (kind[name] == GRID.name or run.layers == 1):
            continue
        numbers = dict(zip(("value", "low", "high"), values.get(name, ()), strict=False))
        across = ends("x", point["rate_1"], point["rate_1_se"])
        up = _ends_above(run, name) if run.layers > 1 else _renamed(numbers)
        beta = ", ".join(f"{point[f'beta_{layer}']:g}" for layer in range(1, run.layers + 1))
        result.append({"point": name, "kind": kind[name], "beta": beta} | numbers | across | up)
    return result


def _ends_above(run: Run, point: str) -> Row:
    return ends("y", *run.rates[point][1])


def _renamed(numbers: Row) -> Row:
    return {"y": numbers["value"], "y_low": numbers["low"], "y_high": numbers["high"]}


def _distortion(run: Run) -> dict[str, Interval]:
    """As `distortion` says."""
    return {
        p["point"]: _interval(p["distortion"] - constant, p["distortion_se"])
        for p in run.measured
        for constant in [0.0 if run.own_sigma else p["distortion_constant"]]
    }


def _bits(run: Run) -> dict[str, Interval]:
    """Where p(x | z) is a probability, and so x has a code."""
    coded = {p["point"] for p in run.measured if math.isfinite(p["bits_per_dim"])}
    unit = math.prod(run.test.shape) * math.log(2)
    return {
        name: _interval(code.value / unit, code.std_error / unit)
        for name, code in run.codes.items()
        if name in coded
    }


def _psnr(run: Run) -> dict[str, Interval]:
    """Ends to first order in the standard error of the squared error."""
    decibels = 10 / math.log(10)
    return {
        p["point"]: _interval(p["psnr_db"], decibels * error.std_error / error.value)
        for p in run.measured
        for error in [run.errors[p["point"]]]
    }


def _mse(run: Run) -> dict[str, Interval]:
    dimensions = math.prod(run.test.shape)
    return {
        name: _interval(error.value / dimensions, error.std_error / dimensions)
        for name, error in run.errors.items()
    }


def _probed(run: Run) -> dict[str, Interval]:
    wanted = (run.suffix, run.params.tasks.classification.probes[0])
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


def _interval(value: float, std_error: float) -> Interval:
    low, high = list(ends("", value, std_error).values())[1:]
    return value, low, high


def _numbers(run: Run, metric: Metric) -> dict[str, str]:
    """The columns that hovering shows, under their titles."""
    own = {"value": metric.title, "low": "95 % from", "high": "95 % to"}
    across = {"x": "R₁ (nats)", "x_low": "R₁ from", "x_high": "R₁ to"}
    above = {"y": "R above z₁ (nats)", "y_low": "R above from", "y_high": "R above to"}
    return own | across | (above if run.layers > 1 else {})
