"""Latents on disk: `latents/point=…/split=…/part-0.parquet`, readable by any Parquet tool.

The key `kl` of a file's metadata has the nats of each dimension of each layer, as JSON, and
`closed_below` the threshold under which a dimension is closed.
"""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hvae.errors import InputError, one_line
from hvae.io import tables

Array = NDArray[np.float32]
KL, CLOSED_BELOW = b"kl", b"closed_below"


class Latents(NamedTuple):
    """The latents of one point and split; lists over layers, z_1 first, with arrays (items, d_l).

    A lower layer's mean and std are conditioned on the stored sample of the layers above it. In a
    categorical top layer they belong to each entry of the one-hot sample: the mean is its
    probability.

    kl: of each dimension, (d_l,) in nats, a mean over train items, whatever the split; nothing
    where it is not known. A dimension with less than `closed_below` is closed: unit noise that
    tells nothing of x, but enters distances as much as those that do.
    """

    ids: NDArray[np.int64]
    label: NDArray[np.int64]
    mean: list[Array]
    std: list[Array]
    sample: list[Array]
    kl: Sequence[Array] = ()
    closed_below: float = 0.0

    @property
    def open(self) -> list[NDArray[np.bool_]]:
        """Which dimensions of each layer are not closed, (d_l,); all where KL is not known."""
        if not self.kl:
            return [np.ones(part.shape[1], dtype=bool) for part in self.mean]
        return [np.asarray(nats) >= self.closed_below for nats in self.kl]


def file(folder: Path, point: str, split: str) -> Path:
    """The path of the latents of one point and split."""
    return folder / f"point={point}" / f"split={split}" / "part-0.parquet"


def write(latents: Latents, path: Path) -> None:
    """Store latents as fixed-size lists of float32."""
    columns = {"index": pa.array(latents.ids), "label": pa.array(latents.label)}
    for layer, parts in enumerate(
        zip(latents.mean, latents.std, latents.sample, strict=True), start=1
    ):
        for name, part in zip(("mean", "std", "sample"), parts, strict=True):
            columns[f"z{layer}_{name}"] = tables.vectors(part)
    widths = [part.shape[1] for part in latents.mean]
    nats = [list(map(float, part)) for part in latents.kl]
    known = {KL: json.dumps(nats), CLOSED_BELOW: json.dumps(latents.closed_below)} if nats else {}
    tables.write(pa.table(columns, schema=tables.latents(widths).with_metadata(known)), path)


def read(path: Path) -> Latents:
    """Load latents; InputError where the file lacks a column or a column has the wrong type."""
    table = tables.read(path)
    layers = sum(name.endswith("_sample") for name in table.column_names)

    def part(name: str) -> list[Array]:
        return [tables.matrix(table[f"z{layer}_{name}"]) for layer in range(1, layers + 1)]

    try:
        numbers = [table[name].to_numpy() for name in ("index", "label")]
        parts = part("mean"), part("std"), part("sample")
        return Latents(numbers[0], numbers[1], *parts, *_nats(table, parts[0]))
    except (KeyError, AttributeError, TypeError, ValueError) as error:
        raise InputError(f"{path} does not hold latents: {one_line(error)}") from None


def _nats(table: pa.Table, mean: Sequence[Array]) -> tuple[list[Array], float]:
    """`kl` and `closed_below` of a file's metadata; ValueError where they do not fit."""
    known = table.schema.metadata or {}
    if KL not in known:
        return [], 0.0
    nats = [np.array(part, dtype=np.float32) for part in json.loads(known[KL])]
    least = float(json.loads(known[CLOSED_BELOW]))
    if [part.shape for part in nats] != [part.shape[1:] for part in mean]:
        raise ValueError("kl in its metadata is of other layers")
    if not math.isfinite(least):
        raise ValueError(f"closed_below in its metadata is {least}")
    return nats, least
