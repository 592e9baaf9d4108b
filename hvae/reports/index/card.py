"""The card of one experiment: what it is, and its key figures with their errors."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup, escape

from hvae.guidance.text import listed
from hvae.reports.index.metrics import ComparedMetric, Interval
from hvae.results.certificate import judgement
from hvae.results.experiment import Experiment
from hvae.statistics.estimate import Estimate

VERDICTS = {  # the words after a number of checks
    "holds": "checks hold",
    "violated": "violated",
    "undecided": "undecided",
    "vacuous": "vacuous",
}
COMPARED = {"objective": "J°", "polished": "polished J°", "distortion": "D°"}
TRUST = {True: "trusted", False: "not trusted", None: "compared with no independent model"}


class Fact(NamedTuple):
    """A key figure: its name and its text. bad: whether it is highlighted as a problem."""

    name: str
    text: str
    bad: bool = False


class ExperimentCard(NamedTuple):
    """What the index shows of an experiment. link: the report, relative to the index, if any."""

    name: str
    title: str
    link: str | None
    picture: Markup
    facts: list[Fact]


def card(
    experiment: Experiment, metrics: dict[str, ComparedMetric], reports: Path
) -> ExperimentCard:
    """The card of an experiment; `reports` is the folder of the index."""
    report = Path(experiment.name, "index.html")
    return ExperimentCard(
        experiment.name,
        experiment.params.report.title,
        report.as_posix() if (reports / report).is_file() else None,
        thumbnail(experiment, metrics),
        [*_made(experiment), *_figures(experiment, metrics)],
    )


def _made(experiment: Experiment) -> Iterator[Fact]:
    params, summary = experiment.params, experiment.summary
    yield Fact("Data", params.data.source)
    yield Fact("p(x | z)", params.model.likelihood.told)
    yield Fact("Strategy", params.training.strategy)
    yield Fact("Layers L", str(experiment.layers))
    lost = f", {summary['diverged']} diverged" if summary["diverged"] else ""
    yield Fact("Points", f"{summary['points']}{lost}", bad=bool(lost))
    yield Fact("Training seeds", ", ".join(map(str, params.grid.seeds)))


def _figures(experiment: Experiment, metrics: dict[str, ComparedMetric]) -> Iterator[Fact]:
    if experiment.places:
        yield _range(metrics["rate_total"])
        yield _quality(metrics)
    yield _bounds(experiment)
    if experiment.params.amortized:
        yield _certificate(experiment)
    yield from _classification(experiment)


def _range(metric: ComparedMetric) -> Fact:
    found = sorted(value for value in metric.values if value is not None)
    return Fact(
        "Total rates", f"from {_plus_minus(found[0])} to {_plus_minus(found[-1])} nats per item"
    )


def _quality(metrics: dict[str, ComparedMetric]) -> Fact:
    """The best PSNR over the plane, or the least squared error where there is no PSNR."""
    if "psnr" in metrics:
        best = max(value for value in metrics["psnr"].values if value is not None)
        return Fact("Best PSNR", f"{_plus_minus(best)} dB, z sampled")
    least = min(value for value in metrics["mse"].values if value is not None)
    return Fact("Least squared error", f"{_plus_minus(least)} per dimension, z sampled")


def _bounds(experiment: Experiment) -> Fact:
    checks = experiment.summary["checks"]
    counts = ", ".join(f"{checks[verdict]} {words}" for verdict, words in VERDICTS.items())
    return Fact("Limits", counts, bad=checks["violated"] > 0)


def _certificate(experiment: Experiment) -> Fact:
    """The verdict, and the mean ratios of J° at equal β, polished or not, and D° at equal rates."""
    tolerance = experiment.params.certification.tolerance
    found = judgement(experiment.certificate, tolerance, experiment.layers)
    ratios = [
        f"{symbol} {ratio:.3f}"
        for kind, symbol in COMPARED.items()
        for ratio in [experiment.summary["certificate"].get(kind, {}).get("mean_ratio")]
        if ratio is not None
    ]
    times = (
        f"; on average {listed(ratios)} times that of models trained for comparison"
        if ratios
        else ""
    )
    return Fact("Certificate", TRUST[found.trusted] + times, bad=found.trusted is False)


def _classification(experiment: Experiment) -> Iterator[Fact]:
    """The best classification, chosen on validation items and measured on test items."""
    applications = (experiment.guidance or {}).get("applications", {})
    if "classification" in applications:
        best = applications["classification"]["best"]
        interval = f"95 % from {best['low']:.3f} to {best['high']:.3f}"
        how = f"{best['method']} on {best['layers']}"
        yield Fact("Best classification", f"{best['value']:.3f} ({interval}), {how}")


def _plus_minus(value: Estimate | Interval) -> str:
    return f"{value[0]:.4g} ± {value[1]:.2g}"


WIDTH, HEIGHT, EDGE = 240, 150, 22  # pixels; the edge holds the names of the axes
LINEAR = 0.3  # nats, below which axes are about linear, as in the report
SHADES = ["#440154", "#414487", "#2a788e", "#22a884", "#7ad151", "#fde725"]  # viridis
Value = Estimate | Interval | None


def thumbnail(experiment: Experiment, metrics: dict[str, ComparedMetric]) -> Markup:
    """A small plot of R_{≥2} against R_1; for a single layer, of the distortion against R_1."""
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
    """The values shifted and scaled to [0, 1]; equal values become 0.5."""
    low, high = min(values), max(values)
    return [(value - low) / (high - low) if high > low else 0.5 for value in values]
