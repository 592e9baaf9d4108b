"""Every family of checks: a new limit is a file beside this one and a line here."""

from collections.abc import Callable, Iterator

from hvae.results.checks.accuracy import accuracy
from hvae.results.checks.classes import classes
from hvae.results.checks.clusters import clusters
from hvae.results.checks.entropy import entropy
from hvae.results.checks.generation import generation
from hvae.results.checks.information import information
from hvae.results.checks.named import Named
from hvae.results.checks.objective import objective
from hvae.results.checks.regression import regression
from hvae.results.checks.squared_error import squared_error
from hvae.results.evidence import Evidence

FAMILIES: tuple[Callable[[Evidence], Iterator[Named]], ...] = (
    accuracy,
    information,
    classes,
    clusters,
    regression,
    entropy,
    objective,
    squared_error,
    generation,
)


def checks(evidence: Evidence) -> Iterator[Named]:
    """Every check that the evidence allows."""
    for family in FAMILIES:
        yield from family(evidence)
