"""The page about a model of one's own: what its latents tell, held against what they may."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa

from hvae.bounds.samples import Estimate
from hvae.own.chart import Row, accuracy
from hvae.reports.skeleton import Figure, figure, render
from hvae.results.checks.catalogue import BOUNDS, Bound
from hvae.results.evidence import layers_of
from hvae.results.rates import suffix_name, suffix_rates

VERDICTS = ("holds", "violated", "undecided", "vacuous")


class Facts(NamedTuple):
    """What heads the page. widths: of z_1 … z_L; classes: their names, ("all",) for none."""

    title: str
    train: int
    test: int
    widths: Sequence[int]
    classes: Sequence[str]


class Judged(NamedTuple):
    """One bound of the catalogue with the counts of its verdicts."""

    name: str
    bound: Bound
    verdicts: Counter[str]


def page(facts: Facts, found: Mapping[str, pa.Table]) -> str:
    """The whole page, from the tables that the study wrote."""
    checks = found["bounds"].to_pylist()
    return render(
        "own.html",
        list(figures(found["tasks"].to_pylist(), checks)),
        facts=facts,
        rates=rates(found["items"]),
        information=found["information"].to_pylist(),
        layers_of=layers_of,
        judged=judged(checks),
        checks=sorted(checks, key=lambda check: (check["verdict"] == "vacuous", check["p_value"])),
        verdicts=VERDICTS,
        count=Counter(check["verdict"] for check in checks),
    )


def rates(items: pa.Table) -> list[tuple[str, Estimate]]:
    """R_{≥l} with their standard errors, from l = 1 to L; nothing where they are unknown."""
    suffixes = next(iter(suffix_rates(items).values()))
    named = [suffix_name(lowest, len(suffixes)) for lowest in range(1, len(suffixes) + 1)]
    pairs = zip(named, suffixes, strict=True)
    return [(name, rate) for name, rate in pairs if math.isfinite(rate.value)]


def judged(checks: Sequence[Row]) -> list[Judged]:
    """Every bound that has checks, in the catalogue's order."""
    counts = {name: Counter(c["verdict"] for c in checks if c["bound"] == name) for name in BOUNDS}
    return [Judged(name, BOUNDS[name], count) for name, count in counts.items() if count]


def figures(tasks: Sequence[Row], checks: Sequence[Row]) -> Iterator[Figure]:
    """Accuracies on each set of layers."""
    rows = [task for task in tasks if task["metric"] == "accuracy"]
    for layers in dict.fromkeys(task["layers"] for task in rows):
        chart = accuracy(
            *([row for row in side if row["layers"] == layers] for side in (rows, checks))
        )
        name, text = layers.replace("+", "-"), f"Test accuracy from {layers}"
        yield figure(f"accuracy-{name}", "accuracy", chart.properties(title=text), text)
