"""One place for all applications at once, for the weights that the user gives them."""

from collections.abc import Mapping
from typing import NamedTuple

from hvae.config.guidance import Guidance, Name
from hvae.guidance.edge import edge
from hvae.guidance.surface import Spot, Surface
from hvae.results.places import Place


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
