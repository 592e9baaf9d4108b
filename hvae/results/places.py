"""Places of the plane: a β, and what the points of all seeds there have in common."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from hvae.io import tables
from hvae.io.tables import MEASURED
from hvae.statistics.estimate import Estimate, Row


class Place(NamedTuple):
    """One (β_1, …, β_L), bottom to top: its points, one a seed, and their rates in nats per item.

    Rates are means over test items and over seeds; total is R_1 + … + R_L.
    """

    beta: tuple[float, ...]
    points: tuple[str, ...]
    rates: tuple[Estimate, ...]
    total: Estimate


def places(points: Iterable[Row], layers: int) -> list[Place]:
    """Those of the plane, in the table's order: of an amortised one without the models beside it.

    Points that diverged have no place.
    """
    rows = list(points)
    amortized = [row for row in rows if row["strategy"] == "amortized"]
    there: dict[tuple[float, ...], list[Row]] = {}
    for row in amortized or rows:
        if row["status"] in MEASURED:
            there.setdefault(tables.betas(row, layers), []).append(row)
    return [_place(beta, found) for beta, found in there.items()]


def over_seeds(estimates: Sequence[Estimate]) -> Estimate:
    """The mean over S seeds. se² = mean(se²) + s²/S, s the spread over seeds.

    All seeds are measured on the same items, so that more of them do not lessen the items' part;
    s holds some of that too, which errs on the safe side. One seed tells nothing of the spread.
    """
    values, errors = np.array(estimates, dtype=np.float64).T
    spread = float(values.var(ddof=1)) / len(values) if len(values) > 1 else 0.0
    return Estimate(float(values.mean()), math.sqrt(float((errors**2).mean()) + spread))


def _place(beta: tuple[float, ...], rows: Sequence[Row]) -> Place:
    names = [f"rate_{layer}" for layer in range(1, len(beta) + 1)]
    *rates, total = (
        over_seeds([Estimate(row[name], row[f"{name}_se"]) for row in rows])
        for name in [*names, "rate_total"]
    )
    return Place(beta, tuple(row["point"] for row in rows), tuple(rates), total)
