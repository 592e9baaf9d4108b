"""A small rate plane as SVG: where the points of an experiment landed, brighter where better."""

import math
from collections.abc import Iterator, Sequence

from markupsafe import Markup, escape

from hvae.reports.index.finished import Experiment
from hvae.reports.index.metrics import Interval, Metric
from hvae.statistics.estimate import Estimate

WIDTH, HEIGHT, EDGE = 240, 150, 22  # pixels of the drawing; around it, for the axes' names
LINEAR = 0.3  # nats, below which the axes are about linear, as those of the report
SHADES = ["#440154", "#414487", "#2a788e", "#22a884", "#7ad151", "#fde725"]  # viridis
Value = Estimate | Interval | None


def thumbnail(experiment: Experiment, metrics: dict[str, Metric]) -> Markup:
    """R_1 across and R_{≥2} up; of one layer, its rate across and the distortion up."""
    single = experiment.layers == 1
    across = metrics["rate_1"].values
    up = metrics["distortion" if single else "rate_above"].values
    names = ("R₁", "D" if single else "R above z₁")
    marks = Markup("").join(_marks(across, up, metrics["mse"].values, logarithmic=not single))
    text = f"{experiment.name}: {names[1]} against {names[0]} of {len(across)} β"
    return Markup(
        '<svg class="thumbnail" viewBox="0 0 {w} {h}" role="img" aria-label="{text}">'
        '<path class="axes" d="M{e},0V{bottom}H{w}"/>{marks}'
        '<text x="{middle}" y="{low}">{across}</text>'
        '<text transform="translate(14,{centre}) rotate(-90)">{up}</text></svg>'
    ).format(
        w=WIDTH, h=HEIGHT, e=EDGE, bottom=HEIGHT - EDGE, low=HEIGHT - 6, middle=(WIDTH + EDGE) // 2,
        centre=(HEIGHT - EDGE) // 2, across=names[0], up=names[1], text=text, marks=marks,
    )  # fmt: skip


def _marks(
    across: Sequence[Value], up: Sequence[Value], errors: Sequence[Value], logarithmic: bool
) -> Iterator[Markup]:
    rows = [
        (_scaled(x[0]), _scaled(y[0]) if logarithmic else y[0], error[0])
        for x, y, error in zip(across, up, errors, strict=True)
        if x is not None and y is not None and error is not None
    ]
    xs, ys, worse = (_spread(column) for column in zip(*rows, strict=True)) if rows else ([],) * 3
    for x, y, bad in zip(xs, ys, worse, strict=True):
        shade = SHADES[round((1 - bad) * (len(SHADES) - 1))]
        left = EDGE + 6 + x * (WIDTH - EDGE - 12)
        top = 6 + (1 - y) * (HEIGHT - EDGE - 12)
        yield Markup('<circle cx="{:.1f}" cy="{:.1f}" r="3" fill="{}"/>').format(
            left, top, escape(shade)
        )


def _scaled(rate: float) -> float:
    return math.asinh(rate / LINEAR)


def _spread(values: Sequence[float]) -> list[float]:
    """The values moved and scaled to [0, 1]; all alike, to the middle."""
    low, high = min(values), max(values)
    return [(value - low) / (high - low) if high > low else 0.5 for value in values]
