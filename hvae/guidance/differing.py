"""Claim: different applications want different layer rates."""

import math
from collections.abc import Mapping
from itertools import combinations

from scipy.stats import norm

from hvae.config.guidance import Name
from hvae.guidance import words
from hvae.guidance.choose import Choice, choose
from hvae.guidance.claim import LEVEL, Claim, Verdict
from hvae.guidance.surface import Surface

CLAIM = "Different applications want different layer rates"
RULE = (
    "Reproduced where the regions of some pair share no point, at 5 % over all applications "
    "(Bonferroni), and the rates of its best points differ in some layer, at 5 % over all layers "
    "and pairs; not reproduced where every region is one and the same point."
)


def differing(surfaces: Mapping[Name, Surface]) -> Claim:
    """Pairs of applications whose regions share no point, and whose best layer rates differ.

    Regions are those of `choose` at 5 % over all applications (Bonferroni): with 95 % confidence
    every one of them holds its true best point, so that any two without a common point have
    different ones. The rates there must differ in some layer at 5 % over all layers and pairs.
    An application with a budget is left out: the budget alone would set it apart.
    """
    free = {name: one for name, one in surfaces.items() if not one.barred}
    found = {name: choose(one, LEVEL / len(free)) for name, one in free.items()}
    choices = {name: choice for name, choice in found.items() if choice is not None}
    asked = list(combinations(choices, 2))
    apart = [pair for pair in asked if _apart(choices[pair[0]], choices[pair[1]], len(asked))]
    ours = f"{len(apart)} of {len(asked)} pairs of applications have no good point in common"
    for first, second in apart[:1]:
        ours += f", such as {_told(first, choices[first])} and {_told(second, choices[second])}"
    numbers = {"pairs": len(asked), "apart": len(apart)}
    return Claim(CLAIM, ours, _verdict(choices, bool(apart)), numbers, RULE)


def _apart(first: Choice, second: Choice, pairs: int) -> bool:
    mine, yours = ({spot.place for spot in one.region} for one in (first, second))
    return not mine & yours and _rates_differ(first, second, pairs)


def _rates_differ(first: Choice, second: Choice, pairs: int) -> bool:
    both = list(zip(first.best.place.rates, second.best.place.rates, strict=True))
    reach = float(norm.isf(LEVEL / (2 * pairs * len(both))))
    return any(
        abs(a.value - b.value) > reach * math.hypot(a.std_error, b.std_error) for a, b in both
    )


def _told(name: Name, choice: Choice) -> str:
    return f"{name} at {words.rates(choice.best.place)}"


def _verdict(choices: Mapping[Name, Choice], apart: bool) -> Verdict:
    if apart:
        return "reproduced"
    regions = {frozenset(spot.place for spot in choice.region) for choice in choices.values()}
    one_point = len(regions) == 1 and all(len(region) == 1 for region in regions)
    return "not reproduced" if one_point and len(choices) > 1 else "undecided"
