"""A check with its names: what was checked, as the tables name it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from hvae.bounds.verdicts import Check

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
