"""What checks share: the names of what was checked, and the nats that a set of layers can hold."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from hvae.bounds.verdicts import Check
from hvae.results.evidence import Evidence
from hvae.results.rates import lowest_layer
from hvae.statistics.estimate import Estimate

Named = tuple[Mapping[str, str], Check]
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


def budget(evidence: Evidence, point: str, layers: str) -> Estimate | None:
    """The nats that `layers` can hold: the lower of R_{≥l} and Î⁺(x; z_{≥l}), l their lowest.

    I(x; z_{≥l}) ≤ R_{≥l}, and in expectation ≤ Î⁺; layers from l up hold no more than z_{≥l} does.
    One of them alone if the other is not known, and None without either. They are one limit, since
    a value that keeps to the lower keeps to both.
    """
    lowest = lowest_layer(layers)
    found = evidence.rate(point, lowest), evidence.upper(point, lowest)
    return min((one for one in found if one is not None), default=None)
