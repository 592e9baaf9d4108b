"""Claim: rates split by layer and can be tuned one by one.

With every other β fixed, R_l falls from each value of β_l in the grid to the next.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from scipy.stats import norm

from hvae.bounds.verdicts import holm
from hvae.guidance.claim import LEVEL, Claim, Verdict
from hvae.results.places import Place
from hvae.statistics.estimate import Estimate

CLAIM = "Each layer's rate can be tuned by its own β: with the others fixed, R_l falls as β_l rises"
OPEN = 0.05  # nats: layers that say less than this are closed, and have no rate to tune
RULE = (
    "Reproduced where no rate rises and in every layer more than half of the pairs fall; not "
    "reproduced where any rises: one-sided, at 5 % over all pairs (Holm)."
)


class Pair(NamedTuple):
    """Adjacent values of β_l, l from 0: how far R_l falls from the lower to the higher, in nats."""

    layer: int
    fall: Estimate
    open: bool


def splitting(plane: Sequence[Place]) -> Claim:
    """Falls and rises are one-sided at 5 %, each over all pairs of open layers (Holm, 1979).

    Errors of a pair are taken to be independent, though the items are the same: conservative.
    """
    found = [pair for pair in pairs(plane) if pair.open]
    falls, rises = (_significant(found, sign) for sign in (1, -1))
    layers = len(plane[0].beta) if plane else 0
    numbers = {"pairs": len(found), "falls": sum(falls), "rises": sum(rises)}
    ours = (
        f"R_l falls significantly in {sum(falls)} of {len(found)} pairs of adjacent β_l where it "
        f"is above {OPEN} nats, and rises significantly in {sum(rises)}"
    )
    if layers < 2:
        return Claim(CLAIM, "one layer leaves nothing to split", "undecided", numbers, RULE)
    return Claim(CLAIM, ours, _verdict(found, falls, any(rises), layers), numbers, RULE)


def pairs(plane: Sequence[Place]) -> Iterator[Pair]:
    """All pairs of neighbours along every axis of the grid."""
    for layer in range(len(plane[0].beta) if plane else 0):
        lines: dict[tuple[float, ...], list[Place]] = {}
        for place in sorted(plane, key=lambda one: one.beta[layer]):
            lines.setdefault(place.beta[:layer] + place.beta[layer + 1 :], []).append(place)
        for line in lines.values():
            for low, high in pairwise(line):
                yield _pair(layer, low.rates[layer], high.rates[layer])


def _pair(layer: int, low: Estimate, high: Estimate) -> Pair:
    error = math.hypot(low.std_error, high.std_error)
    is_open = max(low.value, high.value) > OPEN
    return Pair(layer, Estimate(low.value - high.value, error), is_open)


def _significant(found: Sequence[Pair], sign: int) -> list[bool]:
    p_values = [one_sided(sign * pair.fall.value, pair.fall.std_error) for pair in found]
    return [p <= LEVEL for p in holm(p_values)]


def one_sided(difference: float, error: float) -> float:
    """P of so large a difference where there is none; without any error, 0 or 1."""
    return float(norm.sf(difference / error)) if error > 0 else float(difference <= 0)


def _verdict(found: Sequence[Pair], falls: Sequence[bool], rises: bool, layers: int) -> Verdict:
    if rises:
        return "not reproduced"
    kept = zip(found, falls, strict=True)
    by_layer: list[list[bool]] = [[] for _ in range(layers)]
    for pair, fell in kept:
        by_layer[pair.layer].append(fell)
    most = all(2 * sum(layer) > len(layer) for layer in by_layer)
    return "reproduced" if most else "undecided"
