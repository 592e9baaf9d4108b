"""accuracy ≤ A(I(x; z_{≥l})) for every guess of the class from a sample of layers from l up."""

from collections.abc import Iterator
from functools import partial

from hvae.bounds.accuracy import accuracy_limit
from hvae.bounds.verdicts import accuracy_check
from hvae.results.checks.budgets import budgets
from hvae.results.checks.named import Named, of_row
from hvae.results.evidence import Evidence, Row
from hvae.statistics.estimate import propagated

# what the data's classifier sees in a decoded cut is a guess from z_{≥l} as well: the layers below
# are drawn given it, without x
GUESSES = ("accuracy", "class_consistency")


def accuracy(evidence: Evidence) -> Iterator[Named]:
    """Guesses from samples against A(R_{≥l}) and A(Î⁺); A is 1 from H(y) on.

    Those on means are outside the theorem and are not checked. Rates, labels, guesses and class
    shares refer to the same test items.
    """
    if evidence.shares is None:
        return
    limit_of = partial(accuracy_limit, shares=evidence.shares)
    for task in filter(is_judged, evidence.rows("tasks")):
        correct = round(task["value"] * task["n"])
        for ending, nats in budgets(evidence, task["point"], task["layers"]):
            limit = propagated(limit_of, nats)
            check = accuracy_check(correct, task["n"], *limit, bound=f"accuracy{ending}")
            yield of_row(task), check


def is_judged(task: Row) -> bool:
    """Whether the row of `tasks.parquet` tells how often a guess from samples is right."""
    return task["metric"] in GUESSES and task["features"] == "sample"
