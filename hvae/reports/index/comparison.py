"""What the page's scripts compare: every experiment's metrics by β, as plain data."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from hvae.reports.charts.theme import INTERVAL
from hvae.reports.index.basis import data
from hvae.reports.index.card import Card
from hvae.reports.index.finished import Experiment
from hvae.reports.index.metrics import Interval, Metric
from hvae.statistics.estimate import Estimate

DIGITS = 6  # of a number on the page, as many as a β has


class Listed(NamedTuple):
    """An experiment as the page has it: its card, and what is compared of it."""

    card: Card
    compared: dict[str, Any]


def compared(experiment: Experiment, metrics: Iterable[Metric]) -> dict[str, Any]:
    """Columns over places: β as text to match by, and [value, standard error] of each metric.

    Intervals that are not ± 1.96 standard errors follow as two more numbers.
    """
    of = data(experiment.params)
    return {
        "name": experiment.name,
        "layers": experiment.layers,
        "data": of.key,
        "source": of.words,
        "beta": [[_short(beta) for beta in place.beta] for place in experiment.places],
        "seeds": [len(place.points) for place in experiment.places],
        "metrics": [_metric(metric) for metric in metrics],
    }


def everything(listed: Iterable[Listed]) -> dict[str, Any]:
    """All of it."""
    return {"interval": INTERVAL, "experiments": [one.compared for one in listed]}


def _metric(metric: Metric) -> dict[str, Any]:
    return {
        "key": metric.key,
        "group": metric.group,
        "title": metric.title,
        "basis": metric.basis.key,
        "units": metric.basis.words,
        "values": [_numbers(value) for value in metric.values],
    }


def _numbers(value: Estimate | Interval | None) -> list[float] | None:
    return None if value is None else [_short(number) for number in value]


def _short(number: float) -> float:
    return float(f"{number:.{DIGITS}g}")
