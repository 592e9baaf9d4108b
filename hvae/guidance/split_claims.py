"""The claims of the paper (Xiao & Bamler, 2023) about how a total rate is split over the layers.

Each is a test at equal total rate that can fail: on models of one layer it does not apply, with one
training nothing is known of another, and where splits are alike it is not reproduced.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from hvae.config.task import Name, spoken
from hvae.guidance.applications import BUDGETED
from hvae.guidance.choose import Choice, choose_among
from hvae.guidance.claims import Claim, Verdict
from hvae.guidance.lattice import Splits, splits
from hvae.guidance.surface import Surface
from hvae.guidance.text import aim, listed
from hvae.statistics.best import region
from hvae.statistics.comparison import LEVEL, differences

UNKNOWN: Verdict = "undecided: one training"

DIFFERING = "Different applications want different splits of one total rate"
DIFFERING_NULL = "At each total rate some split is as good as the best for every application."
DIFFERING_RULE = (
    "Reproduced where at some total rate two applications have no good split in common, at 5 % "
    "over all applications and totals (Bonferroni). Not reproduced where at each total every "
    "application has one and the same best split. Totals are the independent evidence, since "
    "applications share their models. Compression is left out: at one total it is reconstruction."
)


class SplitEvidence(NamedTuple):
    """What an application has at one total rate; trainings is the number at each place."""

    application: Name
    surface: Surface
    at: Splits
    trainings: int


def split_evidence(surfaces: Mapping[Name, Surface]) -> list[SplitEvidence]:
    """Every application at every total that has several splits."""
    return [
        SplitEvidence(name, one, at, one.trainings)
        for name, one in surfaces.items()
        if name != BUDGETED
        for at in splits(one)
    ]


def differing(surfaces: Mapping[Name, Surface]) -> Claim:
    """Regions of the best split, for every application and total, and which share no split.

    Any region that lacks a split as good as the best has probability 5 %: so two without a common
    split have different best ones.
    """
    by_total: dict[str, list[tuple[SplitEvidence, Choice]]] = {}
    found = split_evidence(surfaces)
    for one in found:
        choice = choose_among(one.surface, one.at.spots, LEVEL / len(found))
        if choice is not None:
            by_total.setdefault(f"{one.at.total:.5g}", []).append((one, choice))
    shared = {total: row for total, row in by_total.items() if len(row) > 1}
    pairs = [(total, pair) for total, row in shared.items() for pair in combinations(row, 2)]
    apart = [(total, pair) for total, pair in pairs if _apart(*(choice for _, choice in pair))]
    numbers = _numbers([one for row in shared.values() for one, _ in row])
    numbers |= {"pairs": len(pairs), "apart": len(apart), "where": len({t for t, _ in apart})}
    verdict = _verdict(numbers, bool(apart), lambda: _alike(shared.values()))
    ours = _differing(apart, numbers)
    return Claim(DIFFERING, ours, verdict, numbers, DIFFERING_RULE, DIFFERING_NULL)


def _numbers(found: Sequence[SplitEvidence]) -> dict[str, int]:
    """How much evidence there is: distinct totals, applications, and trainings at each place."""
    return {
        "totals": len({f"{one.at.total:.5g}" for one in found}),
        "applications": len({one.application for one in found}),
        "trainings": min((one.trainings for one in found), default=0),
    }


def _apart(first: Choice, second: Choice) -> bool:
    mine, yours = ({spot.place for spot in one.region} for one in (first, second))
    return not mine & yours


def _verdict(numbers: Mapping[str, int], shown: bool, refuted: Callable[[], bool]) -> Verdict:
    """Of a claim that is shown by some evidence, or refuted by all of it."""
    if not numbers["totals"]:
        return "not applicable"
    if numbers["trainings"] == 1:
        return UNKNOWN
    if shown:
        return "reproduced"
    return "not reproduced" if refuted() else "undecided"


def _alike(shared: Iterable[Sequence[tuple[SplitEvidence, Choice]]]) -> bool:
    """Whether at each total all regions are one and the same split."""
    return all(
        len({spot.place for _, choice in row for spot in choice.region}) == 1 for row in shared
    )


def _differing(
    apart: Sequence[tuple[str, tuple[tuple[SplitEvidence, Choice], ...]]],
    numbers: Mapping[str, int],
) -> str:
    if not numbers["totals"]:
        return "no two applications have several splits of one total rate"
    if not apart:
        return (
            f"at equal total rate all {numbers['pairs']} pairs of applications have a good split "
            f"in common ({numbers['totals']} totals), {_trainings(numbers)}"
        )
    ours = (
        f"{numbers['apart']} of {numbers['pairs']} pairs of applications, compared at equal total "
        f"rate, have no good split in common, at {numbers['where']} of {numbers['totals']} totals"
    )
    for _, pair in apart[:1]:
        first, second = (f"{one.application} at {aim(best.best.place)}" for one, best in pair)
        ours += f", such as {first} and {second}"
    return f"{ours}, {_trainings(numbers)}"


def _trainings(numbers: Mapping[str, int]) -> str:
    many = numbers["trainings"]
    return f"with {many} training{'s' if many > 1 else ''} at each point"


# 4. The total rate alone does not decide

DECIDING = "The total rate alone does not decide how good a point is"
DECIDING_NULL = "At each total rate all splits are equally good for every application."
MARGIN = 0.1  # part of an application's range over the lattice that is called no difference
DECIDING_RULE = (
    "Reproduced where some split of a total rate is worse than another, on test items, at 5 % over "
    "all applications and totals (Bonferroni). Not reproduced where all splits of all totals are, "
    f"at the same level, within {100 * MARGIN:g} % of the application's range over the lattice. "
    "Totals are the independent evidence, since applications share their models."
)


def deciding(surfaces: Mapping[Name, Surface]) -> Claim:
    """Whether splits of one total differ, for every application and total."""
    found = split_evidence(surfaces)
    level = LEVEL / max(len(found), 1)
    differ = [one for one in found if _spread_is_real(one, level)]
    numbers = _numbers(found)
    numbers |= {
        "comparisons": len(found),
        "differ": len(differ),
        "where": _numbers(differ)["totals"],
    }
    verdict = _verdict(numbers, bool(differ), lambda: all(_equal(one, level) for one in found))
    ours = _deciding(differ, numbers)
    return Claim(DECIDING, ours, verdict, numbers, DECIDING_RULE, DECIDING_NULL)


def _rows(one: SplitEvidence) -> list[int]:
    return [one.surface.test.row(spot.way) for spot in one.at.spots]


def _spread_is_real(one: SplitEvidence, level: float) -> bool:
    rows, sign = _rows(one), one.surface.metric.sign
    return not region(one.surface.test.scores, sign, level, rows).inside[rows].all()


def _equal(one: SplitEvidence, level: float) -> bool:
    """Whether all splits are surely within the margin: the intervals of all pairs."""
    values = [spot.test.value for spot in one.surface.everywhere]
    margin = MARGIN * (max(values) - min(values))
    rows, scores = _rows(one), one.surface.test.scores
    pairs = len(rows) * (len(rows) - 1) / 2
    ends = [end[rows] for row in rows for end in differences(scores, row).interval(level / pairs)]
    return bool((np.abs(ends) <= margin).all())


def _deciding(differ: Sequence[SplitEvidence], numbers: Mapping[str, int]) -> str:
    if not numbers["totals"]:
        return "no total rate has several splits"
    where = [
        f"{spoken(name)} at {many}" for name, many in Counter(o.application for o in differ).items()
    ]
    named = f" ({listed(where)})" if where else ""
    return (
        f"splits of one total differ significantly at {numbers['where']} of {numbers['totals']} "
        f"totals{named}, {_trainings(numbers)}"
    )
