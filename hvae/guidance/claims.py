"""The claims of the paper (Xiao & Bamler, 2023) about rates, each beside our number for it."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from hvae.results.places import Place
from hvae.statistics.comparison import LEVEL
from hvae.statistics.estimate import Estimate, Row
from hvae.statistics.intervals import holm, one_sided

Verdict = Literal[
    "reproduced", "not reproduced", "undecided", "undecided: one training", "not applicable"
]


class Claim(NamedTuple):
    """In words, with our number for it; numbers are what the words are made of.

    rule: what the verdict takes, in a sentence or two. null: what is so where the claim is false,
    and what has to be rejected.
    """

    claim: str
    ours: str
    verdict: Verdict
    numbers: Mapping[str, float]
    rule: str
    null: str = ""


# 1. Rates split by layer: with every other β fixed, R_l falls from each β_l of the grid to the next

SPLITTING = (
    "Each layer's rate can be tuned by its own β: with the others fixed, R_l falls as β_l rises"
)
SPLITTING_RULE = (
    "Reproduced where no rate rises and in every layer more than half of the pairs fall; not "
    "reproduced where any rises: one-sided, at 5 % over all pairs (Holm)."
)
OPEN = 0.05  # nats: layers that say less than this are closed, and have no rate to tune


class Neighbours(NamedTuple):
    """Adjacent values of β_l, l from 0: how far R_l falls from the lower to the higher, in nats."""

    layer: int
    fall: Estimate
    open: bool


def splitting(plane: Sequence[Place]) -> Claim:
    """Falls and rises are one-sided at 5 %, each over all pairs of open layers (Holm, 1979).

    Errors of a pair are taken to be independent, though the items are the same: conservative.
    """
    found = [pair for pair in neighbours(plane) if pair.open]
    falls, rises = (_significant(found, sign) for sign in (1, -1))
    layers = len(plane[0].beta) if plane else 0
    verdict = _split(found, falls, any(rises), layers) if layers > 1 else "undecided"
    ours = (
        f"R_l falls significantly in {sum(falls)} of {len(found)} pairs of adjacent β_l where it "
        f"is above {OPEN} nats, and rises significantly in {sum(rises)}"
    )
    told = ours if layers > 1 else "one layer leaves nothing to split"
    numbers = {"pairs": len(found), "falls": sum(falls), "rises": sum(rises)}
    return Claim(SPLITTING, told, verdict, numbers, SPLITTING_RULE)


def neighbours(plane: Sequence[Place]) -> Iterator[Neighbours]:
    """All pairs of neighbours along every axis of the grid."""
    for layer in range(len(plane[0].beta) if plane else 0):
        lines: dict[tuple[float, ...], list[Place]] = {}
        for place in sorted(plane, key=lambda one: one.beta[layer]):
            lines.setdefault(place.beta[:layer] + place.beta[layer + 1 :], []).append(place)
        for line in lines.values():
            for low, high in pairwise(line):
                yield _neighbours(layer, low.rates[layer], high.rates[layer])


def _neighbours(layer: int, low: Estimate, high: Estimate) -> Neighbours:
    error = math.hypot(low.std_error, high.std_error)
    is_open = max(low.value, high.value) > OPEN
    return Neighbours(layer, Estimate(low.value - high.value, error), is_open)


def _significant(found: Sequence[Neighbours], sign: int) -> list[bool]:
    p_values = [one_sided(sign * pair.fall.value, pair.fall.std_error) for pair in found]
    return [p <= LEVEL for p in holm(p_values)]


def _split(found: Sequence[Neighbours], falls: Sequence[bool], rises: bool, layers: int) -> Verdict:
    if rises:
        return "not reproduced"
    by_layer: list[list[bool]] = [[] for _ in range(layers)]
    for pair, fell in zip(found, falls, strict=True):
        by_layer[pair.layer].append(fell)
    most = all(2 * sum(layer) > len(layer) for layer in by_layer)
    return "reproduced" if most else "undecided"


# 2. Limits hold

LIMITS = "What is measured keeps to its limit in the rates"
LIMITS_RULE = (
    "Reproduced where some checks hold and none is violated, at 1 % over all of them (Holm); not "
    "reproduced where any is violated."
)


def limits(bounds: Sequence[Row]) -> Claim:
    """Held against the verdicts of `bounds.parquet`."""
    count = Counter(check["verdict"] for check in bounds)
    ours = (
        f"{count['holds']} checks hold, {count['violated']} are violated, {count['undecided']} are "
        f"undecided and {count['vacuous']} cannot bind"
    )
    numbers = {name: count[name] for name in ("holds", "violated", "undecided", "vacuous")}
    return Claim(LIMITS, ours, _kept(count), numbers, LIMITS_RULE)


def _kept(count: Mapping[str, int]) -> Verdict:
    if count["violated"]:
        return "not reproduced"
    return "reproduced" if count["holds"] else "undecided"
