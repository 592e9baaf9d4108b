"""Every point as one record: where it was asked for, whether it trained, and all of its numbers."""

from collections.abc import Sequence
from typing import Any

from hvae.io.tables import MEASURED
from hvae.reports.charts.scatter import kinds
from hvae.reports.explorer.columns import Column, described_values
from hvae.reports.sections import pictures
from hvae.results.experiment import Run
from hvae.results.kinds import Row


def points(run: Run, columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Of the grid, then independent models, then those asked for; diverged ones without numbers."""
    kind = kinds(run)
    rows = [*run.points, *run.anchors, *run.targets]
    return [_record(row, kind[row["point"]], columns) for row in rows]


def _record(row: Row, kind: str, columns: Sequence[Column]) -> dict[str, Any]:
    trained = row["status"] in MEASURED
    found = {c.name: described_values(c, row["point"]) for c in columns} if trained else {}
    return {
        "name": row["point"],
        "kind": kind,
        "seed": row["seed"],
        "beta": pictures.betas(row),
        "trained": trained,
        "values": {name: values for name, values in found.items() if values is not None},
    }
