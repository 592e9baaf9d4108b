"""What checks share: the names of what was checked, and the nats that a set of layers can hold."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from hvae.bounds.verdicts import Check
from hvae.results.evidence import Evidence
from hvae.results.rates import lowest_layer
from hvae.statistics.estimate import Estimate

Named = tuple[Mapping[str, str], Check]
SHARPER = "-by-information"  # ends the name of a bound by I(x; z) in place of the rate
NAMES = ("point", "layers", "features", "method", "metric")


def names(*values: str) -> dict[str, str]:
    """The values of `NAMES`, in that order."""
    return dict(zip(NAMES, values, strict=True))


def of_row(row: Mapping[str, Any]) -> dict[str, str]:
    """The names of a row of `tasks.parquet`."""
    return {name: row[name] for name in NAMES}


def generator(seed: int, *values: str) -> np.random.Generator:
    """Randomness of one check, whatever others there are and in whichever order they come."""
    return np.random.default_rng([seed, *"\n".join(values).encode()])


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
