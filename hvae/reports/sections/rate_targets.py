"""Points that were asked for by their rates: what was wanted, what β was found, what came of it."""

from typing import NamedTuple

from hvae.io.tables import MEASURED
from hvae.results.experiment import Run
from hvae.results.kinds import Row


class Layer(NamedTuple):
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
    layers: list[Layer]


def asked(run: Run) -> list[Asked]:
    """Every point that was asked for, in the order of the table."""
    measured = {target["point"]: target for target in run.targets if target["status"] in MEASURED}
    return [
        Asked(row["point"], row["seed"], row["status"], _layers(run, row, measured))
        for row in run.asked
    ]


def _layers(run: Run, row: Row, measured: dict[str, Row]) -> list[Layer]:
    test = measured.get(row["point"], {})
    return [
        Layer(
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
