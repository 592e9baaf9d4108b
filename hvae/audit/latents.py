"""Latents of a model that was trained elsewhere, read from one Parquet file.

The file has a row for each item. For every layer l = 1 … L, z_1 at the bottom, it has lists of
numbers `z{l}_mean`, `z{l}_std` and `z{l}_sample`, as `hvae.latents.store` writes them. A lower
layer's mean and std are conditioned on the sample of the layers above. Further columns are
optional: `label` (whole numbers, text or categories), and `rate_1` … `rate_L`, the item's KL of
each layer in nats. Any list and number type is accepted.

A file that lacks a column and has another of nearly the same name is refused: otherwise that column
would be ignored silently.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from os import PathLike
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hvae.data.source import UNLABELLED
from hvae.errors import InputError, one_each, one_line
from hvae.io import tables
from hvae.io.storage import near
from hvae.latents.store import Latents

PARTS = ("mean", "std", "sample")
LABEL, INDEX = "label", "index"  # `index` is allowed and not used
MOST = 64  # missing names, at most, that other names are compared with

# Other common names; the layer's number may come first or last.
LABELS = ("labels", "y", "class", "classes", "cls", "category", "targets")
OF_LAYER = {
    "mean": ("mu", "loc", "average"),
    "std": ("sigma", "sd", "stdev", "stddev", "scale", "var", "variance", "logvar", "logstd"),
    "sample": ("z", "draw", ""),
}
RATES = ("kl", "kld", "kls")

_LAYERED = re.compile(rf"z([1-9]\d{{0,3}})_({'|'.join(PARTS)})")
_FROM_ZERO = re.compile(rf"z0_({'|'.join(PARTS)})|rate_0")


class Columns(NamedTuple):
    """The number of layers L, and the names of the columns that are not read, in order."""

    layers: int
    unread: tuple[str, ...]


def columns(names: Sequence[str]) -> Columns:
    """The columns, by name; ValueError if one is missing, repeated or misspelled."""
    top = max((int(match[1]) for match in map(_LAYERED.fullmatch, names) if match), default=1)
    needed = [f"z{layer}_{part}" for layer in range(1, top + 1) for part in PARTS]
    optional = [LABEL, *rate_names(top)]
    known, given = dict.fromkeys([*needed, *optional, INDEX]), dict.fromkeys(names)
    _refuse_doubled(names, known)
    unread = [name for name in given if name not in known]
    _refuse_mistaken(unread, [name for name in (*needed, *optional) if name not in given][:MOST])
    for name in needed:
        if name not in given:
            raise ValueError(f"needs one column {name}, has {', '.join(names)}")
    return Columns(top, tuple(unread))


def rate_names(layers: int) -> list[str]:
    """The names of the layers' rates."""
    return [f"rate_{layer}" for layer in range(1, layers + 1)]


def not_read(unread: Sequence[str]) -> str:
    """One line about the columns that are not read."""
    return f"Not read, since they are not columns of latents: {one_line(', '.join(unread))}"


def _refuse_doubled(names: Sequence[str], known: Iterable[str]) -> None:
    counts = Counter(names)
    for name in known:
        if counts[name] > 1:
            raise ValueError(f"has {counts[name]} columns {name}: one is needed")


def _refuse_mistaken(unread: Sequence[str], absent: Sequence[str]) -> None:
    aliases = dict(_aliases(absent))
    for name in unread:
        if _FROM_ZERO.fullmatch(name):
            raise ValueError(f"has a column {name}: layers are numbered from 1")
        if meant := near(name, absent, aliases):
            raise ValueError(
                f"has a column '{one_line(name)}', which is not read: rename it to '{meant}' if "
                "that is what it holds, or remove it"
            )


