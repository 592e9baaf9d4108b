"""How many nats about x a set of layers can hold: what its rates allow, and what was measured."""

from collections.abc import Iterator
from typing import NamedTuple

from hvae.results.evidence import Evidence
from hvae.results.rates import lowest_layer
from hvae.statistics.estimate import Estimate

SHARPER = "-by-information"


class Budget(NamedTuple):
    """A number of nats that I(x; z_{≥l}) does not exceed, and the ending of its bounds' names."""

    ending: str
    nats: Estimate


def budgets(evidence: Evidence, point: str, layers: str) -> Iterator[Budget]:
    """R_{≥l} and Î⁺(x; z_{≥l}), l the lowest of `layers`, as far as they are known.

    I(x; z_{≥l}) ≤ R_{≥l}, and in expectation ≤ Î⁺; layers from l up hold no more than z_{≥l} does.
    """
    lowest = lowest_layer(layers)
    rate, upper = evidence.rate(point, lowest), evidence.upper(point, lowest)
    if rate is not None:
        yield Budget("", rate)
    if upper is not None:
        yield Budget(SHARPER, upper)
