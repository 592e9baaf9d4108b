"""Label-like outputs f(z) of a task as tables of counts, from the rows of `counts.parquet`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hvae.results.evidence import Evidence
from hvae.statistics.estimate import Row

Counts = NDArray[np.int64]
KEY = ("point", "layers", "features", "method", "setting")


class Counted(NamedTuple):
    """The tables [groups, outputs] of one f(z) by split; groups and outputs in one order for all.

    There are always two outputs at least: one that never occurs does no harm.
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
