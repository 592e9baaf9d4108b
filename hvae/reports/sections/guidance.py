"""Where to aim for which application, as `guidance.json` has it: what the page shows of it."""

from typing import Any, NamedTuple

from hvae.guidance.applications import METRICS, Metric
from hvae.guidance.words import estimate
from hvae.results.kinds import Row
from hvae.statistics.estimate import Estimate


class Cell(NamedTuple):
    """A loss as text; strong where it is more than twice its standard error."""

    text: str
    strong: bool = False


class Advice(NamedTuple):
    """What the section reads. texts: a sentence or more an application, by name.

    cautions: what their errors know of other trainings, each sentence once.
    losses: a row an application, with a cell for the best point of each; empty without two of them.
    """

    texts: dict[str, str]
    cautions: list[str]
    absent: list[str]
    unreachable: list[str]
    optima: list[str]
    metrics: dict[str, str]
    losses: dict[str, list[Cell]]
    compromise: str
    gains: list[str]
    claims: list[Row]


STRONG = 2.0  # standard errors
SHORT = {"nmi": "NMI", "mse": "MSE"}  # titles that a narrow column has no room for


def short(metric: Metric) -> str:
    """A metric's name in a table, without its unit."""
    return SHORT.get(metric.name, metric.title.partition(" (")[0])


def advice(found: dict[str, Any]) -> Advice:
    """All of it."""
    applications = found["applications"]
    names = list(applications)
    return Advice(
        texts={name: one["text"] for name, one in applications.items()},
        cautions=list(dict.fromkeys(one["seeds"] for one in applications.values())),
        absent=found["not_measured"],
        unreachable=found["not_reachable"],
        optima=names,
        metrics={name: short(METRICS[one["metric"]]) for name, one in applications.items()},
        losses=_losses(found["losses"], names) if len(names) > 1 else {},
        compromise=found["compromise"]["text"] if applications else "",
        gains=[one["text"] for one in found["baseline"]],
        claims=found["scorecard"],
    )


def _losses(rows: list[Row], names: list[str]) -> dict[str, list[Cell]]:
    cells = {(row["application"], row["optimum"]): _cell(row) for row in rows}
    return {mine: [cells[mine, other] for other in names] for mine in names}


def _cell(row: Row) -> Cell:
    if row["note"]:
        return Cell(row["note"])
    loss, error = row["loss"], row["std_error"]
    if loss == error == 0:
        return Cell("0")
    return Cell(estimate(Estimate(loss, error)), loss > STRONG * error)
