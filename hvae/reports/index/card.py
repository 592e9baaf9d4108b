"""The card of one experiment: what it is, and its key figures with their errors."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from hvae.reports.index.basis import likelihood
from hvae.reports.index.finished import Experiment
from hvae.reports.index.metrics import Interval, Metric
from hvae.reports.index.thumbnail import thumbnail
from hvae.results.certificate import judgement
from hvae.statistics.estimate import Estimate

VERDICTS = {  # of so many checks
    "holds": "checks hold",
    "violated": "violated",
    "undecided": "undecided",
    "vacuous": "cannot bind",
}
TRUST = {True: "trusted", False: "not trusted", None: "compared with no independent model"}


class Fact(NamedTuple):
    """A key figure: what it is, and what it says. bad: whether it is to stand out."""

    name: str
    text: str
    bad: bool = False


class Card(NamedTuple):
    """link: the report, as seen from the index; None where there is none."""

    name: str
    title: str
    link: str | None
    picture: Markup
    facts: list[Fact]


def card(experiment: Experiment, metrics: dict[str, Metric], reports: Path) -> Card:
    """What the index shows of one experiment; `reports` is the folder that the index lies in."""
    report = Path(experiment.name, "index.html")
    return Card(
        experiment.name,
        experiment.params.report.title,
        report.as_posix() if (reports / report).is_file() else None,
        thumbnail(experiment, metrics),
        [*_made(experiment), *_figures(experiment, metrics)],
    )


def _made(experiment: Experiment) -> Iterator[Fact]:
    params, summary = experiment.params, experiment.summary
    yield Fact("Data", params.data.source)
    yield Fact("p(x | z)", likelihood(params))
    yield Fact("Strategy", params.training.strategy)
    yield Fact("Layers L", str(experiment.layers))
    lost = f", {summary['diverged']} diverged" if summary["diverged"] else ""
    yield Fact("Points", f"{summary['points']}{lost}", bad=bool(lost))
    yield Fact("Training seeds", ", ".join(map(str, params.grid.seeds)))


def _figures(experiment: Experiment, metrics: dict[str, Metric]) -> Iterator[Fact]:
    if experiment.places:
        yield _range(metrics["rate_total"])
        yield _quality(metrics)
    yield _bounds(experiment)
    if experiment.params.amortized:
        yield _certificate(experiment)
    yield from _classification(experiment)


def _range(metric: Metric) -> Fact:
    found = sorted(value for value in metric.values if value is not None)
    return Fact("Total rates", f"from {_told(found[0])} to {_told(found[-1])} nats per item")


def _quality(metrics: dict[str, Metric]) -> Fact:
    """The best over the plane: the one of the highest PSNR has the least squared error, too."""
    if "psnr" in metrics:
        best = max(value for value in metrics["psnr"].values if value is not None)
        return Fact("Best PSNR", f"{_told(best)} dB, z sampled")
    least = min(value for value in metrics["mse"].values if value is not None)
    return Fact("Least squared error", f"{_told(least)} per dimension, z sampled")


def _bounds(experiment: Experiment) -> Fact:
    checks = experiment.summary["checks"]
    counts = ", ".join(f"{checks[verdict]} {told}" for verdict, told in VERDICTS.items())
    return Fact("Bounds", counts, bad=checks["violated"] > 0)


def _certificate(experiment: Experiment) -> Fact:
    """The judgement, and the mean ratios of J° at equal β and of D° at equal rates."""
    found = judgement(experiment.certificate, experiment.params.certification.tolerance)
    ratios = [
        f"{symbol} {ratio:.3f}"
        for kind, symbol in {"objective": "J°", "distortion": "D°"}.items()
        for ratio in [experiment.summary["certificate"][kind]["mean_ratio"]]
        if ratio is not None
    ]
    times = f"; {' and '.join(ratios)} times theirs on average" if ratios else ""
    return Fact("Certificate", TRUST[found.trusted] + times, bad=found.trusted is False)


def _classification(experiment: Experiment) -> Iterator[Fact]:
    """Chosen on validation items, measured on test items."""
    applications = (experiment.guidance or {}).get("applications", {})
    if "classification" in applications:
        best = applications["classification"]["best"]
        interval = f"95 % from {best['low']:.3f} to {best['high']:.3f}"
        how = f"{best['method']} on {best['layers']}"
        yield Fact("Best classification", f"{best['value']:.3f} ({interval}), {how}")


def _told(value: Estimate | Interval) -> str:
    return f"{value[0]:.4g} ± {value[1]:.2g}"
