"""Weak probes: those that fall short of what z is known to hold about the class.

From I(y; z) ≥ Î the best classifier must reach some accuracy (Kovalevsky 1968; Feder & Merhav
1994). A probe far below it reads its samples badly: a remark about the probe, never a violation.
"""

from typing import NamedTuple

from hvae.bounds.weakest import least_best_accuracy
from hvae.reports.sections.information import Quantity
from hvae.results.experiment import Run
from hvae.results.kinds import Row
from hvae.results.rates import suffix_name

ONE_SIDED = 1.645  # standard errors off an estimate, so that 95 % of the time it is no more than I


class Weak(NamedTuple):
    """A probe's row of `tasks.parquet`, and the least accuracy of the best classifier there."""

    task: Row
    information: float  # nats, one-sided 95 % lower end
    least: float


def weak_probes(run: Run) -> list[Weak]:
    """Probes on samples of z_{≥l} whose 95 % upper end lies below that accuracy, worst first."""
    if not run.labelled:
        return []
    shares = run.shares()
    known = {
        key: (low, least_best_accuracy(low, shares))
        for key, low in _lower_ends(run).items()
        if low > 0  # else nothing is known, and probes fall short of the majority share by chance
    }
    found = [
        Weak(task, *known[key])
        for task in run.accuracies("sample")
        if (key := (task["point"], task["layers"])) in known and task["high"] < known[key][1]
    ]
    return sorted(found, key=lambda weak: weak.task["high"] - weak.least)


def _lower_ends(run: Run) -> dict[tuple[str, str], float]:
    """Of each point and suffix, the lower end of the estimate of I(y; z_{≥l}) from below."""
    names = {
        Quantity("y", lowest).name(run.layers): suffix_name(lowest, run.layers)
        for lowest in range(1, run.layers + 1)
    }
    return {
        (row["point"], names[row["quantity"]]): row["value"] - ONE_SIDED * row["std_error"]
        for row in run.information
        if row["quantity"] in names and row["kind"] == "lower"
    }
