"""The prepared form: one typed, checked Parquet file a split, read back with every check."""

import json
import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hvae import tables
from hvae.data.source import Source
from hvae.errors import InputError


class Items(NamedTuple):
    """One split; each field but `ids` as in `Source`.

    x: (items, n) float32; labels: (items,) int64; target: (items,) float64 or None;
    ids: (items,) int64, the item's place in its source.
    """

    x: NDArray[np.float32]
    labels: NDArray[np.int64]
    ids: NDArray[np.int64]
    shape: tuple[int, ...]
    classes: tuple[str, ...]
    bounded: bool = True
    target: NDArray[np.float64] | None = None

    def first(self, count: int) -> "Items":
        """The leading `count` items: a random sample, since splits are stored in random order."""
        return self._replace(
            x=self.x[:count],
            labels=self.labels[:count],
            ids=self.ids[:count],
            target=None if self.target is None else self.target[:count],
        )


def taken(source: Source, ids: NDArray[np.int64]) -> Items:
    """The items of a source at these places."""
    return Items(
        x=source.x[ids],
        labels=source.labels[ids],
        ids=ids,
        shape=source.shape,
        classes=source.classes,
        bounded=source.bounded,
        target=None if source.target is None else source.target[ids],
    )


def check(items: Items, origin: str) -> None:
    """InputError naming `origin` unless shapes agree and values and labels are in range."""
    if problem := _problem(items):
        raise InputError(f"{origin} {problem}")


def _problem(items: Items) -> str | None:
    return _misfit(items) or _bad_value(items)


def _misfit(items: Items) -> str | None:
    count, width = items.x.shape
    if count == 0:
        return "has no items"
    if width != math.prod(items.shape):
        return f"has {width} values an item, which do not fill shape {items.shape}"
    if len(items.labels) != count:
        return f"has {len(items.labels)} labels for {count} items"
    if items.target is not None and len(items.target) != count:
        return f"has {len(items.target)} targets for {count} items"
    return None


def _bad_value(items: Items) -> str | None:
    if not np.isfinite(items.x).all():
        return "has values that are NaN or infinite"
    if items.bounded and (items.x.min() < 0 or items.x.max() > 1):
        return f"has values from {items.x.min():g} to {items.x.max():g}, outside [0, 1]"
    if items.labels.min() < 0 or items.labels.max() >= len(items.classes):
        return f"has labels outside 0…{len(items.classes) - 1}"
    if items.target is not None and not np.isfinite(items.target).all():
        return "has targets that are NaN or infinite"
    return None


def write(items: Items, path: Path) -> None:
    """Check and store one split."""
    check(items, str(path))
    columns = {"index": items.ids, "label": items.labels, "x": tables.vectors(items.x)}
    if items.target is not None:
        columns["target"] = items.target
    meta = {"shape": items.shape, "classes": items.classes, "bounded": items.bounded}
    described = {key: json.dumps(value) for key, value in meta.items()}
    tables.write(pa.table(columns).replace_schema_metadata(described), path)


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
            bounded=meta["bounded"],
            target=table["target"].to_numpy() if "target" in table.column_names else None,
        )
    except (KeyError, AttributeError, ValueError, TypeError) as error:
        raise InputError(f"{path} is not a prepared split: {error}") from None
    check(items, str(path))
    return items
