"""What people read in place of the names of the tables: β, and the seed where there are several."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from hvae.reports.charts.scatter import GRID, KINDS
from hvae.results.experiment import Run
from hvae.results.kinds import Row

DIGITS = range(2, 7)  # of β: as few as tell all values of an axis apart


class Named(NamedTuple):
    """A point by its name in the tables, with what it is told by."""

    name: str
    beta: Sequence[float]
    seed: int


def names(run: Run) -> dict[str, str]:
    """Of every point, and of the models of whole planes; other kinds than the grid's are named."""
    found: dict[str, str] = {}
    for kind, rows in zip(KINDS, (run.points, run.anchors, run.targets), strict=True):
        before = "" if kind == GRID else f"{kind.name}, "
        found |= told(map(_named, rows), before)
    return found | _shared(run)


def told(points: Iterable[Named], before: str = "") -> dict[str, str]:
    """β = (0.32, 1), and the seed where these points have several."""
    every = list(points)
    digits = [_digits(axis) for axis in zip(*(one.beta for one in every), strict=True)]
    several = len({one.seed for one in every}) > 1
    return {
        one.name: f"{before}β = {beta(one.beta, digits)}{f', seed {one.seed}' if several else ''}"
        for one in every
    }


def beta(values: Sequence[float], digits: Sequence[int]) -> str:
    """(β_1, …, β_L), or the one β."""
    each = [
        np.format_float_positional(float(f"{value:.{count}g}"), trim="-")
        for value, count in zip(values, digits, strict=True)
    ]
    return f"({', '.join(each)})" if len(each) > 1 else each[0]


def _digits(axis: Iterable[float]) -> int:
    values = set(axis)
    apart = (count for count in DIGITS if len({f"{v:.{count}g}" for v in values}) == len(values))
    return next(apart, DIGITS[-1])


def _named(row: Row) -> Named:
    own = [value for name, value in row.items() if name.startswith("beta_")]
    return Named(row["point"], own, row["seed"])


def _shared(run: Run) -> dict[str, str]:
    models = run.params.grid.shared() if run.params.amortized else {}
    several = len(models) > 1
    return {name: f"the one model{f', seed {s}' if several else ''}" for s, name in models.items()}
