"""Where to aim: the best place for one application, for two at once, and for all of them.

Places are chosen on validation. For one application there is the best place and all that are not
significantly worse; for two, the Pareto front; for all, one compromise by weights. The values of
chosen places are of test items, on which a front may bend.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from hvae.config.params import Guidance
from hvae.config.task import Name
from hvae.guidance.applications import BUDGETED
from hvae.guidance.surface import Spot, Surface
from hvae.results.rates import Place
from hvae.statistics.best import region
from hvae.statistics.comparison import LEVEL


class Choice(NamedTuple):
    """The best place, and the region that has the true best one with 95 % confidence.

    candidates: how many places were compared. trainings: how many each of them has; with one,
    nothing is known of another, and the region has all places.
    """

    best: Spot
    region: tuple[Spot, ...]
    candidates: int
    trainings: int

    @property
    def decided(self) -> bool:
        """Whether any place is significantly worse; if not, nothing is significantly best."""
        return len(self.region) < self.candidates


def choose(surface: Surface, level: float = LEVEL) -> Choice | None:
    """The best, and the region; None where no place may be chosen.

    Under a budget only places that spend as much as the best are compared: a place that spends
    less would be worse for that reason alone.
    """
    spots = surface.spots
    if spots and surface.application.name == BUDGETED:
        best = surface.spent(_best(spots).place)
        spots = tuple(spot for spot in spots if spend_alike(surface.spent(spot.place), best))
    return choose_among(surface, spots, level)


def choose_among(surface: Surface, spots: Sequence[Spot], level: float = LEVEL) -> Choice | None:
    """The same among some of the places that may be chosen.

    A candidate is a place with one way to read z, and a place is in the region if one of its ways
    is. Candidates are compared in pairs over items and trainings, as `hvae.statistics.best` says;
    how much places vary over trainings is estimated from all of them, barred ones included.
    """
    if not spots:
        return None
    rows, sign = surface.candidates.rows([spot.place for spot in spots]), surface.metric.sign
    found = region(surface.candidates.scores, sign, level, rows)
    inside = {surface.candidates.ways[row].place for row in rows if found.inside[row]}
    kept = tuple(spot for spot in spots if spot.place in inside)
    return Choice(_best(spots), kept, len(spots), surface.trainings)


def _best(spots: Sequence[Spot]) -> Spot:
    return max(spots, key=lambda spot: spot.score)


ROUNDING = 1e-5  # of a total, whose parts are written with six digits
APART = 0.05  # part of the largest total rate by which places may differ that spend as much


def same_total(first: Place, second: Place) -> bool:
    """Whether both were trained to the same total rate."""
    return math.isclose(sum(first.target), sum(second.target), rel_tol=ROUNDING)


def spend_alike(*totals: float) -> bool:
    """Whether total rates on test items, or sizes of files, are within 5 % of the largest."""
    return max(totals) - min(totals) <= APART * max(totals)


def edge(place: Place, measured: Iterable[Place]) -> list[str]:
    """At which ends of the measured range the place lies: "beta_1", or "largest total".

    That is the least or the most of several β_l, or of several totals of target rates. A share
    of nothing or of everything is no edge, since there are no shares beyond.
    """
    if place.target:
        others = [one for one in measured if one.target]
        ends = {"smallest total": min, "largest total": max}
        several = any(not same_total(one, place) for one in others)
        return [
            words
            for words, end in ends.items()
            if several and same_total(place, end(others, key=lambda one: sum(one.target)))
        ]
    axes = zip(*(one.beta for one in (place, *measured) if one.beta), strict=True)
    return [
        f"beta_{layer}"
        for layer, (own, *others) in enumerate(axes, 1)
        if _is_end(own, {own, *others})
    ]


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

    edge: the ends of what was measured at which it is.
    """

    place: Place
    score: float
    spots: Mapping[Name, Spot]
    weights: Mapping[Name, float]
    edge: list[str]


def compromise(surfaces: Mapping[Name, Surface], asked: Guidance) -> Compromise | None:
    """The first of the best; None where no place may be chosen for all that have a weight.

    Applications without an eligible place are left out.
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
