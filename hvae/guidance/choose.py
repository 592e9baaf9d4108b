"""The best place for an application, and all that are not significantly worse; on validation."""

import math
from typing import NamedTuple

from scipy.stats import norm

from hvae.guidance.surface import Spot, Surface

LEVEL = 0.05


class Choice(NamedTuple):
    """The best place, and the region that holds the true best one with 95 % confidence.

    decided: whether any place is significantly worse; if not, nothing is significantly best.
    """

    best: Spot
    region: tuple[Spot, ...]
    decided: bool


def choose(surface: Surface, level: float = LEVEL) -> Choice | None:
    """The first of the best, and the region; None where no place may be chosen.

    A place is significantly worse where best − value > z hypot(se, se), one-sided, at `level` over
    the number of other candidates (Bonferroni): a candidate is a place with one way to read z. The
    test is conservative, since all points are measured on the same items and their errors are taken
    to be independent.
    """
    if not surface.spots:
        return None
    best = max(surface.spots, key=lambda spot: spot.score)
    others = max(sum(spot.variants for spot in surface.spots) - 1, 1)
    reach = float(norm.isf(level / others))
    region = tuple(spot for spot in surface.spots if _may_be_best(spot, best, reach))
    return Choice(best, region, len(region) < len(surface.spots))


def _may_be_best(spot: Spot, best: Spot, reach: float) -> bool:
    error = math.hypot(spot.validation.std_error, best.validation.std_error)
    return best.score - spot.score <= reach * error
