"""Is one model of the plane as good as independent ones? `certificate.parquet` in a sentence.

It is *trusted* where no comparison is violated, none is without a finite value, and the mean ratio
of each kind of comparison is at most 1 + tolerance.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hvae.io.tables import betas
from hvae.statistics.estimate import Row

WORDS = {"objective": "objective at equal β", "distortion": "distortion at equal rates"}
NAMED = 3  # the worst comparisons that a sentence lists


class Judgement(NamedTuple):
    """trusted: None where nothing was compared; headline: in short, with the mean ratios."""

    trusted: bool | None
    headline: str
    sentence: str


def judgement(rows: Sequence[Row], tolerance: float, layers: int) -> Judgement:
    """The overall judgement on the rows of a certificate, and how to say it to people."""
    if not rows:
        text = "The amortised plane was compared with no independent model."
        return Judgement(None, text, text)
    reasons = [*_without_value(rows), *_violated(rows, layers), *_means_beyond(rows, tolerance)]
    verdict = f"The amortised plane is {'not ' if reasons else ''}trusted"
    tolerated = f"{100 * tolerance:.3g} % above independent models is tolerated"
    averages = [_average(rows, kind) for kind in WORDS if _ratios(rows, kind)]
    why = f"{verdict}: {'; '.join(reasons)}" if reasons else verdict
    return Judgement(
        trusted=not reasons,
        headline=". ".join([verdict, *averages, *_out_of_reach(rows), tolerated]) + ".",
        sentence=". ".join([why, tolerated, *averages, *_out_of_reach(rows)]) + ".",
    )


def _without_value(rows: Sequence[Row]) -> Iterator[str]:
    """Where the amortised model has no finite objective it has diverged."""
    seeds = {row["seed"] for row in rows if row["verdict"] != "unreachable" and not _finite(row)}
    for seed in sorted(seeds):
        yield f"its model of seed {seed} has no finite value at some β"


def _violated(rows: Sequence[Row], layers: int) -> Iterator[str]:
    """The worst comparisons that are violated, by name, and how many more there are."""
    at = [row for row in rows if row["comparison"] == "objective"]
    anchors = {row["point"]: _told(betas(row, layers)) for row in at}
    wrong = [row for row in rows if row["verdict"] == "violated"]
    wrong.sort(key=lambda row: row["ratio"], reverse=True)
    several = len({row["seed"] for row in rows}) > 1
    for row in wrong[:NAMED]:
        which = f" (seed {row['seed']})" if several else ""
        yield (
            f"its {WORDS[row['comparison']]}{which} is {row['ratio']:.3f} times "
            f"({row['low']:.3f} to {row['high']:.3f}) that of the independent model at "
            f"{anchors.get(row['point'], row['point'])}"
        )
    if len(wrong) > NAMED:
        more = len(wrong) - NAMED
        told = "comparison is" if more == 1 else "comparisons are"
        yield f"{more} more {told} violated, less severely"


def _means_beyond(rows: Sequence[Row], tolerance: float) -> Iterator[str]:
    for kind, words in WORDS.items():
        if (ratios := _ratios(rows, kind)) and _mean(ratios) > 1 + tolerance:
            yield f"its {words} is above what is tolerated on average"


def _average(rows: Sequence[Row], kind: str) -> str:
    ratios = _ratios(rows, kind)
    return (
        f"Its {WORDS[kind]} is {_mean(ratios):.3f} times theirs on average over "
        f"{len(ratios)} comparison{'s' * (len(ratios) > 1)}, {max(ratios):.3f} at worst"
    )


def _out_of_reach(rows: Sequence[Row]) -> Iterator[str]:
    kind = "distortion"
    wanted = [row for row in rows if row["comparison"] == kind]
    if missed := sum(row["verdict"] == "unreachable" for row in wanted):
        yield (
            f"It has no β for the rates of {missed} of {len(wanted)} independent models, "
            f"whose {kind} is not compared"
        )


def _ratios(rows: Sequence[Row], kind: str) -> list[float]:
    return [row["ratio"] for row in rows if row["comparison"] == kind and _finite(row)]


def _finite(row: Row) -> bool:
    return math.isfinite(row["ratio"])


def _mean(ratios: Sequence[float]) -> float:
    return math.fsum(ratios) / len(ratios)


def _told(beta: Sequence[float]) -> str:
    return f"β = ({', '.join(f'{value:g}' for value in beta)})"
