"""Planted planes: points with rates, and rows of the tables with values that are known."""

import itertools
import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from hvae.config.task import Name
from hvae.guidance.applications import APPLICATIONS
from hvae.guidance.paired import ByMetric, PairedScores, PointScores, ScoredMetric, Variant, Way
from hvae.guidance.surface import Spot, Surface, Value
from hvae.results.rates import Place
from hvae.statistics.comparison import Scores
from hvae.statistics.estimate import Estimate, Floats

Row = dict[str, Any]
AXIS = (0.1, 1.0, 10.0)


def point(beta: Sequence[float], rates: Sequence[float], seed: int = 0, **changes: Any) -> Row:
    """A row of `points.parquet`, as far as it is read."""
    row: Row = {"point": name(beta, seed), "strategy": "amortized", "seed": seed, "status": "ok"}
    row |= {f"beta_{layer}": value for layer, value in enumerate(beta, 1)}
    for layer, rate in enumerate(rates, 1):
        row |= {f"rate_{layer}": rate, f"rate_{layer}_se": 0.1}
    return row | {"rate_total": sum(rates), "rate_total_se": 0.1} | changes


def name(beta: Sequence[float], seed: int = 0) -> str:
    return "_".join([*(f"b{b:g}" for b in beta), f"s{seed}"])


def task(at: str, of: str, metric: str, value: float, se: float = 0.01, **changes: Any) -> Row:
    """A row of `tasks.parquet`, from samples by a method `m` of no layer in particular."""
    row: Row = {"point": at, "task": of, "layers": "", "features": "sample", "method": "m"}
    row["setting"] = ""
    ends = {"low": value - 1.96 * se, "high": value + 1.96 * se, "n": 100, "std_error": se}
    return row | {"metric": metric, "value": value} | ends | changes


def grid(seeds: Iterable[int] = (0,), axes: Sequence[Sequence[float]] = (AXIS, AXIS)) -> list[Row]:
    """Points where R_l = 10 / (1 + β_l), each by its own β alone."""
    return [
        point(beta, [10 / (1 + b) for b in beta], seed)
        for seed in seeds
        for beta in itertools.product(*axes)
    ]


def scored(tasks: Iterable[Row], selection: Iterable[Row], items: int = 200) -> ByMetric:
    """Scores with the value and the standard error of each row, independent from row to row."""
    random = np.random.default_rng(0)
    found: dict[ScoredMetric, dict[str, PointScores]] = {}
    for split, rows in (("test", tasks), ("validation", selection)):
        for row in rows:
            names = {n: row[n] for n in ScoredMetric._fields if n != "split"}
            away = standard(random, items) * math.sqrt(items) * row["std_error"]
            one = PointScores(np.arange(items), row["value"] + away)
            found.setdefault(ScoredMetric(**names, split=split), {})[row["point"]] = one
    return found


def standard(random: np.random.Generator, items: int) -> Floats:
    """Numbers of mean 0 and standard deviation 1."""
    found = random.standard_normal(items)
    return np.asarray((found - found.mean()) / found.std(ddof=1))


def place(number: int, total: float | None = None, upper: float = 1.0) -> Place:
    """One of a line of places of two layers, of which the upper one has the rate `upper`."""
    whole = number + upper if total is None else total
    rates = Estimate(whole - upper, 0.01), Estimate(upper, 0.01)
    return Place((float(number), 1.0), (f"p{number}",), rates, Estimate(whole, 0.01))


def split(*target: float, missed_by: float = 0.0) -> Place:
    """A place at given rates, which it has but for what it misses in total."""
    rates = tuple(Estimate(rate, 0.01) for rate in target)
    total = Estimate(sum(target) + missed_by, 0.01)
    return Place((), (f"r{target}",), rates, total, target)


Sided = tuple[Scores, Scores]  # of validation and of test


def of_scores(of: Name, places: Sequence[Place], scores: Sided) -> Surface:
    """An application by its first metric over places with these scores, read in one way."""
    application, variant = APPLICATIONS[of], Variant("", "m", "")
    metric = application.metrics[0]
    ways = tuple(Way(one, variant) for one in places)
    validation, test = (PairedScores(ways, np.arange(side.items), side) for side in scores)
    spots = tuple(
        Spot(one, variant, *both, metric.sign * float(scores[0].value[k]))
        for k, one in enumerate(places)
        for both in [[_value(side, k) for side in scores]]
    )
    return Surface(application, metric, (), spots, validation, test)


def _value(side: Scores, number: int) -> Value:
    """With the items' error alone."""
    value = float(side.value[number])
    error = float(side.by_item[number].std(ddof=1)) / math.sqrt(side.items)
    return Value(value, error, value - 1.96 * error, value + 1.96 * error)


def exactly(
    values: Sequence[float], se: float = 0.1, trainings: int = 3, items: int = 200, seed: int = 0
) -> Scores:
    """Scores whose means and items' errors are as given, with no spread over trainings."""
    random = np.random.default_rng(seed)
    rows = [v + se * math.sqrt(items) * standard(random, items) for v in values]
    return Scores(np.repeat(np.array(rows)[:, None], trainings, axis=1))


def surface(
    of: Name,
    validation: Sequence[float],
    test: Sequence[float] | None = None,
    se: float = 0.1,
    places: Sequence[Place] | None = None,
    trainings: int = 3,
) -> Surface:
    """An application over places 0, 1, …, or others."""
    where = [place(i) for i in range(len(validation))] if places is None else places
    sides = exactly(validation, se, trainings), exactly(test or validation, se, trainings, seed=1)
    return of_scores(of, where, sides)