def _aliases(absent: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pairs of a common other name and the name that it stands for."""
    for name in absent:
        first, _, second = name.partition("_")
        if name == LABEL:
            others: Sequence[str] = LABELS
        elif first == "rate":
            others = [f"{other}_{second}" for other in RATES]
        else:
            others = [f"{first}_{other}" for other in OF_LAYER[second]]
            others += [f"{other}_{first[1:]}" for other in (*OF_LAYER[second], second) if other]
        yield from ((other, name) for other in others)


LEAST = 20  # items; with fewer, halves are too small to say anything
LEAST_OF_CLASS = 4  # so that each half has two
ROUNDING = 1e-6  # nats for each dimension of a layer: the error of a KL in float32


class SuppliedLatents(NamedTuple):
    """The content of one file.

    latents: of every item; ids are rows of the file, labels are positions in `classes`.
    rates: (items, L) nats, or None if the file has none; then `known_rates` has the top layer's.
    unread: the names of columns that are not read.
    """

    latents: Latents
    classes: tuple[str, ...]
    rates: NDArray[np.float64] | None
    unread: tuple[str, ...] = ()

    def select(self, rows: NDArray[np.int64]) -> "SuppliedLatents":
        """The items in these rows."""
        of = self.latents
        mean, std, sample = ([one[rows] for one in part] for part in (of.mean, of.std, of.sample))
        chosen = Latents(of.ids[rows], of.label[rows], mean, std, sample, of.kl, of.closed_below)
        rates = None if self.rates is None else self.rates[rows]
        return self._replace(latents=chosen, rates=rates)

    @property
    def known_rates(self) -> NDArray[np.float64]:
        """(items, L) nats: as given or, where none are, that of the top layer, and nan below it.

        Σ (μ² + σ² − 1)/2 − log σ is KL[q(z_L | x) ‖ N(0, I)]; a lower layer's prior depends on z.
        """
        if self.rates is not None:
            return self.rates
        mean, std = (part[-1].astype(np.float64) for part in (self.latents.mean, self.latents.std))
        top = ((mean**2 + std**2 - 1) / 2 - np.log(std)).sum(1)
        found = np.full((len(top), len(self.latents.mean)), np.nan)
        found[:, -1] = top
        return found

    def at(self, rates: Sequence[float]) -> "SuppliedLatents":
        """With rates R_1 … R_L in nats for every item. ValueError unless L finite rates ≥ 0."""
        layers = len(self.latents.mean)
        if len(rates) != layers:
            raise ValueError(one_each(layers, "rate", len(rates)))
        if not all(0 <= rate < math.inf for rate in rates):
            raise ValueError(f"rates must be finite and not negative, got {list(rates)}")
        return self._replace(rates=np.tile(np.asarray(rates), (len(self.latents.ids), 1)))


def read(path: str | PathLike[str]) -> SuppliedLatents:
    """Load and check a file; InputError names the file, the column, and what is wrong."""
    if not isinstance(path, str | PathLike):
        raise InputError(f"path must be a path or text, got {path!r}")
    table = tables.read(Path(path))
    try:
        return _own(table)
    except ValueError as error:
        raise InputError(f"{path}: {one_line(error)}") from None


def _own(table: pa.Table) -> SuppliedLatents:
    layers, unread = columns(table.column_names)
    if table.num_rows < LEAST:
        raise ValueError(f"has {table.num_rows} items, at least {LEAST} are needed")
    numbers = range(1, layers + 1)
    mean, std, sample = (
        [_vectors(table, f"z{layer}_{part}") for layer in numbers] for part in PARTS
    )
    for layer in numbers:
        _agree(layer, *(part[layer - 1] for part in (mean, std, sample)))
    classes, label = _labels(table)
    latents = Latents(np.arange(table.num_rows), label, mean, std, sample)
    return SuppliedLatents(
        latents, classes, _rates(table, [z.shape[1] for z in latents.mean]), unread
    )


def _vectors(table: pa.Table, name: str) -> NDArray[np.float32]:
    """A column of lists as an array (items, d); ValueError for values that are not finite."""
    column = table[name].combine_chunks()
    if isinstance(column, pa.ChunkedArray):
        column = column.chunk(0)
    widths = pc.unique(pc.list_value_length(column)).to_pylist() if _is_list(column.type) else []
    if len(widths) != 1 or not widths[0]:
        raise ValueError(f"{name} must hold lists of one length, and no nulls")
    values = _numbers(name, column.flatten())
    return values.reshape(-1, widths[0]).astype(np.float32)


def _is_list(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    )


def _numbers(name: str, values: pa.Array) -> NDArray[np.float64]:
    kind = values.type
    if not (pa.types.is_floating(kind) or pa.types.is_integer(kind)):
        raise ValueError(f"{name} must hold numbers, has {kind}")
    numbers = values.cast(pa.float64()).to_numpy(zero_copy_only=False)
    if not (np.abs(numbers) <= np.finfo(np.float32).max).all():
        raise ValueError(f"{name} has values that are NaN, infinite or missing")
    return np.asarray(numbers)


def _agree(layer: int, mean: NDArray[np.float32], std: NDArray[np.float32], sample: object) -> None:
    shapes = {part.shape[1] for part in (mean, std, np.asarray(sample))}
    if len(shapes) != 1:
        raise ValueError(f"z{layer}_mean, z{layer}_std and z{layer}_sample differ in length")
    if std.min() <= 0:
        raise ValueError(f"z{layer}_std must be positive, has {std.min():g}")


def _labels(table: pa.Table) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """The names of the classes, sorted, and each item's position among them."""
    if LABEL not in table.column_names:
        return UNLABELLED, np.zeros(table.num_rows, np.int64)
    column = _decoded(table[LABEL])
    if not _names_classes(column.type):
        raise ValueError(f"label must hold whole numbers or text, has {column.type}")
    if column.null_count:
        raise ValueError(f"label is missing for {column.null_count} items")
    names, label, count = np.unique(
        np.asarray(column.to_pylist()), return_inverse=True, return_counts=True
    )
    if count.min() < LEAST_OF_CLASS:
        rarest = names[count.argmin()]
        raise ValueError(
            f"label {rarest} has {count.min()} items, at least {LEAST_OF_CLASS} of each are needed"
        )
    return tuple(str(name) for name in names), label.astype(np.int64)


def _decoded(column: pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """The values of a column, which may be stored as positions in a dictionary."""
    kind = column.type
    return column.cast(kind.value_type) if pa.types.is_dictionary(kind) else column.combine_chunks()


def _names_classes(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_integer(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind)
    )


def _rates(table: pa.Table, widths: Sequence[int]) -> NDArray[np.float64] | None:
    """The rates of layers of these widths; a rate that rounding left below 0 is set to 0."""
    names = rate_names(len(widths))
    given = [name for name in names if name in table.column_names]
    if not given:
        return None
    if given != names:
        raise ValueError(f"needs all of {', '.join(names)} or none, has {', '.join(given)}")
    rates = np.stack([_numbers(n, table[n].combine_chunks()) for n in names], axis=1)
    for name, rate, width in zip(names, rates.T, widths, strict=True):
        if rate.min() < -ROUNDING * width:
            raise ValueError(f"{name} must not be negative, has {rate.min():g}")
    return np.maximum(rates, 0)
