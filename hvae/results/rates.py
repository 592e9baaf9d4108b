"""Suffix rates R_{≥l} = Σ_{k≥l} R_k of every point, recomputed from its items, in nats."""

import math
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


class Rate(NamedTuple):
    """A mean over test items and its standard error, in nats."""

    value: float
    std_error: float


def suffix_rates(items: pa.Table) -> dict[str, list[Rate]]:
    """For every point of `items.parquet`, R_{≥1}, …, R_{≥L}.

    The layers' rates of one item are correlated, so a sum's error comes from the items' own sums.
    """
    layers = [name for name in items.column_names if name.startswith("rate_")]
    result = {}
    for point in pc.unique(items["point"]).to_pylist():
        mine = items.filter(pc.equal(items["point"], point))
        rates = np.stack([mine[name].to_numpy() for name in layers], axis=1)
        suffixes = np.cumsum(rates[:, ::-1], axis=1)[:, ::-1]
        result[point] = [_rate(column) for column in suffixes.T]
    return result


def leading(items: pa.Table, ids: np.ndarray) -> pa.Table:
    """The rows of `items.parquet` about those test items."""
    return items.filter(pc.is_in(items["index"], pa.array(ids)))


def _rate(values: np.ndarray) -> Rate:
    return Rate(float(values.mean()), float(values.std(ddof=1) / math.sqrt(len(values))))


def lowest_layer(layers: str) -> int:
    """The l of `z2+z3` is 2: latents z_{≥l} are bounded by R_{≥l}, and z_l alone is too."""
    return int(layers.partition("+")[0].removeprefix("z"))
