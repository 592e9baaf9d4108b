"""What the checks read: the tables of an experiment, and what is known of its data.

Label-like outputs f(z) of a task come as tables of counts (`counted`).
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hvae.data.gaussian import Exact
from hvae.io import tables
from hvae.results.rates import (
    by_point,
    leading,
    lowest_layer,
    suffix_name,
    suffix_rates,
    suffix_sums,
)
from hvae.statistics.estimate import Estimate, Floats, Row, quantity

Layer = tuple[str, int]  # a point, and the l of z_{≥l}


@dataclass(frozen=True, kw_only=True, eq=False)
class Evidence:
    """The tables of one experiment of models with so many layers; what is absent gives no checks.

    sigma: that of p(x | z) = N(x̂, sigma² I), where it is the same at all points. own_sigma: whether
    each model has learned one instead, of which its `distortion_constant` is n/2 log 2πσ².
    shares: the class shares of the test items; None where there are no classes.
    exact: what is known of the law of the data, or None.
    compared: the `index` of the test items that the estimates of I(x; z) compare; None for all.
    seed: of the experiment; whatever is random in a check depends on it and on the check's names.

    Of a point that diverged no row counts. In `items`, a column that is nan throughout a point is
    a quantity that the point lacks.
    """

    seed: int
    layers: int
    sigma: float | None = None
    own_sigma: bool = False
    points: pa.Table | None = None
    items: pa.Table | None = None
    tasks: pa.Table | None = None
    counts: pa.Table | None = None
    information: pa.Table | None = None
    shares: Floats | None = None
    exact: Exact | None = None
    compared: NDArray[np.int64] | None = None

    def rows(self, table: str) -> list[Row]:
        """The rows of a table, without those of diverged points."""
        found: pa.Table | None = getattr(self, table)
        rows = found.to_pylist() if found is not None else []
        return [row for row in rows if row["point"] not in self.diverged]

    def rate(self, point: str, lowest: int) -> Estimate | None:
        """R_{≥l} over all test items, where it is known."""
        return _known(self._rates, point, lowest)

    def compared_rate(self, point: str, lowest: int) -> Estimate | None:
        """R_{≥l} over the items that the estimates of I(x; z) compare, where it is known."""
        return _known(self._compared_rates, point, lowest)

    def most_information(self, point: str) -> float:
        """log K, which Î⁻ of K compared items never exceeds."""
        return math.log(self._compared_items[point].num_rows)

    def upper(self, point: str, lowest: int) -> Estimate | None:
        """Î⁺(x; z_{≥l}), in expectation at least I, where it was estimated and has an error.

        A saturated estimate has no reliable error, so it limits nothing.
        """
        return self._information["upper"].get((point, lowest))

    def lower(self, point: str, lowest: int) -> Estimate | None:
        """Î⁻(x; z_{≥l}), in expectation at most I, where it was estimated."""
        return self._information["lower"].get((point, lowest))

    def per_item(self, column: str) -> dict[str, Floats]:
        """A column of `items` by point, (items,), where it is known."""
        if column not in self._columns:
            self._columns[column] = _known_of(self._items, column)
        return self._columns[column]

    def total_rate(self, point: str) -> Floats:
        """R_total of each item, (items,): nan where a layer's rate is unknown."""
        return suffix_sums(self._items[point], self.layers)[:, 0]

    @cached_property
    def diverged(self) -> frozenset[str]:
        """The points that have no measurements."""
        rows = self.points.to_pylist() if self.points is not None else []
        return frozenset(row["point"] for row in rows if row["status"] not in tables.MEASURED)

    @cached_property
    def _columns(self) -> dict[str, dict[str, Floats]]:
        """What `per_item` has read, since checks read one point after the other."""
        return {}

    @cached_property
    def _items(self) -> dict[str, pa.Table]:
        found = by_point(self.items) if self.items is not None else {}
        return {point: table for point, table in found.items() if point not in self.diverged}

    @cached_property
    def _compared_items(self) -> dict[str, pa.Table]:
        if self.compared is None:
            return self._items
        return {point: leading(table, self.compared) for point, table in self._items.items()}

    @cached_property
    def _rates(self) -> dict[str, list[Estimate]]:
        return _rates(self._items, self.layers)

    @cached_property
    def _compared_rates(self) -> dict[str, list[Estimate]]:
        return _rates(self._compared_items, self.layers)

    @cached_property
    def _information(self) -> dict[str, dict[Layer, Estimate]]:
        found: dict[str, dict[Layer, Estimate]] = {"lower": {}, "upper": {}}
        about = self.suffixes("x")
        for row in self.rows("information"):
            upper = row["kind"] == "upper"
            if row["quantity"] in about and not (upper and row["saturated"]):
                key = row["point"], lowest_layer(about[row["quantity"]])
                found[row["kind"]][key] = Estimate(row["value"], row["std_error"])
        return found

    def suffixes(self, of: str) -> dict[str, str]:
        """By the names of I(of; z_{≥1}), …, I(of; z_{≥L}): their layers, as `z2+z3`."""
        return {
            quantity(of, lowest, self.layers): suffix_name(lowest + 1, self.layers)
            for lowest in range(self.layers)
        }


