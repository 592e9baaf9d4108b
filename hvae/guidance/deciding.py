"""Claim: the total rate alone does not decide what a point is good for."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from scipy.stats import norm

from hvae.bounds.verdicts import holm
from hvae.guidance.claim import LEVEL, Claim, Verdict
from hvae.guidance.gains import two_sided
from hvae.guidance.places import Place
from hvae.guidance.surface import Spot, Surface
from hvae.guidance_options import Name

CLAIM = "The total rate alone does not decide how good a point is"
TOLERANCE = 0.02  # relative difference of total rates that are called equal
MARGIN = 0.1  # part of an application's range over the plane that is called no difference


class Pair(NamedTuple):
    """Two places of equal total rate: the difference of an application's value on test items.

    scale is the application's range over the plane.
    """

    application: Name
    difference: float
    std_error: float
    scale: float


def deciding(surfaces: Mapping[Name, Surface]) -> Claim:
    """Differences are two-sided at 5 % over all pairs and applications (Holm, 1979).

    Reproduced where any is significant; not reproduced where all are, at the same level, smaller
    than a tenth of the application's range over the plane.
    """
    found = [pair for surface in surfaces.values() for pair in pairs(surface)]
    p_values = [two_sided(pair.difference, pair.std_error) for pair in found]
    significant = [pair for pair, p in zip(found, holm(p_values), strict=True) if p <= LEVEL]
    ours = (
        f"{len(significant)} of {len(found)} pairs of points with total rates within "
        f"{100 * TOLERANCE:g} % of each other differ significantly"
    )
    if significant:
        names = dict.fromkeys(pair.application for pair in significant)
        ours += f", for {', '.join(names)}"
    numbers = {"pairs": len(found), "differ": len(significant)}
    return Claim(CLAIM, ours, _verdict(found, bool(significant)), numbers)


def pairs(surface: Surface) -> Iterator[Pair]:
    """All pairs of places of nearly the same total rate."""
    everywhere = (*surface.spots, *surface.barred)
    values = [spot.test.value for spot in everywhere]
    scale = max(values, default=0.0) - min(values, default=0.0)
    for a, b in combinations(everywhere, 2):
        if _alike(a.place, b.place):
            yield _pair(surface.application.name, a, b, scale)


def _pair(name: Name, a: Spot, b: Spot, scale: float) -> Pair:
    error = math.hypot(a.test.std_error, b.test.std_error)
    return Pair(name, a.test.value - b.test.value, error, scale)


def _alike(a: Place, b: Place) -> bool:
    rates = a.total.value, b.total.value
    return abs(rates[0] - rates[1]) <= TOLERANCE * max(rates)


def _verdict(found: Sequence[Pair], differ: bool) -> Verdict:
    if differ:
        return "reproduced"
    reach = float(norm.isf(LEVEL / max(len(found), 1)))
    equal = all(abs(p.difference) + reach * p.std_error <= MARGIN * p.scale for p in found)
    return "not reproduced" if found and equal else "undecided"
