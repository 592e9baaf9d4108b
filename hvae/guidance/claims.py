"""The claims of the paper (Xiao & Bamler, 2023), each beside this experiment's number for it."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from scipy.stats import norm

from hvae.config.tasks import Name
from hvae.guidance.choose import Choice, choose
from hvae.guidance.claims_of_rates import LEVEL, Claim, Verdict, limits, setting
from hvae.guidance.surface import Spot, Surface
from hvae.guidance.text import listed, rates
from hvae.results.places import Place
from hvae.statistics.estimate import Row
from hvae.statistics.intervals import holm, two_sided


def scorecard(
    points: Sequence[Row], layers: int, bounds: Sequence[Row], surfaces: Mapping[Name, Surface]
) -> list[Claim]:
    """All claims, in the paper's order, of the points of models with so many layers."""
    return [
        setting(points, layers),
        limits(points, layers, bounds),
        differing(surfaces),
        deciding(surfaces),
    ]


# 3. Applications want different rates

DIFFERING = "Different applications want different layer rates"
DIFFERING_RULE = (
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
    for names in apart[:1]:
        first, second = (f"{name} at {rates(choices[name].best.place)}" for name in names)
        ours += f", such as {first} and {second}"
    numbers = {"pairs": len(asked), "apart": len(apart)}
    return Claim(DIFFERING, ours, _differ(choices, bool(apart)), numbers, DIFFERING_RULE)


def _apart(first: Choice, second: Choice, pairs: int) -> bool:
    mine, yours = ({spot.place for spot in one.region} for one in (first, second))
    return not mine & yours and _rates_differ(first, second, pairs)


def _rates_differ(first: Choice, second: Choice, pairs: int) -> bool:
    both = list(zip(first.best.place.rates, second.best.place.rates, strict=True))
    reach = float(norm.isf(LEVEL / (2 * pairs * len(both))))
    return any(
        abs(a.value - b.value) > reach * math.hypot(a.std_error, b.std_error) for a, b in both
    )


def _differ(choices: Mapping[Name, Choice], apart: bool) -> Verdict:
    if apart:
        return "reproduced"
    regions = {frozenset(spot.place for spot in choice.region) for choice in choices.values()}
    one_point = len(regions) == 1 and all(len(region) == 1 for region in regions)
    return "not reproduced" if one_point and len(choices) > 1 else "undecided"


# 4. The total rate alone does not decide

DECIDING = "The total rate alone does not decide how good a point is"
TOLERANCE = 0.02  # relative difference of total rates that are called equal
APART = 0.1  # part of the total rate by which a layer's must differ: else it is no other split
MARGIN = 0.1  # part of an application's range over the plane that is called no difference
SHARE, APPLICATIONS = 0.1, 2  # of what is compared: how much must differ, and in how many
DECIDING_RULE = (
    f"Pairs have total rates within {100 * TOLERANCE:g} % of each other, split otherwise: in some "
    f"layer by {100 * APART:g} % of the total or more. Reproduced where at least {100 * SHARE:g} % "
    f"of all comparisons differ, and in at least {APPLICATIONS} applications: two-sided, at "
    f"{100 * LEVEL:g} % over all pairs and applications (Holm). Not reproduced where all are, at "
    f"the same level, smaller than {100 * MARGIN:g} % of the application's range over the plane."
)


class Contrast(NamedTuple):
    """Two places of equal total rate: the difference of an application's value on test items.

    scale is the application's range over the plane.
    """

    application: Name
    places: tuple[Place, Place]
    difference: float
    std_error: float
    scale: float


def deciding(surfaces: Mapping[Name, Surface]) -> Claim:
    """Every application compared at every such pair, as `DECIDING_RULE` says."""
    found = [one for surface in surfaces.values() for one in contrasts(surface)]
    p_values = [two_sided(one.difference, one.std_error) for one in found]
    adjusted = zip(found, holm(p_values), strict=True)
    differ = Counter(one.application for one, p in adjusted if p <= LEVEL)
    asked = Counter(one.application for one in found)
    numbers = {
        "pairs": len({one.places for one in found}),
        "applications": len(asked),
        "comparisons": len(found),
        "differ": differ.total(),
    }
    ours = _compared(differ, asked, numbers)
    return Claim(DECIDING, ours, _decided(found, differ), numbers, DECIDING_RULE)


def contrasts(surface: Surface) -> Iterator[Contrast]:
    """All pairs of places of nearly the same total rate, which the layers share otherwise."""
    everywhere = (*surface.spots, *surface.barred)
    values = [spot.test.value for spot in everywhere]
    scale = max(values, default=0.0) - min(values, default=0.0)
    for a, b in combinations(everywhere, 2):
        if _comparable(a.place, b.place):
            yield _contrast(surface.application.name, a, b, scale)


def _contrast(name: Name, a: Spot, b: Spot, scale: float) -> Contrast:
    error = math.hypot(a.test.std_error, b.test.std_error)
    return Contrast(name, (a.place, b.place), a.test.value - b.test.value, error, scale)


def _comparable(a: Place, b: Place) -> bool:
    total = max(a.total.value, b.total.value)
    alike = abs(a.total.value - b.total.value) <= TOLERANCE * total
    layers = zip(a.rates, b.rates, strict=True)
    return alike and any(abs(mine.value - other.value) >= APART * total for mine, other in layers)


def _compared(differ: Counter[Name], asked: Counter[Name], numbers: Mapping[str, int]) -> str:
    if not asked:
        return "no two points have nearly the same total rate and another split of it"
    where = [f"{name} in {many} of {asked[name]}" for name, many in differ.items()]
    named = f": {listed(where)}" if where else ""
    return (
        f"{numbers['differ']} of {numbers['comparisons']} comparisons differ significantly, of "
        f"{numbers['pairs']} pairs of points in {numbers['applications']} applications{named}"
    )


def _decided(found: Sequence[Contrast], differ: Counter[Name]) -> Verdict:
    if len(differ) >= APPLICATIONS and differ.total() >= SHARE * len(found):
        return "reproduced"
    reach = float(norm.isf(LEVEL / max(len(found), 1)))
    equal = all(abs(p.difference) + reach * p.std_error <= MARGIN * p.scale for p in found)
    return "not reproduced" if found and equal else "undecided"
