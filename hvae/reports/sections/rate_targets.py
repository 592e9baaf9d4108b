"""Points that were asked for by their rates: what was wanted, what β was found, what came of it."""

from typing import Any, NamedTuple

from hvae.io.tables import MEASURED
from hvae.reports.sections.section import ReportSection
from hvae.results.run import Run
from hvae.statistics.estimate import Row


class TargetLayer(NamedTuple):
    """Of one layer: β that was found, and its rate in nats as wanted and as measured.

    rate is on validation items, test and test_se on test items (None where they were not
    measured), and the box of β has rates from low to high.
    """

    wanted: float
    beta: float
    rate: float
    test: float | None
    test_se: float | None
    low: float
    high: float


class Asked(NamedTuple):
    """One point; not reached where no β of the box has all these rates."""

    point: str
    seed: int
    status: str
    layers: list[TargetLayer]


def asked(run: Run) -> list[Asked]:
    """Every point that was asked for, in the order of the table."""
    measured = {target["point"]: target for target in run.targets if target["status"] in MEASURED}
    return [
        Asked(row["point"], row["seed"], row["status"], _layers(run, row, measured))
        for row in run.asked
    ]


def _layers(run: Run, row: Row, measured: dict[str, Row]) -> list[TargetLayer]:
    test = measured.get(row["point"], {})
    return [
        TargetLayer(
            wanted=row[f"wanted_{k}"],
            beta=row[f"beta_{k}"],
            rate=row[f"rate_{k}"],
            test=test.get(f"rate_{k}"),
            test_se=test.get(f"rate_{k}_se"),
            low=row[f"low_{k}"],
            high=row[f"high_{k}"],
        )
        for k in range(1, run.layers + 1)
    ]


def _applies(run: Run) -> bool:
    return bool(run.asked)


def _values(run: Run) -> dict[str, Any]:
    return {"asked": asked(run)}


SECTION = ReportSection(
    "targets",
    "Asked for by rates",
    "sections/rate_targets.html",
    applies=_applies,
    values=_values,
)
