"""Are the models as good as independent ones? `certificate.parquet` in a sentence.

Where models at given rates are compared with models from scratch, at equal rates, these comparisons
are judged; J° of the model for the plane at equal β is given as information. They are *trusted*
where each of these comparisons has a value and none is violated, and the mean ratio is at most 1 +
tolerance. Otherwise the model for the plane is judged, by J° at equal β and D° at equal rates:
there, rates that it has at no β are named, but not compared. J° of models that went on from it at
one β (polished) is information in either case.
"""

import math
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hvae.io.tables import betas, over_layers
from hvae.statistics.estimate import Row

WORDS = {
    "objective": "objective at equal β",
    "polished": "objective at equal β",
    "distortion": "distortion at equal rates",
}
BESIDE = {"objective": "the one model's", "polished": "the polished models'"}
NAMED = 3  # the worst comparisons that a sentence lists


class Judgement(NamedTuple):
    """trusted: None where nothing was compared; headline: in short, with the ratios."""

    trusted: bool | None
    headline: str
    sentence: str


class Case(NamedTuple):
    """What is judged, by which rows and in which words, and what is told beside it."""

    subject: str
    are: str
    their: str
    others: str
    rows: Sequence[Row]
    beside: Sequence[Row] = ()


def at_given_rates(rows: Sequence[Row]) -> list[Row]:
    """The comparisons with models from scratch, which were trained to the same rates."""
    return [row for row in rows if math.isfinite(row["target_1"])]


def judgement(rows: Sequence[Row], tolerance: float, layers: int) -> Judgement:
    """The overall judgement on the rows of a certificate, with its sentence."""
    if not rows:
        text = "The model for the plane was compared with no independent model."
        return Judgement(None, text, text)
    case = _case(rows)
    reasons = [
        *_without_value(case, layers),
        *_violated(case, rows, layers),
        *_means_beyond(case, tolerance),
    ]
    verdict = f"{case.subject} {case.are} {'not ' if reasons else ''}trusted"
    tolerated = (
        f"Up to {100 * tolerance:.3g} % above {case.others} is tolerated{_judged(case.rows)}"
    )
    told = [
        _average(case.rows, kind, case.their, case.others)
        for kind in WORDS
        if _ratios(case.rows, kind)
    ]
    told += _out_of_reach(case)
    beside = list(_beside(case))
    why = f"{verdict}: {'; '.join(reasons)}" if reasons else verdict
    return Judgement(
        trusted=not reasons,
        headline=". ".join([verdict, *told]) + ".",
        sentence=". ".join([why, tolerated, *told, *beside]) + ".",
    )


def _judged(rows: Sequence[Row]) -> str:
    """How the comparisons were decided, where some are not significantly within it."""
    verdicts = Counter(row["verdict"] for row in rows if _finite(row))
    if verdicts.keys() <= {"holds"}:
        return ""
    words = {"holds": "significantly within it", "undecided": "undecided", "violated": "beyond it"}
    told = [(verdicts[one], said) for one, said in words.items() if verdicts[one]]
    if verdicts.total() == 1:
        return f", which is {told[0][1]}"
    counted = [f"{many} {'is' if many == 1 else 'are'} {said}" for many, said in told]
    return f": of {verdicts.total()} comparisons {' and '.join(counted)}"


def _case(rows: Sequence[Row]) -> Case:
    if found := at_given_rates(rows):
        others = "models trained from scratch"
        beside = [row for row in rows if row["comparison"] in BESIDE]
        return Case("The models at given rates", "are", "their", others, found, beside)
    found = [row for row in rows if row["comparison"] != "polished"]
    beside = [row for row in rows if row["comparison"] == "polished"]
    return Case("The model for the plane", "is", "its", "independent models", found, beside)


