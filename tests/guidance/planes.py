"""Planted planes: points with rates, and rows of the tables with values that are known."""

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

from hvae.config.tasks import Name
from hvae.guidance.applications import APPLICATIONS
from hvae.guidance.surface import Spot, Surface, Value, Variant
from hvae.results.places import Place
from hvae.statistics.estimate import Estimate

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


def place(number: int, total: float | None = None, upper: float = 1.0) -> Place:
    """One of a line of places of two layers, of which the upper one has the rate `upper`."""
    whole = number + upper if total is None else total
    rates = Estimate(whole - upper, 0.01), Estimate(upper, 0.01)
    return Place((float(number), 1.0), (f"p{number}",), rates, Estimate(whole, 0.01))


def spot(at: Place, validation: float, test: float, se: float = 0.1, sign: int = 1) -> Spot:
    both = (Value(v, se, v - 1.96 * se, v + 1.96 * se) for v in (validation, test))
    return Spot(at, Variant("", "m", ""), *both, score=sign * validation, variants=1)


def at_rates(
    *target: float, value: float = 0.0, se: float = 0.1, validation: float | None = None
) -> Spot:
    """A place at given rates, with an application's value there, on validation too if not given."""
    rates = tuple(Estimate(rate, 0.01) for rate in target)
    where = Place((), (f"r{target}",), rates, Estimate(sum(target), 0.01), target)
    return spot(where, value if validation is None else validation, value, se)


def surface(
    of: Name,
    validation: Sequence[float],
    test: Sequence[float] | None = None,
    se: float = 0.1,
    totals: Sequence[float] | None = None,
    uppers: Sequence[float] | None = None,
) -> Surface:
    """An application over places 0, 1, …, by its first metric."""
    application = APPLICATIONS[of]
    metric = application.metrics[0]
    spots = [
        spot(at, v, t, se, metric.sign)
        for i, (v, t) in enumerate(zip(validation, test or validation, strict=True))
        for at in [place(i, totals[i] if totals else None, uppers[i] if uppers else 1.0)]
    ]
    return Surface(application, metric, (), tuple(spots))
