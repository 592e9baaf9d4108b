"""Charts of files: bytes against rates, J° against J°, and PSNR over bits."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import altair as alt
import numpy as np

from hvae.config import baseline
from hvae.reports.charts.filled import contours, extent, filled, lattice, share_axes
from hvae.reports.charts.scatter import names
from hvae.reports.charts.surface import LatticeValue, bands
from hvae.reports.charts.theme import (
    BAR,
    BEND,
    CATEGORIES,
    CLASSES,
    LIMIT,
    Chart,
    Side,
    curves,
    inline,
    legend,
    placed,
    rate_ticks,
    sub,
    tooltip,
)
from hvae.results import files
from hvae.results.files import Curves, Filed
from hvae.results.run import Run
from hvae.statistics.estimate import Row


def found(run: Run) -> list[Filed]:
    """The points of this run that have files."""
    return files.filed(run.evaluated, run.tasks, run.layers, math.prod(run.test.shape))


def _rows(run: Run) -> list[Row]:
    """A row a place; upper is the share of the rate above z_1."""
    called = names(run)
    return [
        {
            "point": called[one.point].rpartition(", seed")[0] or called[one.point],
            "rate": one.rate,
            "bits": one.bits,
            "model": one.objective_model,
            "file": one.objective,
            "upper": sum(one.rates[1:]) / one.rate if one.rate > 0 else 0.0,
        }
        for one in files.averaged(found(run))
    ]


def lengths(run: Run) -> Chart:
    """Bits of files over those of rates, and where both are equal."""
    rows = [row | {"x": row["rate"], "y": row["bits"]} for row in _rows(run)]
    ends = _ends(rows)
    scale = alt.Scale(type="symlog", constant=BEND, domain=[0.8 * ends[0], 1.2 * ends[1]])
    sides = [Side(f"{of} (bits per item)", scale, rate_ticks()) for of in ("Rate", "File")]
    shown = {"x": "rate (bits)", "y": "file (bits)"}
    return _against(run, rows, "Files against rates", sides, shown, ends)


def _ends(rows: list[Row]) -> list[float]:
    return [end(row[of] for row in rows for of in "xy") for end in (min, max)]


def objectives(run: Run) -> Chart:
    """J° of files over that of models with sampled z."""
    rows = [row | {"x": row["model"], "y": row["file"]} for row in _rows(run)]
    ends = _ends(rows)
    scale = alt.Scale(type="log", nice=False, domain=[0.9 * ends[0], 1.1 * ends[1]])
    scale = scale if ends[0] > 0 else alt.Scale(zero=False)
    sides = [
        Side(f"J° of {of} (nats per item)", scale, alt.Axis(format="~r", tickCount=6))
        for of in ("the model, z sampled", "the file")
    ]
    shown = {"x": "J° of the model (nats)", "y": "J° of the file (nats)"}
    return _against(run, rows, "J° of files against J° of models", sides, shown, ends)


def _against(
    run: Run,
    rows: list[Row],
    title: str,
    sides: Sequence[Side],
    shown: Mapping[str, str],
    ends: Sequence[float],
) -> Chart:
    equal = [
        {"x": float(v), "y": float(v), "line": "Equal"} for v in np.linspace(ends[0], ends[1], 40)
    ]
    numbers = tooltip(**shown, upper="share above z₁")
    base = alt.Chart(inline(rows)).encode(*placed(*sides), tooltip=numbers)
    color: alt.Color | alt.Value = alt.value(CATEGORIES[0])
    if run.layers > 1:
        scale = alt.Scale(domain=[0, 1])
        color = alt.Color("upper:Q", title="Share of the rate above z₁", scale=scale)
    marks = base.mark_point(filled=True, size=90, opacity=1, stroke=BAR, strokeWidth=0.5)
    return alt.layer(curves(equal, *sides), marks.encode(color=color), title=title)


def ratios(run: Run) -> list[LatticeValue]:
    """Of each place that was trained to some rate, the bits of its file over those of its rate."""
    some = [one for one in found(run) if any(one.target) and one.rate > 0]
    return lattice(run, {one.point: one.bits / one.rate for one in some})


def overhead(run: Run) -> Chart:
    """How many times its rate a file takes, over total and share of z_2."""
    places = ratios(run)
    rows = [
        {"x": one.rates[1] / sum(one.rates), "y": sum(one.rates), "value": one.value}
        for one in places
    ]
    axes, filling = share_axes(sum(one.rates) for one in places), bands(places)
    scale = alt.Scale(domain=extent(one.value for one in places))
    color = alt.Color("value:Q", title=None, scale=scale)
    base = alt.Chart(inline(rows)).encode(*placed(axes.x, axes.y))
    shown = tooltip(value="file / rate", x="share of z₂", y="total rate (nats)")[1:]
    marks = base.mark_point(filled=True, shape="square", size=60, opacity=1, stroke=BAR)
    return alt.layer(
        *filled(filling, axes, color),
        *contours(filling, axes, "×", rows),
        marks.encode(color, tooltip=shown),
        title="Bytes of the file, in times of its rate",
    )


class Line(NamedTuple):
    """The curves of one split, or of one layer of some width, under its name."""

    name: str
    curves: Curves
    single: bool


def lines(run: Run) -> list[Line]:
    """Those of single layers, the widest first, and of each split of two totals or more."""
    n, own = math.prod(run.test.shape), baseline.names(run.params)
    singles = [
        Line(f"one layer of {width}", of, True)
        for width, wanted in own.items()
        for points in [[row for row in run.single if row["point"] in wanted]]
        for of in files.curves(files.filed(points, run.single_tasks, 1, n)).values()
    ]
    split = files.curves(found(run))
    return singles + [Line(_shares(shares), of, False) for shares, of in split.items()]


def _shares(shares: Sequence[float]) -> str:
    return " : ".join(f"{100 * share:.3g}" for share in shares)


def psnr(run: Run) -> Chart:
    """PSNR over bits, a line a split, as means over the trainings; none of them lacks a point."""
    every = lines(run)
    rows = [
        {"point": one.name, "line": one.name, "x": float(bits), "y": float(decibels)}
        for one in every
        for bits, decibels, _ in zip(*files.mean_curve(one.curves), strict=True)
    ]
    sides = (
        Side("File (bits per item)", alt.Scale(type="log", nice=False), alt.Axis(format="~r")),
        Side("PSNR (dB)", alt.Scale(zero=False), alt.Axis()),
    )
    splits, singles = iter(CLASSES * len(every)), iter([LIMIT, BAR] * len(every))
    looks = [
        (next(singles), [6, 4], "square") if one.single else (next(splits), [1, 0], "circle")
        for one in every
    ]
    domain, columns = [one.name for one in every], list(zip(*looks, strict=True))
    title = f"{' : '.join(f'z{sub(layer)}' for layer in range(1, run.layers + 1))}, in %"
    encoded = [
        channel("line:N", title=title, scale=alt.Scale(domain=domain, range=list(column)),
                legend=legend(symbolSize=120))
        for channel, column in zip((alt.Color, alt.StrokeDash, alt.Shape), columns, strict=True)
    ]  # fmt: skip
    base = alt.Chart(inline(rows)).encode(*placed(*sides), encoded[0])
    shown = tooltip(x="file (bits)", y="PSNR (dB)")
    marks = base.mark_point(filled=True, size=50, opacity=1).encode(encoded[2], tooltip=shown)
    return alt.layer(base.mark_line().encode(encoded[1]), marks, title="PSNR of files over bits")
