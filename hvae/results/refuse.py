"""Refuse tables whose numbers cannot be judged, with a sentence that names table, point, column."""

import math
from collections.abc import Iterator

import numpy as np

from hvae.errors import InputError
from hvae.results.checks import guesses
from hvae.results.evidence import Evidence
from hvae.results.rates import by_point
from hvae.statistics import arguments
from hvae.statistics.estimate import Row

Cell = tuple[str, Row, str]  # a table, one of its rows, and the column that is judged


def refuse(evidence: Evidence) -> None:
    """InputError for the first number that is NaN, infinite or out of range.

    In `items` a column that is nan throughout a point is a quantity that the point lacks.
    """
    _shares(evidence)
    _items(evidence)
    for table, row, column in _cells(evidence):
        if not math.isfinite(row[column]):
            raise _bad(table, row["point"], column, "finite", row[column])
    for row in evidence.rows("tasks"):
        if guesses.guesses_class(row) and not (0 <= row["value"] <= 1 <= row["n"]):
            raise _bad("tasks", row["point"], "value", "a share of n items", row["value"])
    for row in evidence.rows("counts"):
        if row["count"] < 0:
            raise _bad("counts", row["point"], "count", "a number of items", row["count"])


def _cells(evidence: Evidence) -> Iterator[Cell]:
    for row in evidence.rows("information"):
        yield from (("information", row, column) for column in ("value", "std_error"))
    for row in evidence.rows("tasks"):
        if guesses.guesses_class(row):
            yield "tasks", row, "value"
        if guesses.guesses_target(row):
            yield from (("tasks", row, column) for column in ("value", "std_error"))


def _items(evidence: Evidence) -> None:
    if evidence.items is None:
        return
    measured = by_point(evidence.items)
    trained = {row["point"] for row in evidence.rows("points")}
    if lost := sorted(trained - measured.keys()):
        raise InputError(f"items: point {lost[0]} has no rows, but points says that it trained")
    for point, table in measured.items():
        if table.num_rows < 2:
            raise _bad("items", point, "index", "that of two items at least", table.num_rows)
        for column in (name for name in _measured(evidence.layers) if name in table.column_names):
            values = table[column].to_numpy()
            bad = values[~np.isfinite(values)]
            if len(bad) and not np.isnan(values).all():
                raise _bad("items", point, column, "finite", bad[0])


def _measured(layers: int) -> list[str]:
    rates = [f"rate_{layer}" for layer in range(1, layers + 1)]
    return [*rates, "distortion", "squared_error"]


def _shares(evidence: Evidence) -> None:
    if evidence.shares is not None:
        try:
            arguments.shares("the class shares", evidence.shares, least=2)
        except ValueError as error:
            raise InputError(str(error)) from None


def _bad(table: str, point: str, column: str, what: str, value: float) -> InputError:
    return InputError(f"{table}: column {column} of point {point} must be {what}, got {value}")
