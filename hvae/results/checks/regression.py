"""E(t − t̂(z_{≥l}))² ≥ exp(2 (h(t) − I)) / 2πe, I = min(I(x; z_{≥l}), I(t; x))."""

from collections.abc import Iterator

from hvae.bounds.regression import squared_error_limit
from hvae.bounds.verdicts import squared_error_check
from hvae.results.checks.budgets import budgets
from hvae.results.checks.named import Named, of_row
from hvae.results.evidence import Evidence, Row
from hvae.statistics.estimate import propagated

INTERVAL = 2 * 1.96  # standard errors from `low` to `high`: 95 %


def regression(evidence: Evidence) -> Iterator[Named]:
    """The error of guesses of the target from samples against R_{≥l} and Î⁺.

    Where its law is known: t − x − z is a Markov chain, so that z knows no more of t than x does.
    """
    target = evidence.exact.target if evidence.exact is not None else None
    if target is None:
        return

    def least(nats: float) -> float:
        return squared_error_limit(min(nats, target.information), target.entropy)

    for task in filter(is_judged, evidence.rows("tasks")):
        std_error = (task["high"] - task["low"]) / INTERVAL
        for ending, nats in budgets(evidence, task["point"], task["layers"]):
            limit, bound = propagated(least, nats), f"regression{ending}"
            yield of_row(task), squared_error_check(task["value"], std_error, *limit, bound=bound)


def is_judged(task: Row) -> bool:
    """Whether the row of `tasks.parquet` is a squared error of guesses of the target on samples.

    A method as `ridge:intensity` guesses a statistic of the image, whose law is not known.
    """
    names = (task["task"], task["metric"], task["features"])
    return names == ("regression", "mse", "sample") and ":" not in task["method"]
