"""The Pareto front of two applications: places that none other beats in both.

Members are chosen on validation; where they stand is told on test items, where the front may bend.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from hvae.config.guidance import Name
from hvae.guidance.surface import Spot, Surface
from hvae.results.places import Place

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
