"""Rates in nats: R_{≥l} = Σ_{k≥l} R_k of every point, from its items, and places in rate space.

A place is a β or target rates, with the points of all seeds that were trained for it.
"""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hvae.io import tables
from hvae.io.tables import MEASURED, MET
from hvae.statistics.estimate import Estimate, Floats, Row, error_of_mean

Rate = Estimate  # a mean over test items and its standard error, in nats


def suffix_rates(items: pa.Table, layers: int) -> dict[str, list[Rate]]:
    """For every point of `items.parquet`, R_{≥1}, …, R_{≥L}; nan where a rate of them is unknown.

    The layers' rates of one item are correlated, so a sum's error comes from the items' own sums.
    """
    return {
        point: [mean(column) for column in suffix_sums(mine, layers).T]
        for point, mine in by_point(items).items()
    }


def by_point(table: pa.Table) -> dict[str, pa.Table]:
    """The rows of each point, in the order of the points' first rows."""
    names = table["point"].combine_chunks().dictionary_encode()
    place = names.indices.to_numpy()
    together = table.take(np.argsort(place, kind="stable"))
    counts = np.bincount(place, minlength=len(names.dictionary))
    starts = np.cumsum(counts) - counts
    return {
        name: together.slice(start, count)
        for name, start, count in zip(names.dictionary.to_pylist(), starts, counts, strict=True)
    }


def suffix_sums(items: pa.Table, layers: int) -> Floats:
    """Σ_{k≥l} R_k of each item for l = 1 … L: (items, L)."""
    columns = [items[f"rate_{layer}"].to_numpy() for layer in range(1, layers + 1)]
    rates = np.stack(columns, axis=1)
    return np.asarray(np.cumsum(rates[:, ::-1], axis=1)[:, ::-1])


def squared_errors(items: pa.Table) -> dict[str, Rate]:
    """For every point, the mean of ‖x − x̂‖² over its items and its standard error, z sampled.

    In the data's own units squared, summed over the dimensions, not in nats.
    """
    return {
        point: mean(mine["squared_error"].to_numpy()) for point, mine in by_point(items).items()
    }


def code_lengths(items: pa.Table, layers: int) -> dict[str, Rate]:
    """For every point, D + R_1 + … + R_L in nats and its standard error: −ELBO, where D is of a
    probability the length of a code for x.
    """
    return {
        point: mean(mine["distortion"].to_numpy() + suffix_sums(mine, layers)[:, 0])
        for point, mine in by_point(items).items()
    }


def leading(items: pa.Table, ids: np.ndarray) -> pa.Table:
    """The rows of `items.parquet` about those test items."""
    return items.filter(pc.is_in(items["index"], pa.array(ids)))


def mean(values: Floats) -> Estimate:
    """The mean of independent items' values and its standard error."""
    return Estimate(float(values.mean()), error_of_mean(values))


def lowest_layer(layers: str) -> int:
    """The l of `z2+z3` is 2: latents z_{≥l} are bounded by R_{≥l}, and z_l alone is too."""
    return int(layers.partition("+")[0].removeprefix("z"))


def suffix_name(lowest: int, layers: int) -> str:
    """z_{≥l} as the tables name it: `z2+z3` for l = 2 of 3 layers."""
    return "+".join(f"z{layer}" for layer in range(lowest, layers + 1))


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

    The independent models beside an amortised plane are left out, and so are points that diverged
    and those that missed the rates that they were trained to.
    """
    rows = list(points)
    amortized = any(row["strategy"] == "amortized" for row in rows)
    there: dict[tuple[tuple[float, ...], tuple[float, ...]], list[Row]] = {}
    for row in rows:
        if row["status"] not in (MET if row["strategy"] == "rates" else MEASURED):
            continue
        if row["strategy"] == "rates":
            there.setdefault(((), tables.over_layers(row, "target", layers)), []).append(row)
        elif not amortized or row["strategy"] == "amortized":
            there.setdefault((tables.betas(row, layers), ()), []).append(row)
    return [_place(beta, target, found) for (beta, target), found in there.items()]


def over_seeds(estimates: Sequence[Estimate]) -> Estimate:
    """The mean over S seeds. se² = mean(se²) + s²/S, s the spread over seeds.

    All seeds are measured on the same items, so more seeds do not reduce the items' part. s has
    some of that part, too, which errs on the safe side. One seed says nothing of the spread.
    """
    values, errors = np.array(estimates, dtype=np.float64).T
    spread = float(values.var(ddof=1)) / len(values) if len(values) > 1 else 0.0
    return Estimate(float(values.mean()), math.sqrt(float((errors**2).mean()) + spread))


def degrees(estimates: Sequence[Estimate]) -> float:
    """Those of freedom of the error of `over_seeds` (Satterthwaite, 1946).

    The spread over S seeds has S − 1; the items' part has many, and is taken as known. One seed has
    none that counts: its error says nothing of another training.
    """
    if len(estimates) == 1:
        return math.inf
    spread = float(np.var([one.value for one in estimates], ddof=1)) / len(estimates)
    whole = over_seeds(estimates).std_error ** 2
    return (len(estimates) - 1) * (whole / spread) ** 2 if spread > 0 else math.inf


def _place(beta: tuple[float, ...], target: tuple[float, ...], rows: Sequence[Row]) -> Place:
    names = [f"rate_{layer}" for layer in range(1, len(beta or target) + 1)]
    *rates, total = (
        over_seeds([Estimate(row[name], row[f"{name}_se"]) for row in rows])
        for name in [*names, "rate_total"]
    )
    return Place(beta, tuple(row["point"] for row in rows), tuple(rates), total, target)
