"""Validation curves on disk: what `history.parquet` is collected from."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from hvae.io import tables


class Curve(NamedTuple):
    """looks: by step, an objective on held-out data with the likelihood's constant; in nats."""

    point: str
    looks: Mapping[int, float]
    constant: float

    @property
    def objective(self) -> dict[int, float]:
        """J° by step, in nats."""
        return {step: value - self.constant for step, value in self.looks.items()}


def save(path: Path, curves: Iterable[Curve]) -> None:
    """Write a row a look, its objective without the constant."""
    rows = [
        {"point": curve.point, "step": step, "objective": value}
        for curve in curves
        for step, value in curve.objective.items()
    ]
    tables.write(tables.from_rows(rows, tables.history()), path)
