"""The prepared form: one typed, checked Parquet file a split, read back with every check."""

import json
import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hvae import tables
from hvae.errors import InputError


class Items(NamedTuple):
    """One split. x: (items, n) float32 in [0, 1]; labels: (items,) int64; ids: (items,) int64,
    the item's place in its source; shape and classes as in `Source`.
    """

    x: NDArray[np.float32]
    labels: NDArray[np.int64]
    ids: NDArray[np.int64]
    shape: tuple[int, ...]
    classes: tuple[str, ...]

    def first(self, count: int) -> "Items":
        """The leading `count` items: a random sample, since splits are stored in random order."""
        return self._replace(x=self.x[:count], labels=self.labels[:count], ids=self.ids[:count])


def check(items: Items, origin: str) -> None:
    """InputError naming `origin` unless shapes agree, pixels are in [0, 1] and labels in range."""
    if problem := _problem(items):
        raise InputError(f"{origin} {problem}")


def _problem(items: Items) -> str | None:
    count, width = items.x.shape
    if count == 0:
        return "has no items"
    if width != math.prod(items.shape):
        return f"has {width} values an item, which do not fill shape {items.shape}"
    if len(items.labels) != count:
        return f"has {len(items.labels)} labels for {count} items"
    if not np.isfinite(items.x).all():
        return "has values that are NaN or infinite"
    if items.x.min() < 0 or items.x.max() > 1:
        return f"has values from {items.x.min():g} to {items.x.max():g}, outside [0, 1]"
    if items.labels.min() < 0 or items.labels.max() >= len(items.classes):
        return f"has labels outside 0…{len(items.classes) - 1}"
    return None


def write(items: Items, path: Path) -> None:
    """Check and store one split."""
    check(items, str(path))
    table = pa.table(
        {"index": items.ids, "label": items.labels, "x": tables.vectors(items.x)}
    ).replace_schema_metadata(
        {"shape": json.dumps(items.shape), "classes": json.dumps(items.classes)}
    )
    tables.write(table, path)


def read(path: Path) -> Items:
    """Load and check one split; InputError where the file is not one that `write` made."""
    table = tables.read(path)
    try:
        meta = {key.decode(): json.loads(value) for key, value in table.schema.metadata.items()}
        items = Items(
            x=tables.matrix(table["x"]),
            labels=table["label"].to_numpy(),
            ids=table["index"].to_numpy(),
            shape=tuple(meta["shape"]),
            classes=tuple(meta["classes"]),
        )
    except (KeyError, AttributeError, ValueError, TypeError) as error:
        raise InputError(f"{path} is not a prepared split: {error}") from None
    check(items, str(path))
    return items
