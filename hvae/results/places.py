"""Places in rate space: a β or target rates, and what the points of all seeds there share."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from hvae.io import tables
from hvae.io.tables import MEASURED
from hvae.statistics.estimate import Estimate, Row


class Place(NamedTuple):
    """What its points, one a seed, were trained for, and their rates in nats per item.

    beta: (β_1, …, β_L), of a place on the plane of β; target: (R_1, …, R_L), of one at given rates.
    The other one is empty. Rates are means over test items and over seeds; total is R_1 + … + R_L.
    """

    beta: tuple[float, ...]
    points: tuple[str, ...]
    rates: tuple[Estimate, ...]
    total: Estimate
    target: tuple[float, ...] = ()


def places(points: Iterable[Row], layers: int) -> list[Place]:
    """Those of the plane and those at given rates, in the table's order.

    Of an amortised plane without the independent models beside it. Points that diverged have no
    place.
    """
    rows = [row for row in points if row["status"] in MEASURED]
    amortized = any(row["strategy"] == "amortized" for row in rows)
    there: dict[tuple[tuple[float, ...], tuple[float, ...]], list[Row]] = {}
    for row in rows:
        if row["strategy"] == "rates":
            there.setdefault(((), tables.over_layers(row, "target", layers)), []).append(row)
        elif not amortized or row["strategy"] == "amortized":
            there.setdefault((tables.betas(row, layers), ()), []).append(row)
    return [_place(beta, target, found) for (beta, target), found in there.items()]


def over_seeds(estimates: Sequence[Estimate]) -> Estimate:
    """The mean over S seeds. se² = mean(se²) + s²/S, s the spread over seeds.

    All seeds are measured on the same items, so that more of them do not lessen the items' part;
    s holds some of that too, which errs on the safe side. One seed tells nothing of the spread.
    """
    values, errors = np.array(estimates, dtype=np.float64).T
    spread = float(values.var(ddof=1)) / len(values) if len(values) > 1 else 0.0
    return Estimate(float(values.mean()), math.sqrt(float((errors**2).mean()) + spread))


def _place(beta: tuple[float, ...], target: tuple[float, ...], rows: Sequence[Row]) -> Place:
    names = [f"rate_{layer}" for layer in range(1, len(beta or target) + 1)]
    *rates, total = (
        over_seeds([Estimate(row[name], row[f"{name}_se"]) for row in rows])
        for name in [*names, "rate_total"]
    )
    return Place(beta, tuple(row["point"] for row in rows), tuple(rates), total, target)
