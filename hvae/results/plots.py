"""What `dvc plots` draws, as CSV: the rate plane, and accuracies against rate."""

import math
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from hvae.io import writing
from hvae.results.rates import suffix_name

ACCURACY = ("point", "layers", "method", "rate_total", "value", "low", "high")


def plane(points: pa.Table) -> pa.Table:
    """The points, with R(z_2, …, z_L) in nats: the rate above z_1, 0 where there is one layer."""
    return points.append_column("rate_above", pc.subtract(points["rate_total"], points["rate_1"]))


def accuracies(points: pa.Table, tasks: pa.Table) -> pa.Table:
    """Accuracies of probes on samples of all layers, with the total rate of their point."""
    layers = sum(name.startswith("beta_") for name in points.column_names)
    wanted = {
        "task": "classification",
        "features": "sample",
        "layers": suffix_name(1, layers),
    }
    for column, value in wanted.items():
        tasks = tasks.filter(pc.equal(tasks[column], value))
    rates = dict(zip(points["point"].to_pylist(), points["rate_total"].to_pylist(), strict=True))
    total = [rates.get(point, math.nan) for point in tasks["point"].to_pylist()]
    return tasks.append_column("rate_total", pa.array(total, pa.float64())).select(ACCURACY)


def write(table: pa.Table, path: Path) -> None:
    """As CSV."""
    writing.fill(path, lambda beside: csv.write_csv(table, beside))
