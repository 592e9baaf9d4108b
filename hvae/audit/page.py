"""The page about a model of one's own: what its latents tell, held against what they may."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa

from hvae.audit.chart import Row, accuracy
from hvae.reports.render import Figure, figure, render
from hvae.reports.sections.bound_counts import counted
from hvae.results.rates import suffix_name, suffix_rates
from hvae.statistics.estimate import Estimate


class Facts(NamedTuple):
    """What heads the page. widths: of z_1 … z_L; classes: their names, ("all",) for none.

    unread: columns of the file that are not read.
    """

    title: str
    train: int
    test: int
    widths: Sequence[int]
    classes: Sequence[str]
    unread: Sequence[str] = ()


def page(facts: Facts, found: Mapping[str, pa.Table]) -> str:
    """The whole page, from the tables that the study wrote."""
    checks = found["bounds"].to_pylist()
    return render(
        "own.html",
        list(figures(found["tasks"].to_pylist(), checks)),
        facts=facts,
        rates=rates(found["items"]),
        information=found["information"].to_pylist(),
        judged=[bound for bound in counted(checks) if bound.verdicts],
        checks=sorted(checks, key=lambda check: (check["verdict"] == "vacuous", check["p_value"])),
        count=Counter(check["verdict"] for check in checks),
    )


def rates(items: pa.Table) -> list[tuple[str, Estimate]]:
    """R_{≥l} with their standard errors, from l = 1 to L; nothing where they are unknown."""
    suffixes = next(iter(suffix_rates(items).values()))
    named = [suffix_name(lowest, len(suffixes)) for lowest in range(1, len(suffixes) + 1)]
    pairs = zip(named, suffixes, strict=True)
    return [(name, rate) for name, rate in pairs if math.isfinite(rate.value)]


def figures(tasks: Sequence[Row], checks: Sequence[Row]) -> Iterator[Figure]:
    """Accuracies on each set of layers."""
    rows = [task for task in tasks if task["metric"] == "accuracy"]
    for layers in dict.fromkeys(task["layers"] for task in rows):
        chart = accuracy(
            *([row for row in side if row["layers"] == layers] for side in (rows, checks))
        )
        name, text = layers.replace("+", "-"), f"Test accuracy from {layers}"
        yield figure(f"accuracy-{name}", "accuracy", chart.properties(title=text), text)
