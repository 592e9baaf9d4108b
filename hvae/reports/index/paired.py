"""How two experiments differ at each place that both have, in pairs over the same test items.

They are compared where both have the same test items and as many trainings, more than one; errors
are those of `hvae.statistics.comparison`. Rates and the model's own metrics are means of the rows
of `items.parquet`, applications are scored in `scores.parquet`.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from hvae.guidance.paired import PointScores, ScoreTables, Way, by_metric, stacked
from hvae.reports.index.metrics import ComparedMetric
from hvae.results.experiment import Experiment
from hvae.results.rates import Place, by_point, suffix_sums
from hvae.statistics.comparison import LEVEL, Difference, Scores, across
from hvae.statistics.estimate import Floats, Integers, Row

DECIBELS = 10 / math.log(10)
Cells = list[list[float]]


class PlacedScores(NamedTuple):
    """Scores of a metric by place: (places, trainings, items), and what these are."""

    places: Sequence[Place]
    items: Integers
    scores: Scores

    def numbers(self) -> dict[tuple[Any, ...], int]:
        """The row of each place, by what it was trained for."""
        return {(place.beta, place.target): row for row, place in enumerate(self.places)}

    def mean(self, rows: Sequence[int]) -> Scores:
        """Of the mean over these places, as one place."""
        return Scores(self.scores.values[list(rows)].mean(0, keepdims=True))


class ItemScores:
    """The scores of one experiment, read when they are asked for."""

    def __init__(self, experiment: Experiment, metrics: Iterable[ComparedMetric]) -> None:
        self.experiment = experiment
        self.metrics = {one.key: one for one in metrics}

    def of(self, key: str) -> PlacedScores | None:
        """None where no place has scores of the same items in all trainings."""
        if self.metrics[key].applied is not None:
            return self._applied(self.metrics[key])
        return self._own(COLUMNS[key]) if key in COLUMNS else None

    @cached_property
    def _rows(self) -> dict[str, Row]:
        return {row["point"]: row for row in self.experiment.points}

    @cached_property
    def _items(self) -> dict[str, pa.Table]:
        return by_point(self.experiment.items)

    @cached_property
    def _tables(self) -> ScoreTables:
        tasks = {(one.applied.application.name, one.applied.metric.name)
                 for one in self.metrics.values() if one.applied}  # fmt: skip
        found = by_metric(
            self.experiment.groups("scores"),
            lambda of: of.split == "test" and (of.task, of.metric) in tasks,
        )
        return ScoreTables(found, {name: row["seed"] for name, row in self._rows.items()})

    def _whole(self) -> list[Place]:
        """Places with all trainings."""
        seeds = len(self.experiment.params.grid.seeds)
        return [place for place in self.experiment.places if len(place.points) == seeds]

    def _seed(self, point: str) -> int:
        return int(self._rows[point]["seed"])

    def _own(self, column: "Column") -> PlacedScores | None:
        def scored(point: str) -> PointScores | None:
            row, items = self._rows[point], self._items[point]
            values = column(row, items, self.experiment.layers)
            known = np.isfinite(values).all()
            return PointScores(items["index"].to_numpy(), values) if known else None

        places = self._whole()
        found = stacked(
            [[scored(p) for p in sorted(place.points, key=self._seed)] for place in places]
        )
        if found is None:
            return None
        kept = [places[number] for number in found.kept]
        return PlacedScores(kept, found.indices, Scores(found.values))

    def _applied(self, metric: ComparedMetric) -> PlacedScores | None:
        of = metric.applied
        if of is None or not self.experiment.has("scores"):
            return None
        there = zip(self.experiment.places, metric.values, strict=True)
        ways = [Way(place, of.variant) for place, value in there if value is not None]
        found = self._tables.paired(of.application, of.metric, of.settings, "test", ways)
        if found is None:
            return None
        return PlacedScores([way.place for way in found.ways], found.items, found.scores)


Column = Callable[[Row, pa.Table, int], Floats]  # of a point: its row, its items, and L


def _errors(items: pa.Table) -> Floats:
    """Squared errors over their mean."""
    found = items["squared_error"].to_numpy()
    mean = float(found.mean())
    return np.asarray(found / mean if mean else np.ones_like(found))


def _code(items: pa.Table, layers: int) -> Floats:
    return np.asarray(items["distortion"].to_numpy() + suffix_sums(items, layers)[:, 0])


def _objective(row: Row, items: pa.Table, layers: int) -> Floats:
    """J° of each item; nan at given rates, where prices are not alike."""
    columns = range(1, layers + 1)
    rates = sum(row[f"beta_{k}"] * items[f"rate_{k}"].to_numpy() for k in columns)
    return np.asarray(items["distortion"].to_numpy() - row["distortion_constant"] + rates)


COLUMNS: Mapping[str, Column] = {
    "rate_1": lambda row, items, layers: items["rate_1"].to_numpy(),
    "rate_above": lambda row, items, layers: (
        suffix_sums(items, layers)[:, 1] if layers > 1 else np.zeros(items.num_rows)
    ),
    "rate_total": lambda row, items, layers: suffix_sums(items, layers)[:, 0],
    "distortion": lambda row, items, layers: items["distortion"].to_numpy(),
    "objective": _objective,
    "mse": lambda row, items, layers: row["mse"] * _errors(items),
    # a function of a mean, to first order: its mean over items is the PSNR itself
    "psnr": lambda row, items, layers: row["psnr_db"] - DECIBELS * (_errors(items) - 1),
    "bits": lambda row, items, layers: (
        _code(items, layers) * row["bits_per_dim"] / _code(items, layers).mean()
    ),
}


def pairs(listed: Sequence[ItemScores]) -> Iterator[dict[str, Any]]:
    """Of every two experiments whose test items are the same and whose trainings are as many.

    cells: the numbers of both places, the second less the first, its standard error, and half of
    its interval at 5 % over all places (Bonferroni). mean: the same of the mean over these places.
    """
    groups: dict[tuple[str, int], list[ItemScores]] = {}
    for one in listed:
        of = one.experiment
        groups.setdefault((of.test_items, len(of.params.grid.seeds)), []).append(one)
    for (_, trainings), group in groups.items():
        if trainings > 1:
            for key in dict.fromkeys(key for one in group for key in one.metrics):
                yield from _of_metric(key, [one for one in group if key in one.metrics])


def _of_metric(key: str, group: Sequence[ItemScores]) -> Iterator[dict[str, Any]]:
    if len(group) < 2:
        return
    scores = [one.of(key) for one in group]
    for (one, first), (other, second) in combinations(zip(group, scores, strict=True), 2):
        alike = one.metrics[key].basis.key == other.metrics[key].basis.key
        found = _compared(first, second) if alike and first and second else None
        if found is not None:
            names = {"first": one.experiment.name, "second": other.experiment.name, "key": key}
            yield names | _numbered(found, one.experiment.places, other.experiment.places)


class _Found(NamedTuple):
    places: list[tuple[Place, Place]]
    differences: list[Difference]
    mean: Difference
    items: int


def _compared(first: PlacedScores, second: PlacedScores) -> _Found | None:
    rows, others = first.numbers(), second.numbers()
    common = [(rows[key], others[key]) for key in rows if key in others]
    if not common or not np.array_equal(first.items, second.items):
        return None
    ours, theirs = zip(*common, strict=True)
    return _Found(
        [(first.places[p], second.places[q]) for p, q in common],
        [across(second.scores, q, first.scores, p) for p, q in common],
        across(second.mean(theirs), 0, first.mean(ours), 0),
        first.scores.items,
    )


def _numbered(found: _Found, ours: list[Place], theirs: list[Place]) -> dict[str, Any]:
    first, second = ({place.points: k for k, place in enumerate(of)} for of in (ours, theirs))
    level = LEVEL / len(found.places)
    cells = [
        [first[p.points], second[q.points], *_numbers(one, level)]
        for (p, q), one in zip(found.places, found.differences, strict=True)
    ]
    return {"items": found.items, "cells": cells, "mean": _numbers(found.mean, LEVEL)}


def _numbers(one: Difference, level: float) -> list[float]:
    """The difference, its standard error, and half of its interval, to five digits."""
    low, high = one.interval(level)
    numbers = float(one.value), float(one.std_error), float(high - low) / 2
    return [float(f"{number:.5g}") for number in numbers]
