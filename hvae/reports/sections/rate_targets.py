"""Places of given rates: how near their trainings come, and the price of a nat there."""

import math
from collections import Counter
from collections.abc import Sequence
from statistics import fmean, stdev
from typing import Any, NamedTuple

from hvae.config.training import ABSOLUTE, RELATIVE
from hvae.guidance.text import estimate, rate
from hvae.io.tables import MEASURED, over_layers
from hvae.reports.render import ReportSection
from hvae.reports.sections.plane import distortion
from hvae.results.run import Run
from hvae.statistics.estimate import Estimate, Row

TOLD = {"unreachable": "the rates cannot be met"}


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
    pairs = [
        (row[f"rate_{k}"], wanted)
        for row in run.rated
        if row["status"] in MEASURED
        for k, wanted in enumerate(over_layers(row, "target", run.layers), 1)
    ]
    near = sum(abs(one - wanted) <= max(RELATIVE * wanted, ABSOLUTE) for one, wanted in pairs)
    return (
        f"On test items, {near} of the {len(pairs)} rates of single layers are within "
        f"{100 * RELATIVE:g} % or {ABSOLUTE:g} nats of their targets."
    )


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
    values=_values,
)
