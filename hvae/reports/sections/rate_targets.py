"""Points that were trained to given rates: how near they come, and the price of a nat there."""

from typing import Any, NamedTuple

from hvae.io.tables import MEASURED
from hvae.reports.charts.scatter import names
from hvae.reports.sections.plane import distortion
from hvae.reports.sections.section import ReportSection
from hvae.results.run import Run
from hvae.statistics.estimate import Row


class RatedLayer(NamedTuple):
    """Of one layer, in nats: the rate that was asked for, that on test items, and the price λ_l."""

    target: float
    rate: float
    rate_se: float
    price: float


class Rated(NamedTuple):
    """One point; layers and distortion are None where it diverged."""

    name: str
    point: str
    status: str
    layers: list[RatedLayer] | None
    distortion: float | None
    distortion_se: float | None


def rated(run: Run) -> list[Rated]:
    """Every point that was trained to given rates, in the order of the table."""
    called = names(run)
    return [_rated(run, row, called[row["point"]]) for row in run.rated]


def _rated(run: Run, row: Row, name: str) -> Rated:
    if row["status"] not in MEASURED:
        return Rated(name, row["point"], row["status"], None, None, None)
    layers = [
        RatedLayer(*(row[column] for column in columns))
        for k in range(1, run.layers + 1)
        for columns in [(f"target_{k}", f"rate_{k}", f"rate_{k}_se", f"price_{k}")]
    ]
    constant = 0.0 if run.own_sigma else row["distortion_constant"]
    found = row["distortion"] - constant, row["distortion_se"]
    return Rated(name, row["point"], row["status"], layers, *found)


def _applies(run: Run) -> bool:
    return bool(run.rated)


def _values(run: Run) -> dict[str, Any]:
    return {"rated": rated(run), "distortion_title": distortion(run).axis}


SECTION = ReportSection(
    "targets",
    "Trained to given rates",
    "sections/rate_targets.html",
    applies=_applies,
    values=_values,
)
