"""Guesses of the class and of the target from samples of layers from l up, against I(x; z_{≥l}).

accuracy ≤ A(I), and E(t − t̂(z_{≥l}))² ≥ exp(2 (h(t) − min(I, I(t; x)))) / 2πe.
"""

from collections.abc import Iterator
from functools import partial

from hvae.bounds.accuracy import accuracy_limit
from hvae.bounds.mixture import squared_error_limit
from hvae.bounds.verdicts import accuracy_check, squared_error_check
from hvae.results.checks.common import Named, budget, of_row
from hvae.results.evidence import Evidence
from hvae.statistics.estimate import Row, propagated

# what the data's classifier sees in a decoded cut is a guess from z_{≥l} as well: the layers below
# are drawn given it, without x
GUESSES = ("accuracy", "class_consistency")


def accuracy(evidence: Evidence) -> Iterator[Named]:
    """Guesses from samples against A(min(R_{≥l}, Î⁺)); A is 1 from H(y) on.

    Those on means are outside the theorem and are not checked. Rates, labels, guesses and class
    shares refer to the same test items.
    """
    if evidence.shares is None:
        return
    limit_of = partial(accuracy_limit, shares=evidence.shares)
    for task in filter(guesses_class, evidence.rows("tasks")):
        nats = budget(evidence, task["point"], task["layers"])
        if nats is not None:
            correct = round(task["value"] * task["n"])
            yield of_row(task), accuracy_check(correct, task["n"], *propagated(limit_of, nats))


def guesses_class(task: Row) -> bool:
    """Whether the row of `tasks.parquet` tells how often a guess from samples is right."""
    return task["metric"] in GUESSES and task["features"] == "sample"


def regression(evidence: Evidence) -> Iterator[Named]:
    """The error of guesses of the target from samples against min(R_{≥l}, Î⁺).

    Where its law is known: t − x − z is a Markov chain, so that z knows no more of t than x does.
    """
    target = evidence.exact.target if evidence.exact is not None else None
    if target is None:
        return

    def least(nats: float) -> float:
        return squared_error_limit(min(nats, target.information), target.entropy)

    for task in filter(guesses_target, evidence.rows("tasks")):
        nats = budget(evidence, task["point"], task["layers"])
        if nats is not None:
            measured = task["value"], task["std_error"]
            check = squared_error_check(*measured, *propagated(least, nats), bound="regression")
            yield of_row(task), check


def guesses_target(task: Row) -> bool:
    """Whether the row of `tasks.parquet` is a squared error of guesses of the target on samples.

    A setting names a statistic of the image that is guessed, whose law is not known.
    """
    names = (task["task"], task["metric"], task["features"], task["setting"])
    return names == ("regression", "mse", "sample", "")
