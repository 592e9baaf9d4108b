"""Where to aim: the best place for one application, for two at once, and for all of them.

Places are chosen on validation. For one application there is the best place and all that are not
significantly worse; for two, the Pareto front; for all, one compromise by weights. The values of
chosen places are of test items, on which a front may bend.

For the region of the best, every place is compared with every other in pairs, and the level is that
of all of them together. How errors of the pairs depend on one another is taken from the scores. The
level over the number of other places (Bonferroni) keeps the true best as well, in smaller regions,
but does not keep all that are as good: of places that were all equal, some were outside in 15 % (10
places) and 26 % (25 places) of 80 simulated experiments.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hvae.config.params import Guidance
from hvae.config.task import Name
from hvae.guidance.applications import BUDGETED
from hvae.guidance.surface import Spot, Surface
from hvae.results.rates import Place
from hvae.statistics.comparison import LEVEL, Scores, differences
from hvae.statistics.estimate import Floats, Integers

DRAWS, BEYOND = 4000, 20  # of the largest z: at least so many, and as many above its quantile
SEED = 0


class Region(NamedTuple):
    """The number of the best place, and which are not significantly worse, (places,)."""

    best: int
    inside: NDArray[np.bool_]


def region(
    scores: Scores, sign: float = 1, level: float = LEVEL, among: Sequence[int] | None = None
) -> Region:
    """Where more is better (sign 1) or less (−1).

    among: the places that are compared, all if not given; others are outside, but how places vary
    over trainings is known from them, too.

    T_p is the largest z of the others less p. Places outside have a T_p above the 1 − `level`
    quantile of the largest T of those that are not yet outside, were all equal, with errors that
    depend on one another as here (step-down max-T: Romano & Wolf, JASA 2005). So with probability
    1 − `level` nothing outside is as good as the best: the region has the true best, and all that
    are as good. With one training all are inside.
    """
    places = np.arange(scores.places) if among is None else np.array(among)
    best = int(places[np.argmax(sign * scores.value[places])])
    compared = np.full(len(places), True)
    if scores.trainings > 1 and len(places) > 1:
        found = np.array([(sign * differences(scores, int(p)).z[places]).max() for p in places])
        drawn = largest(scores, places, max(DRAWS, round(BEYOND / level)))
        while (out := found > np.quantile(drawn[compared].max(0), 1 - level))[compared].any():
            compared &= ~out
    inside = np.full(scores.places, False)
    inside[places] = compared
    return Region(best, inside)


def largest(scores: Scores, places: Integers, draws: int = DRAWS) -> Floats:
    """T_p in experiments where all of these places are equal, (places, draws)."""
    values, vectors = np.linalg.eigh(_covariance(scores, places))
    random = np.random.default_rng(SEED)
    normal = random.standard_normal((draws, len(places)))
    drawn = vectors * np.sqrt(values.clip(0)) @ normal.T
    return np.stack([_largest(drawn - one) for one in drawn])


def _largest(apart: Floats) -> Floats:
    error = np.sqrt(np.square(apart).mean(1, keepdims=True))
    return (apart / np.where(error > 0, error, 1)).max(0)


def _covariance(scores: Scores, places: Integers) -> Floats:
    """Of the errors of the values, but for what is common to all places: (places, places)."""
    away = (scores.by_item - scores.value[:, None])[places]
    of_items = away @ away.T / (scores.items * (scores.items - 1))
    return of_items + np.diag(scores.tau[places] / scores.trainings)


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
    is. Candidates are compared in pairs over items and trainings, as `hvae.guidance.choose` says;
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
