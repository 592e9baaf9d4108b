"""One application's rows of one table as values by variant, that is by how z is read, and point."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from hvae.guidance.applications import Application, Metric
from hvae.results.places import Row

WIDTH = 2 * 1.96  # standard errors in a 95 % interval


class Variant(NamedTuple):
    """Which layers are read, and by which method."""

    layers: str
    method: str


class Value(NamedTuple):
    """A value, its standard error, and its 95 % interval."""

    value: float
    std_error: float
    low: float
    high: float


class Series(NamedTuple):
    """The values by variant and point; problems are what each is a mean over, if they are named."""

    values: Mapping[Variant, Mapping[str, Value]]
    problems: tuple[str, ...]


def chosen_metric(application: Application, rows: Iterable[Row]) -> Metric | None:
    """The first of its metrics that the rows have, None where they have none."""
    there = {row["metric"] for row in rows if _counts(application, row)}
    return next((metric for metric in application.metrics if metric.name in there), None)


def series(application: Application, metric: Metric, rows: Iterable[Row]) -> Series:
    """The values of an application; each a mean over the problems, all of which it must have."""
    mine = [row for row in rows if _counts(application, row) and row["metric"] == metric.name]
    methods = application.methods(list(dict.fromkeys(row["method"] for row in mine)))
    problems = tuple(dict.fromkeys(_problem(method) for method in methods))
    found: dict[Variant, dict[str, list[Value]]] = {}
    for row in mine:
        if row["method"] in methods:
            variant = Variant(row["layers"], row["method"].partition(":")[0])
            found.setdefault(variant, {}).setdefault(row["point"], []).append(value(row))
    whole = {
        variant: {p: _mean(values) for p, values in by.items() if len(values) == len(problems)}
        for variant, by in found.items()
    }
    return Series(whole, problems if any(problems) else ())


def value(row: Row) -> Value:
    """A row's numbers, with se = (high − low) / 3.92."""
    error = (row["high"] - row["low"]) / WIDTH
    return Value(row["value"], error, row["low"], row["high"])


def _mean(values: Sequence[Value]) -> Value:
    """The error of a mean of what the same items gave is at most the mean of theirs."""
    return Value(*(float(column) for column in np.mean(values, axis=0)))


def _counts(application: Application, row: Row) -> bool:
    """Whether a row of the table is about it, of a point, and a number with an interval."""
    return bool(
        row["task"] == application.task
        and row["features"] == application.features
        and row["point"]
        and all(math.isfinite(row[name]) for name in ("value", "low", "high"))
    )


def _problem(method: str) -> str:
    return method.partition(":")[2]
