"""An application on a lattice of rates: the best split of each total, and what moving a nat does.

Splits are compared at one total: those that were trained to it and spend it within 5 % on test
items. A budget of bits therefore admits or bars a whole total, and never decides between splits.
Splits are chosen on validation items; what moving a nat changes is of test items.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from typing import Any, NamedTuple

from hvae.guidance.choose import Choice, choose_among, same_total, spend_alike
from hvae.guidance.surface import Spot, Surface
from hvae.guidance.text import estimate, listed, symbol
from hvae.results.rates import Place
from hvae.statistics.comparison import LEVEL, ONE_TRAINING, Difference, Verdict, verdicts
from hvae.statistics.estimate import Estimate, number


class Splits(NamedTuple):
    """Several splits of one total rate, in nats, at which an application may be chosen."""

    total: float
    spots: tuple[Spot, ...]


def splits(surface: Surface) -> list[Splits]:
    """By total, from the least; a total with a single split has nothing to compare.

    A split that misses its total by more than 5 % on test items has no part in it. Files of one
    total rate are of several sizes, so that splits do not compare by them.
    """
    if surface.costs:
        return []
    groups: list[list[Spot]] = []
    for spot in sorted(surface.spots, key=lambda one: sum(one.place.target)):
        if spot.place.target and _meets(spot.place):
            same = groups and same_total(groups[-1][0].place, spot.place)
            groups[-1].append(spot) if same else groups.append([spot])
    return [Splits(sum(one[0].place.target), tuple(one)) for one in groups if len(one) > 1]


def _meets(place: Place) -> bool:
    return spend_alike(place.total.value, sum(place.target))


class BestSplit(NamedTuple):
    """The best split of a total, those not significantly worse, and those that are."""

    total: float
    choice: Choice
    worse: tuple[Spot, ...]


def best_splits(surface: Surface) -> list[BestSplit]:
    """One a total, with regions at 5 % over all totals (Bonferroni)."""
    found = splits(surface)
    chosen = [(one, choose_among(surface, one.spots, LEVEL / len(found))) for one in found]
    return [
        BestSplit(
            of.total, choice, tuple(spot for spot in of.spots if spot not in choice.region)
        )
        for of, choice in chosen
        if choice is not None
    ]  # fmt: skip


class Move(NamedTuple):
    """Nats that move from one layer to another between neighbouring splits of a total.

    layers, from 1: the one that they leave, and the one that gets them. change: what the
    application gains on test items for each nat that moves, above 0 for better, in its metric. The
    verdict is at 5 % over all moves (Holm).
    """

    total: float
    layers: tuple[int, int]
    ends: tuple[Spot, Spot]
    nats: float
    change: Difference
    verdict: Verdict


def moves(surface: Surface) -> list[Move]:
    """Between all neighbours: splits that differ in two layers, with none between them."""
    found = [
        (of.total, layers, ends, ends[1].place.target[layers[1]] - ends[0].place.target[layers[1]])
        for of in splits(surface)
        for layers, ends in _neighbours(of.spots)
    ]
    changes = [_a_nat(surface, ends, nats) for _, _, ends, nats in found]
    return [
        Move(total, (lower + 1, upper + 1), ends, nats, change, verdict)
        for (total, (lower, upper), ends, nats), change, verdict in zip(
            found, changes, verdicts(changes), strict=True
        )
    ]


def _a_nat(surface: Surface, ends: tuple[Spot, Spot], nats: float) -> Difference:
    found = surface.better(ends[1], ends[0])
    return found._replace(value=found.value / nats, std_error=found.std_error / nats)


def _neighbours(spots: Sequence[Spot]) -> Iterator[tuple[tuple[int, int], tuple[Spot, Spot]]]:
    """The layers, from 0, that nats leave and get, and the splits before and after."""
    for lower, upper in combinations(range(len(spots[0].place.target)), 2):
        lines: dict[tuple[str, ...], list[Spot]] = {}
        for spot in sorted(spots, key=lambda one: one.place.target[upper]):
            rest = [f"{rate:.5g}" for k, rate in enumerate(spot.place.target)
                    if k not in (lower, upper)]  # fmt: skip
            lines.setdefault(tuple(rest), []).append(spot)
        for line in lines.values():
            for before, after in pairwise(line):
                yield (lower, upper), (before, after)


def record(surface: Surface) -> dict[str, Any]:
    """The keys of an application in `guidance.json` that are about its lattice."""
    best, moved = best_splits(surface), moves(surface)
    return {
        "totals": [_total(one) for one in best],
        "moves": [_move(one) for one in moved],
        "lattice": " ".join([*_best_sentence(best), *_move_sentence(surface, moved)]),
    }


def _total(one: BestSplit) -> dict[str, Any]:
    spot = one.choice.best
    return {
        "total": one.total,
        "best": spot.place.points[0],
        "target": list(spot.place.target),
        "region": [other.place.points[0] for other in one.choice.region],
        "worse": [other.place.points[0] for other in one.worse],
    }


def _move(one: Move) -> dict[str, Any]:
    return {
        "total": one.total,
        "layers": list(one.layers),
        "points": [spot.place.points[0] for spot in one.ends],
        "nats": one.nats,
        "change": float(one.change.value),
        "std_error": float(one.change.std_error),
        "verdict": one.verdict,
    }


def _best_sentence(found: Sequence[BestSplit]) -> list[str]:
    if not found:
        return []
    each = [
        f"{_split(one.choice.best)} at {number(one.total)} nats "
        f"({len(one.worse)} of the {one.choice.candidates - 1} others significantly worse)"
        for one in found
    ]
    return [f"The best split on validation items is {listed(each)}."]


def _move_sentence(surface: Surface, moved: Sequence[Move]) -> list[str]:
    """How many moves help or hurt, and where most of all."""
    count = Counter(one.verdict for one in moved)
    if not moved or count[ONE_TRAINING]:
        return []
    words = (
        f"On test items, moving nats to an upper layer, from one split to the next, helps in "
        f"{count['more']} of {len(moved)} cases and hurts in {count['less']}; the others are "
        "undecided"
    )
    sure = [one for one in moved if one.verdict != "undecided"]
    if not sure:
        return [f"{words}."]
    most = max(sure, key=lambda one: abs(one.change.value))
    before, after = (_split(spot) for spot in most.ends)
    amount = estimate(Estimate(float(most.change.value), float(most.change.std_error)))
    sign = "+" if most.change.value > 0 else ""
    lower, upper = (symbol("z", layer) for layer in most.layers)
    return [
        f"{words}. The largest effect is {sign}{amount}{surface.metric.ending} for each nat that "
        f"moves from {lower} to {upper}, between {before} and {after}."
    ]


def _split(spot: Spot) -> str:
    return f"({', '.join(f'{rate:.4g}' for rate in spot.place.target)})"
