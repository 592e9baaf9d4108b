"""The prepared form: one typed, checked Parquet file a split, read back with every check."""

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hvae import tables
from hvae.errors import InputError


class Items(NamedTuple):
    """One split. x: (items, n) float32 in [0, 1]; labels: (items,) int64; index: (items,) int64,
    the item's place in its source; shape and classes as in `Source`.
    """

    x: NDArray[np.float32]
    labels: NDArray[np.int64]
    index: NDArray[np.int64]
    shape: tuple[int, ...]
    classes: tuple[str, ...]

    def first(self, count: int) -> "Items":
        """The leading `count` items: a random sample, since splits are stored in random order."""
        return self._replace(
            x=self.x[:count], labels=self.labels[:count], index=self.index[:count]
        )


def check(items: Items, origin: str) -> None:
    """InputError naming `origin` unless shapes agree, pixels are in [0, 1] and labels in range."""
    count, width = items.x.shape
    wrong = (
        (count == 0, "has no items"),
        (width != int(np.prod(items.shape)), f"has {width} values an item, not shape {items.shape}"),
        (len(items.labels) != count, f"has {len(items.labels)} labels for {count} items"),
        (not np.isfinite(items.x).all(), "has values that are NaN or infinite"),
        (count > 0 and (items.x.min() < 0 or items.x.max() > 1), "has values outside [0, 1]"),
        (
            len(items.labels) > 0
            and (items.labels.min() < 0 or items.labels.max() >= len(items.classes)),
            f"has labels outside 0…{len(items.classes) - 1}",
        ),
    )
    for is_wrong, what in wrong:
        if is_wrong:
            raise InputError(f"{origin} {what}")


def write(items: Items, path: Path) -> None:
    """Check and store one split."""
    check(items, str(path))
    table = pa.table(
        {"index": items.index, "label": items.labels, "x": tables.vectors(items.x)}
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
            index=table["index"].to_numpy(),
            shape=tuple(meta["shape"]),
            classes=tuple(meta["classes"]),
        )
    except (KeyError, AttributeError, ValueError, TypeError) as error:
        raise InputError(f"{path} is not a prepared split: {error}") from None
    check(items, str(path))
    return items
