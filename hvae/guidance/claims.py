"""Two claims of the paper that are about rates: each layer's can be set, and they limit the rest.

Each claim is a test that can fail: its rule names the null, and evidence is counted once.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np

from hvae.config.training import ABSOLUTE, RELATIVE
from hvae.io import tables
from hvae.io.tables import MEASURED
from hvae.results.rates import Place, degrees, lowest_layer, places
from hvae.statistics.comparison import LEVEL
from hvae.statistics.estimate import Estimate, Row
from hvae.statistics.intervals import holm, one_sided

Verdict = Literal[
    "reproduced",
    "not reproduced",
    "undecided",
    "undecided: one training",
    "not tested",
    "not applicable",
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
    null: str


# 1. A layer's rate can be set on its own: models that were trained to given rates meet them

SETTING = "The rate of each layer can be set on its own"
BEYOND = 2  # times what training allows on validation items is allowed on test items
SETTING_NULL = "In some combination a layer misses its target by twice what is allowed."
SETTING_RULE = (
    "A combination of given rates is met where the rate of each layer on test items, a mean over "
    f"seeds, is within {100 * BEYOND * RELATIVE:g} % or {BEYOND * ABSOLUTE:g} nats of its target, "
    "whichever is more. Reproduced where all are met and a miss by twice as much is rejected for "
    "each layer, one-sided, at "
    f"{100 * LEVEL:g} %; not reproduced where any rate is off by more than is allowed, at "
    f"{100 * LEVEL:g} % over all of them (Holm)."
)


class Deviation(NamedTuple):
    """How far a layer's rate is from its target either way, and how far it may be, in nats.

    degrees: of freedom of the error, which is of a mean over few seeds.
    """

    nats: Estimate
    allowed: float
    degrees: float = math.inf

    def beyond(self) -> float:
        """The one-sided p-value of the null that it is not more than allowed."""
        return one_sided(self.nats.value - self.allowed, self.nats.std_error, self.degrees)

    def within(self) -> float:
        """That of the null that it is twice as much as allowed, or more."""
        return one_sided(2 * self.allowed - self.nats.value, self.nats.std_error, self.degrees)


def setting(points: Sequence[Row], layers: int) -> Claim:
    """Rows of `points.parquet` of models with so many layers, judged as `SETTING_RULE` says.

    Each combination is a training of its own, and so is each of its seeds. One where a model
    diverged is not met. That R_l falls as β_l rises is true of any optimum, so β says nothing here.
    """
    given = [row for row in points if row["strategy"] == "rates"]
    there = places(given, layers)
    lost = sum(row["status"] not in MEASURED for row in given)
    by_name = {row["point"]: row for row in given}
    each = [list(deviations(one, [by_name[p] for p in one.points])) for one in there]
    missed = _missed([one for some in each for one in some])
    met = sum(all(one.nats.value <= one.allowed for one in some) for some in each)
    numbers = {"combinations": len(there), "met": met, "missed": missed}
    numbers |= {"models": len(given), "diverged": lost}
    lacking = _untested([tables.over_layers(row, "target", layers) for row in given], layers)
    if lacking is not None:
        return Claim(SETTING, lacking[1], lacking[0], numbers, SETTING_RULE, SETTING_NULL)
    ours = (
        f"{met} of {len(there)} combinations of rates are met ({len(given)} models); {missed} "
        f"rates miss their targets significantly, and {lost} models diverged"
    )
    sure = all(one.within() <= LEVEL for some in each for one in some)
    good: Verdict = "reproduced" if sure and met == len(there) and not lost else "undecided"
    return Claim(
        SETTING, ours, "not reproduced" if missed else good, numbers, SETTING_RULE, SETTING_NULL
    )


def deviations(place: Place, rows: Sequence[Row]) -> Iterator[Deviation]:
    """One a layer; rows are those of the place's points, one a seed."""
    for layer, (rate, target) in enumerate(zip(place.rates, place.target, strict=True), 1):
        off = Estimate(abs(rate.value - target), rate.std_error)
        found = [Estimate(row[f"rate_{layer}"], row[f"rate_{layer}_se"]) for row in rows]
        yield Deviation(off, BEYOND * max(RELATIVE * target, ABSOLUTE), degrees(found))


def _untested(targets: Sequence[tuple[float, ...]], layers: int) -> tuple[Verdict, str] | None:
    """Why the claim cannot be judged with these targets; None if it can."""
    if layers == 1:
        return "not applicable", "one layer has no other beside it"
    if not targets:
        return "not tested", "no rates were given"
    if np.linalg.matrix_rank(np.array(targets) - np.array(targets[0])) < layers:
        return "not tested", "the given rates do not vary each layer apart from the others"
    return None


