"""Latents on disk: `latents/point=…/split=…/part-0.parquet`, readable by any Parquet tool."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hvae.errors import InputError, one_line
from hvae.io import tables

Array = NDArray[np.float32]


class Latents(NamedTuple):
    """The latents of one point and split; lists over layers, z_1 first, with arrays (items, d_l).

    A lower layer's mean and std are conditioned on the stored sample of the layers above it. In a
    categorical top layer they belong to each entry of the one-hot sample: the mean is its
    probability.
    """

    ids: NDArray[np.int64]
    label: NDArray[np.int64]
    mean: list[Array]
    std: list[Array]
    sample: list[Array]


def file(folder: Path, point: str, split: str) -> Path:
    """The path of the latents of one point and split."""
    return folder / f"point={point}" / f"split={split}" / "part-0.parquet"


def write(latents: Latents, path: Path) -> None:
    """Store latents as fixed-size lists of float32."""
    columns = {"index": pa.array(latents.ids), "label": pa.array(latents.label)}
    for layer, parts in enumerate(zip(*latents[2:], strict=True), start=1):
        for name, part in zip(("mean", "std", "sample"), parts, strict=True):
            columns[f"z{layer}_{name}"] = tables.vectors(part)
    widths = [part.shape[1] for part in latents.mean]
    tables.write(pa.table(columns).cast(tables.latents(widths)), path)


def read(path: Path) -> Latents:
    """Load latents; InputError where the file lacks a column or a column has the wrong type."""
    table = tables.read(path)
    layers = sum(name.endswith("_sample") for name in table.column_names)

    def part(name: str) -> list[Array]:
        return [tables.matrix(table[f"z{layer}_{name}"]) for layer in range(1, layers + 1)]

    try:
        numbers = [table[name].to_numpy() for name in ("index", "label")]
        return Latents(numbers[0], numbers[1], part("mean"), part("std"), part("sample"))
    except (KeyError, AttributeError) as error:
        raise InputError(f"{path} does not hold latents: {one_line(error)}") from None
