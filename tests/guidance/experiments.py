"""A whole experiment with planted applications: the tables that guidance is made of."""

import itertools
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from hvae.guidance.study import MeasuredTables
from hvae.io import tables
from tests.guidance import planes
from tests.guidance.planes import Row, task

BOUND = {
    "point": "p", "bound": "accuracy", "layers": "z1", "features": "sample", "method": "knn",
    "metric": "accuracy", "measured": 0.5, "measured_se": 0.1, "limit": 0.9, "limit_se": 0.0,
    "slack": 0.4, "p_value": 1.0, "verdict": "holds",
}  # fmt: skip
HOSTILE = "</script><script>alert(1)</script>"


def measured(
    se: float = 0.01, seeds: Sequence[int] = (0, 1, 2), layers: int = 2, method: str = "knn"
) -> MeasuredTables:
    """PSNR grows with the total rate, accuracy is best where β_2 is least and β_1 most.

    Of one layer, accuracy falls with β_1. Compression has a cost in proportion to the total rate:
    0.5 bits per dimension at 11 nats.
    """
    points = planes.grid(seeds, [planes.AXIS] * layers)
    rows = [row for point in points for row in _tasks(point, layers, se, method)]
    return tables_of(points, rows, layers)


def rated(se: float = 0.01, seeds: Sequence[int] = (0, 1, 2)) -> MeasuredTables:
    """Totals of 4 and 8 nats, split three ways.

    PSNR is best where both layers have half, accuracy where all is in z_2.
    """
    points, rows = [], []
    for total, share, seed in itertools.product((4.0, 8.0), (0.0, 0.5, 1.0), seeds):
        target = total * (1 - share), total * share
        goals = {f"target_{layer}": rate for layer, rate in enumerate(target, 1)}
        name = f"r{target[0]:g}_r{target[1]:g}_s{seed}"
        points.append(planes.point((1.0, 1.0), target, seed, point=name, strategy="rates", **goals))
        psnr, accuracy = 10 + total - 4 * abs(share - 0.5), 0.5 + 0.01 * total + 0.1 * share
        rows += [
            task(name, "reconstruction", "psnr_db", psnr, se=10 * se, method="decoder"),
            task(name, "classification", "accuracy", accuracy, se=se, layers="z2", method="knn"),
        ]
    return tables_of(points, rows, 2)


def tables_of(points: Sequence[Row], rows: Sequence[Row], layers: int) -> MeasuredTables:
    """The same rows for both splits, with scores of their own."""
    return MeasuredTables(points, rows, rows, layers, planes.scored(rows, rows))


def _tasks(point: Row, layers: int, se: float, method: str) -> list[Row]:
    at, total = point["point"], point["rate_total"]
    upper = point["rate_2"] - point["rate_1"] / 2 if layers > 1 else point["rate_1"] / 2
    accuracy = 0.5 + 0.04 * upper
    probe = {"layers": "z1", "method": method}
    return [
        task(at, "reconstruction", "psnr_db", 10 + total, se=10 * se, method="decoder"),
        task(at, "compression", "psnr_db", 10 + total, se=10 * se, method="rate"),
        task(at, "compression", "bits_per_dim", total / 22, method="rate"),
        task(at, "classification", "accuracy", accuracy, se=se, **probe),
        task(at, "classification", "accuracy", accuracy + 0.01, se=se, features="mean", **probe),
    ]


def write(folder: Path, given: MeasuredTables, layers: int = 2) -> None:
    """The tables, as the workflow leaves them."""
    lacking = {
        name: 0.0
        for name in tables.points(layers).names
        if name not in given.points[0] and name != "parameters"
    }
    points = [lacking | {"parameters": 1} | row for row in given.points]
    written = {
        "points": tables.from_rows(points, tables.points(layers)),
        "tasks": tables.from_rows(given.tasks, tables.tasks()),
        "selection": tables.from_rows(given.selection, tables.tasks()),
        "bounds": pa.Table.from_pylist([BOUND], schema=tables.bounds()),
        "scores": _scores(given),
    }
    for name, table in written.items():
        tables.write(table, folder / f"{name}.parquet")


def _scores(given: MeasuredTables) -> pa.Table:
    rows = [
        {"point": point, "index": index, "value": value} | of._asdict()
        for of, by_point in given.scores.items()
        for point, one in by_point.items()
        for index, value in zip(one.indices.tolist(), one.values.tolist(), strict=True)
    ]
    return pa.Table.from_pylist(rows, schema=tables.scores())
