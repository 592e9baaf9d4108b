"""Suffix rates R_{≥l} = Σ_{k≥l} R_k of every point, recomputed from its items, in nats."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hvae.statistics.estimate import Estimate, Floats, error_of_mean

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

    Not in nats, but in the data's own units squared, summed over the dimensions.
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