def _without_value(case: Case, layers: int) -> Iterator[str]:
    """At given rates a comparison without a value is a reason; so is a plane that diverged."""
    if given := at_given_rates(case.rows):
        lost = [row for row in given if not _finite(row)]
        if lost:
            where = [_told("R", over_layers(row, "target", layers)) for row in lost]
            named = ", ".join(list(dict.fromkeys(where))[:NAMED])
            yield (
                f"{len(lost)} of {len(given)} comparisons have no value, since one of the two "
                f"models diverged or missed its target: {named}{', …' * (len(lost) > NAMED)}"
            )
        return
    of = case.rows
    seeds = {row["seed"] for row in of if row["verdict"] != "unreachable" and not _finite(row)}
    for seed in sorted(seeds):
        yield f"its model of seed {seed} has no finite value at some β"


def _violated(case: Case, rows: Sequence[Row], layers: int) -> Iterator[str]:
    """The worst comparisons that are violated, by name, and how many more there are."""
    at = {row["point"]: betas(row, layers) for row in rows if row["comparison"] == "objective"}
    wrong = [row for row in case.rows if row["verdict"] == "violated"]
    wrong.sort(key=lambda row: row["ratio"], reverse=True)
    several = len({row["seed"] for row in case.rows}) > 1
    for row in wrong[:NAMED]:
        which = f" (seed {row['seed']})" if several else ""
        times = f"is {row['ratio']:.3f} times ({row['low']:.3f} to {row['high']:.3f})"
        if math.isfinite(row["target_1"]):
            target = _told("R", over_layers(row, "target", layers))
            yield f"{case.their} distortion at {target} nats{which} {times} that from scratch"
        else:
            place = _told("β", at[row["point"]]) if row["point"] in at else row["point"]
            what = f"{case.their} {WORDS[row['comparison']]}{which}"
            yield f"{what} {times} that of the independent model at {place}"
    if len(wrong) > NAMED:
        more = len(wrong) - NAMED
        told = "comparison is" if more == 1 else "comparisons are"
        yield f"{more} more {told} violated, less severely"


def _means_beyond(case: Case, tolerance: float) -> Iterator[str]:
    for kind, words in WORDS.items():
        if (ratios := _ratios(case.rows, kind)) and statistics.fmean(ratios) > 1 + tolerance:
            more = 100 * (statistics.fmean(ratios) - 1)
            average = " on average" if len(ratios) > 1 else ""
            yield f"{case.their} {words} is {more:.2f} % higher{average}, more than is tolerated"


def _average(rows: Sequence[Row], kind: str, whose: str, others: str) -> str:
    ratios = _ratios(rows, kind)
    if len(ratios) == 1:
        return (
            f"In the one comparison {whose} {WORDS[kind]} is {ratios[0]:.3f} times that of {others}"
        )
    return (
        f"On average over {len(ratios)} comparisons, {whose} {WORDS[kind]} "
        f"is {statistics.fmean(ratios):.3f} times that of {others} (median "
        f"{statistics.median(ratios):.3f}, at worst {max(ratios):.3f})"
    )


def _out_of_reach(case: Case) -> Iterator[str]:
    """The plane's own; at given rates what misses its target is a reason already."""
    kind = "distortion"
    wanted = [row for row in case.rows if row["comparison"] == kind]
    missed = sum(row["verdict"] == "unreachable" for row in wanted)
    if missed and not at_given_rates(wanted):
        yield (
            f"It has no β for the rates of {missed} of {len(wanted)} independent models, "
            f"whose {kind} is not compared"
        )


def _beside(case: Case) -> Iterator[str]:
    """J° of the model for the plane and of polished ones, as information."""
    for kind, whose in BESIDE.items():
        if _ratios(case.beside, kind):
            said = _average(case.beside, kind, whose, "independent models")
            yield f"For information: {said[0].lower()}{said[1:]}"


def _ratios(rows: Sequence[Row], kind: str) -> list[float]:
    return [row["ratio"] for row in rows if row["comparison"] == kind and _finite(row)]


def _finite(row: Row) -> bool:
    return math.isfinite(row["ratio"])


def _told(symbol: str, values: Sequence[float]) -> str:
    return f"{symbol} = ({', '.join(f'{value:g}' for value in values)})"
