"""Where to aim: the best place for one application, for two at once, and for all of them.

Places are chosen on validation. For one application there is the best place and all that are not
significantly worse; for two, the Pareto front; for all, one compromise by weights. Where chosen
places stand is told on test items, on which a front may bend.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from scipy.stats import norm

from hvae.config.guidance import Guidance
from hvae.config.tasks import Name
from hvae.guidance.surface import Spot, Surface
from hvae.results.places import Place

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


def edge(place: Place, measured: Iterable[Place]) -> list[int]:
    """The layers, from 1, in which what was asked for is an end of what was measured.

    That is the least or the most of several β_l. Of several totals of target rates it is the most,
    in every layer that has a part of it: no total can be less than 0 nats.
    """
    if place.target:
        totals = [sum(one.target) for one in measured if one.target]
        at_most = max(totals) > min(totals) and math.isclose(sum(place.target), max(totals))
        return [k for k, rate in enumerate(place.target, 1) if at_most and rate > 0]
    axes = zip(*(one.beta for one in (place, *measured) if one.beta), strict=True)
    return [layer for layer, (own, *others) in enumerate(axes, 1) if _is_end(own, {own, *others})]


def _is_end(own: float, values: set[float]) -> bool:
    return len(values) > 1 and own in (min(values), max(values))


Both = tuple[Spot, Spot]


class Front(NamedTuple):
    """Of two applications; its members from the best for the second to the best for the first."""

    first: Name
    second: Name
    members: tuple[Both, ...]


def fronts(surfaces: Mapping[Name, Surface]) -> list[Front]:
    """One for any two applications."""
    return [
        Front(first, second, front(surfaces[first], surfaces[second]))
        for first, second in combinations(surfaces, 2)
    ]


def front(first: Surface, second: Surface) -> tuple[Both, ...]:
    """The places that both may choose where no other is as good in both and better in one."""
    others: dict[Place, Spot] = {spot.place: spot for spot in second.spots}
    both = [(spot, others[spot.place]) for spot in first.spots if spot.place in others]
    members = [one for one in both if not _beaten(one, both)]
    return tuple(sorted(members, key=lambda one: one[0].score))


def _beaten(one: Both, all_of_them: Sequence[Both]) -> bool:
    mine = one[0].score, one[1].score
    theirs = ((a.score, b.score) for a, b in all_of_them)
    return any(a >= mine[0] and b >= mine[1] and (a, b) != mine for a, b in theirs)


class Compromise(NamedTuple):
    """The place, its score from 0 to 1, what each application is worth there, and the weights.

    edge: the layers in which it is at the edge of what was measured.
    """

    place: Place
    score: float
    spots: Mapping[Name, Spot]
    weights: Mapping[Name, float]
    edge: list[int]


def compromise(surfaces: Mapping[Name, Surface], asked: Guidance) -> Compromise | None:
    """The first of the best; None where no place may be chosen for all that have a weight.

    An application that no place may be chosen for takes no part.
    Score Σ w (v − worst) / (best − worst) / Σ w on validation items, worst and best over the places
    that may be chosen for the application. One that is the same everywhere counts 1 everywhere.
    """
    weights = {
        name: w for name, one in surfaces.items() if one.spots and (w := asked.weight(name)) > 0
    }
    by_place = {name: {spot.place: spot for spot in surfaces[name].spots} for name in weights}
    scores = {name: _scaled(surfaces[name]) for name in weights}
    common = [place for place in _order(surfaces) if all(place in by_place[n] for n in weights)]
    if not weights or not common:
        return None
    total = sum(weights.values())

    def score(place: Place) -> float:
        return sum(weight * scores[name][place] for name, weight in weights.items()) / total

    best = max(common, key=score)
    measured = (place for name in weights for place in surfaces[name].places)
    spots = {name: by_place[name][best] for name in weights}
    return Compromise(best, score(best), spots, weights, edge(best, measured))


def _order(surfaces: Mapping[Name, Surface]) -> list[Place]:
    """All places, each once."""
    return list(dict.fromkeys(spot.place for one in surfaces.values() for spot in one.spots))


def _scaled(surface: Surface) -> dict[Place, float]:
    """The application's score, 0 where it is worst and 1 where it is best."""
    found = {spot.place: spot.score for spot in surface.spots}
    low, high = min(found.values(), default=0.0), max(found.values(), default=0.0)
    width = high - low
    return {place: (one - low) / width if width > 0 else 1.0 for place, one in found.items()}
