"""What the first screen says: what to use for which application, in a row each."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from hvae.guidance.applications import METRICS
from hvae.guidance.study import condition
from hvae.guidance.words import estimate, rate
from hvae.reports.sections.guidance import short
from hvae.results.experiment import Run
from hvae.statistics.estimate import Estimate


class Recommended(NamedTuple):
    """An application's row: what bars points for it, its best β, whether that is at the edge of the
    grid, the rates there in nats, what it gives, how many are as good, and what more than one layer
    buys: "" where there is no baseline.
    """

    application: str
    under: str
    beta: str
    edge: bool
    rates: str
    value: str
    region: str
    layers: str


def recommended(run: Run) -> list[Recommended]:
    """A row an application, in the order of the guidance."""
    found = run.guidance or {"applications": {}, "baseline": []}
    gains = {one["application"]: one for one in found["baseline"]}
    return [
        _row(name, condition(name, run.params.guidance), one, gains.get(name))
        for name, one in found["applications"].items()
    ]


def beta(values: Mapping[str, Any]) -> str:
    """(β_1, …, β_L) of a place."""
    return f"({', '.join(f'{value:.4g}' for value in values['beta'])})"


def _row(name: str, under: str, one: dict[str, Any], gain: dict[str, Any] | None) -> Recommended:
    best, metric = one["best"], METRICS[one["metric"]]
    low, high = (metric.form.split()[0].format(best[end]) for end in ("low", "high"))
    return Recommended(
        name.capitalize(),
        under,
        beta(best),
        bool(best["edge"]),
        ", ".join(map(rate, map(Estimate, best["rates"], best["rates_se"]))),
        f"{short(metric)} {metric.told(best['value'])} ({low} to {high})",
        f"{len(one['region'])} of {one['candidates']}",
        _bought(gain) if gain else "",
    )


def _bought(gain: dict[str, Any]) -> str:
    """Yes or no, and by how much: above 0 more layers are better."""
    sign = "+" if gain["gain"] > 0 else ""
    amount = sign + estimate(Estimate(gain["gain"], gain["std_error"]))
    if not gain["comparable"]:
        return "not judged: rates differ"
    if not gain["significant"]:
        return f"no ({amount})"
    return f"yes, {amount}" if gain["gain"] > 0 else f"no: it costs, {amount}"