def _missed(found: Sequence[Deviation]) -> int:
    return sum(p <= LEVEL for p in holm([one.beyond() for one in found]))


# 2. Limits on labels hold

LIMITS = "What latents say about the class stays within the limit that their rates set"
OPEN = 0.05  # nats: layers that say less than this are closed, and their limit is chance
SAID = "class-information"  # the check whose measured value is 0 where nothing is said
OF_LABELS = frozenset({SAID, "accuracy", "clusters"})
LIMITS_NULL = (
    "What latents say about the class is beyond its limit; or they say nothing about it, as with "
    "permuted labels, so that no limit could be reached."
)
LIMITS_RULE = (
    "A case is a point and its layers from some z_l up, counted once, however many checks of the "
    "class it has. Its limits hold where all of its checks do, each one-sided at 5 %, vacuous ones "
    "aside. A case counts where its layers are open and its I(y; z) is above 0, at 5 % over "
    "all cases (Holm). Reproduced where no check of any kind is violated, at 1 % over all of them "
    "(Holm), and limits hold in most cases that count, in more than one network; not reproduced "
    "where any check is violated; not tested where no case counts, and not applicable without "
    "classes."
)


class Held(NamedTuple):
    """z_{≥l} of one point: its network, and the verdicts of checks of the class that can bind.

    All points of an amortised model are of one network. said: the one-sided p-value of the null
    that z_{≥l} says nothing of the class; 1 where that was not estimated.
    """

    network: str
    open: bool
    verdicts: frozenset[str]
    said: float = 1.0


def limits(points: Sequence[Row], layers: int, bounds: Sequence[Row]) -> Claim:
    """Held against the verdicts of `bounds.parquet`, closed layers counted apart."""
    every = list(held(points, layers, bounds))
    binding = [one for one in every if one.verdicts]
    are_open = [one for one in binding if one.open]
    adjusted = holm([one.said for one in are_open])
    counted = [one for one, p in zip(are_open, adjusted, strict=True) if p <= LEVEL]
    holding = [one for one in counted if one.verdicts == {"holds"}]
    numbers = {
        "open": len(counted),
        "holds": len(holding),
        "networks": len({one.network for one in holding}),
        "silent": len(are_open) - len(counted),
        "closed": len(binding) - len(are_open),
        "trivial": len(every) - len(binding),
        "violated": sum(check["verdict"] == "violated" for check in bounds),
    }
    ours = _limited(numbers) if every else "there are no classes"
    verdict: Verdict = _kept(numbers) if every or numbers["violated"] else "not applicable"
    return Claim(LIMITS, ours, verdict, numbers, LIMITS_RULE, LIMITS_NULL)


def held(points: Sequence[Row], layers: int, bounds: Sequence[Row]) -> Iterator[Held]:
    """Each distinct pair of a point and a suffix of layers that a check of the class is about."""
    known = {row["point"]: row for row in points}
    found: dict[tuple[str, int], set[str]] = {}
    said: dict[tuple[str, int], float] = {}
    for check in bounds:
        if check["point"] in known and check["bound"] in OF_LABELS:
            lowest = lowest_layer(check["layers"]) if check["layers"] else 1
            found.setdefault((check["point"], lowest), set()).add(check["verdict"])
            if check["bound"] == SAID:
                nothing = one_sided(check["measured"], check["measured_se"])
                said[check["point"], lowest] = nothing
    for (point, lowest), verdicts in found.items():
        row = known[point]
        rate = sum(row[f"rate_{layer}"] for layer in range(lowest, layers + 1))
        network = f"seed {row['seed']}" if row["strategy"] == "amortized" else point
        binding = frozenset(verdicts - {"vacuous"})
        yield Held(network, rate > OPEN, binding, said.get((point, lowest), 1.0))


def _limited(numbers: Mapping[str, int]) -> str:
    return (
        f"limits hold in {numbers['holds']} of {numbers['open']} cases (layers of a model that say "
        f"something about the class), of {numbers['networks']} "
        f"{'network' if numbers['networks'] == 1 else 'networks'}; {numbers['violated']} checks "
        f"are violated. Not counted: {numbers['trivial']} cases whose limits are vacuous, "
        f"{numbers['closed']} with closed layers, and {numbers['silent']} that say nothing "
        "significant"
    )


def _kept(numbers: Mapping[str, int]) -> Verdict:
    if numbers["violated"]:
        return "not reproduced"
    if not numbers["open"]:
        return "not tested"
    most = 2 * numbers["holds"] > numbers["open"]
    return "reproduced" if most and numbers["networks"] > 1 else "undecided"
