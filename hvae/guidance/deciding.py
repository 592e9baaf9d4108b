"""Claim: the total rate alone does not decide what a point is good for."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from scipy.stats import norm

from hvae.bounds.verdicts import holm
from hvae.config.guidance import Name
from hvae.guidance.claim import LEVEL, Claim, Verdict
from hvae.guidance.gains import two_sided
from hvae.guidance.surface import Spot, Surface
from hvae.guidance.words import listed
from hvae.results.places import Place

CLAIM = "The total rate alone does not decide how good a point is"
TOLERANCE = 0.02  # relative difference of total rates that are called equal
APART = 0.1  # part of the total rate by which a layer's must differ: else it is no other split
MARGIN = 0.1  # part of an application's range over the plane that is called no difference
SHARE, APPLICATIONS = 0.1, 2  # of what is compared: how much must differ, and in how many
RULE = (
    f"Pairs have total rates within {100 * TOLERANCE:g} % of each other, split otherwise: in some "
    f"layer by {100 * APART:g} % of the total or more. Reproduced where at least {100 * SHARE:g} % "
    f"of all comparisons differ, and in at least {APPLICATIONS} applications: two-sided, at "
    f"{100 * LEVEL:g} % over all pairs and applications (Holm). Not reproduced where all are, at "
    f"the same level, smaller than {100 * MARGIN:g} % of the application's range over the plane."
)


class Pair(NamedTuple):
    """Two places of equal total rate: the difference of an application's value on test items.

    scale is the application's range over the plane.
    """

    application: Name
    places: tuple[Place, Place]
    difference: float
    std_error: float
    scale: float


def deciding(surfaces: Mapping[Name, Surface]) -> Claim:
    """Every application compared at every such pair, as `RULE` says."""
    found = [pair for surface in surfaces.values() for pair in pairs(surface)]
    p_values = [two_sided(pair.difference, pair.std_error) for pair in found]
    adjusted = zip(found, holm(p_values), strict=True)
    differ = Counter(pair.application for pair, p in adjusted if p <= LEVEL)
    asked = Counter(pair.application for pair in found)
    numbers = {
        "pairs": len({pair.places for pair in found}),
        "applications": len(asked),
        "comparisons": len(found),
        "differ": differ.total(),
    }
    return Claim(CLAIM, _told(differ, asked, numbers), _verdict(found, differ), numbers, RULE)


def pairs(surface: Surface) -> Iterator[Pair]:
    """All pairs of places of nearly the same total rate, which the layers share otherwise."""
    everywhere = (*surface.spots, *surface.barred)
    values = [spot.test.value for spot in everywhere]
    scale = max(values, default=0.0) - min(values, default=0.0)
    for a, b in combinations(everywhere, 2):
        if _comparable(a.place, b.place):
            yield _pair(surface.application.name, a, b, scale)


def _pair(name: Name, a: Spot, b: Spot, scale: float) -> Pair:
    error = math.hypot(a.test.std_error, b.test.std_error)
    return Pair(name, (a.place, b.place), a.test.value - b.test.value, error, scale)


def _comparable(a: Place, b: Place) -> bool:
    total = max(a.total.value, b.total.value)
    alike = abs(a.total.value - b.total.value) <= TOLERANCE * total
    layers = zip(a.rates, b.rates, strict=True)
    return alike and any(abs(mine.value - other.value) >= APART * total for mine, other in layers)


def _told(differ: Counter[Name], asked: Counter[Name], numbers: Mapping[str, int]) -> str:
    if not asked:
        return "no two points have nearly the same total rate and another split of it"
    where = [f"{name} in {many} of {asked[name]}" for name, many in differ.items()]
    named = f": {listed(where)}" if where else ""
    return (
        f"{numbers['differ']} of {numbers['comparisons']} comparisons differ significantly, of "
        f"{numbers['pairs']} pairs of points in {numbers['applications']} applications{named}"
    )


def _verdict(found: Sequence[Pair], differ: Counter[Name]) -> Verdict:
    if len(differ) >= APPLICATIONS and differ.total() >= SHARE * len(found):
        return "reproduced"
    reach = float(norm.isf(LEVEL / max(len(found), 1)))
    equal = all(abs(p.difference) + reach * p.std_error <= MARGIN * p.scale for p in found)
    return "not reproduced" if found and equal else "undecided"