def _known_of(items: dict[str, pa.Table], column: str) -> dict[str, Floats]:
    tables = {point: table for point, table in items.items() if column in table.column_names}
    values = {point: table[column].to_numpy() for point, table in tables.items()}
    return {point: array for point, array in values.items() if np.isfinite(array).all()}


def _rates(items: dict[str, pa.Table], layers: int) -> dict[str, list[Estimate]]:
    there = {point: table for point, table in items.items() if table.num_rows}
    return {point: suffix_rates(table, layers)[point] for point, table in there.items()}


def _known(rates: dict[str, list[Estimate]], point: str, lowest: int) -> Estimate | None:
    suffixes = rates.get(point, [])
    rate = suffixes[lowest - 1] if lowest <= len(suffixes) else None
    return rate if rate is not None and math.isfinite(rate.value) else None


Counts = NDArray[np.int64]
KEY = ("point", "layers", "features", "method", "setting")


class Counted(NamedTuple):
    """The tables [groups, outputs] of one f(z) by split; groups and outputs in one order for all.

    There are always at least two outputs; one that never occurs does no harm.
    """

    point: str
    layers: str
    features: str
    method: str
    groups: Sequence[str]
    tables: Mapping[str, Counts]

    def histogram(self, split: str, group: str) -> Counts:
        """The outputs of one group's items; none where the group is absent."""
        table = self.tables.get(split)
        if table is None or group not in self.groups:
            return np.zeros(2, dtype=np.int64)
        return table[self.groups.index(group)]


def counted(evidence: Evidence, task: str) -> Iterator[Counted]:
    """What the task put out from *samples* of each set of layers, by each method."""
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in evidence.rows("counts"):
        if row["task"] == task and row["features"] == "sample":
            found.setdefault(tuple(row[name] for name in KEY), []).append(row)
    for (point, layers, features, method, _), rows in found.items():
        groups, outputs = _names(rows, "group"), _names(rows, "output")
        tables = {
            split: _table([row for row in rows if row["split"] == split], groups, outputs)
            for split in sorted({row["split"] for row in rows})
        }
        yield Counted(point, layers, features, method, groups, tables)


def _names(rows: Sequence[Row], column: str) -> list[str]:
    found = sorted({row[column] for row in rows})
    return found if len(found) > 1 else [*found, "(none)"]


def _table(rows: Sequence[Row], groups: Sequence[str], outputs: Sequence[str]) -> Counts:
    table = np.zeros((len(groups), len(outputs)), dtype=np.int64)
    for row in rows:
        table[groups.index(row["group"]), outputs.index(row["output"])] += row["count"]
    return table
