"""Two claims of the paper that are about rates: each layer's can be set, and they limit the rest.

Each claim is a test that can fail: its rule names the null, and evidence is counted once.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np

from hvae.config.training import ABSOLUTE, RELATIVE
from hvae.io import tables
from hvae.io.tables import MEASURED
from hvae.results.rates import Place, lowest_layer, places
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
    """How far a layer's rate is from its target either way, and how far it may be, in nats."""

    nats: Estimate
    allowed: float


def setting(points: Sequence[Row], layers: int) -> Claim:
    """Rows of `points.parquet` of models with so many layers, judged as `SETTING_RULE` says.

    Each combination is a training of its own, and so is each of its seeds. One where a model
    diverged is not met. That R_l falls as β_l rises is true of any optimum, so β says nothing here.
    """
    given = [row for row in points if row["strategy"] == "rates"]
    there = places(given, layers)
    lost = sum(row["status"] not in MEASURED for row in given)
    each = [list(deviations(place)) for place in there]
    missed = _missed([one for some in each for one in some])
    met = sum(all(one.nats.value <= one.allowed for one in some) for some in each)
    numbers = {"combinations": len(there), "met": met, "missed": missed}
    numbers |= {"models": len(given), "diverged": lost}
    lacking = _untested([tables.over_layers(row, "target", layers) for row in given], layers)
    if lacking is not None:
        return Claim(SETTING, lacking[1], lacking[0], numbers, SETTING_RULE, SETTING_NULL)
    ours = (
        f"{met} of {len(there)} combinations of given rates are met by {len(given)} models; "
        f"{missed} rates of a layer are off significantly, and {lost} models diverged"
    )
    sure = all(_within(one) <= LEVEL for some in each for one in some)
    good: Verdict = "reproduced" if sure and met == len(there) and not lost else "undecided"
    return Claim(
        SETTING, ours, "not reproduced" if missed else good, numbers, SETTING_RULE, SETTING_NULL
    )


def deviations(place: Place) -> Iterator[Deviation]:
    """One a layer."""
    for rate, target in zip(place.rates, place.target, strict=True):
        off = Estimate(abs(rate.value - target), rate.std_error)
        yield Deviation(off, BEYOND * max(RELATIVE * target, ABSOLUTE))


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
    beyond = [one_sided(one.nats.value - one.allowed, one.nats.std_error) for one in found]
    return sum(p <= LEVEL for p in holm(beyond))


def _within(one: Deviation) -> float:
    """The p-value of a miss by twice what is allowed."""
    return one_sided(2 * one.allowed - one.nats.value, one.nats.std_error)


# 2. Limits hold

LIMITS = "What is measured keeps to its limit in the rates"
OPEN = 0.05  # nats: layers that say less than this are closed, and their limit is chance
LIMITS_NULL = "What is measured lies beyond its limit."
LIMITS_RULE = (
    "A set is a point and its layers from some z_l up, counted once, however many checks it has; "
    "its limits hold where all of its checks that are not trivial do, each one-sided at 5 %. "
    "Reproduced where no check is violated, at 1 % over all of them (Holm), and limits hold at "
    "most sets that are open, in more than one network; not reproduced where any check is violated."
)


class Held(NamedTuple):
    """z_{≥l} of one point: its network, whether it is open, the verdicts of checks that can bind.

    All points of an amortised model are of one network.
    """

    network: str
    open: bool
    verdicts: frozenset[str]


def limits(points: Sequence[Row], layers: int, bounds: Sequence[Row]) -> Claim:
    """Held against the verdicts of `bounds.parquet`, closed layers counted apart."""
    every = list(held(points, layers, bounds))
    binding = [one for one in every if one.verdicts]
    are_open = [one for one in binding if one.open]
    holding = [one for one in are_open if one.verdicts == {"holds"}]
    numbers = {
        "open": len(are_open),
        "holds": len(holding),
        "networks": len({one.network for one in holding}),
        "closed": len(binding) - len(are_open),
        "trivial": len(every) - len(binding),
        "violated": sum(check["verdict"] == "violated" for check in bounds),
    }
    ours = (
        f"limits hold at {numbers['holds']} of {numbers['open']} open sets of layers of a point, "
        f"of {numbers['networks']} {'network' if numbers['networks'] == 1 else 'networks'}; "
        f"{numbers['violated']} checks are violated; "
        f"{numbers['closed']} sets are closed, and the limits of {numbers['trivial']} are trivial"
    )
    return Claim(LIMITS, ours, _kept(numbers), numbers, LIMITS_RULE, LIMITS_NULL)


def held(points: Sequence[Row], layers: int, bounds: Sequence[Row]) -> Iterator[Held]:
    """Each distinct pair of a point and a suffix of layers that some check is about."""
    known = {row["point"]: row for row in points}
    found: dict[tuple[str, int], set[str]] = {}
    for check in bounds:
        if check["point"] in known:
            lowest = lowest_layer(check["layers"]) if check["layers"] else 1
            found.setdefault((check["point"], lowest), set()).add(check["verdict"])
    for (point, lowest), verdicts in found.items():
        row = known[point]
        rate = sum(row[f"rate_{layer}"] for layer in range(lowest, layers + 1))
        network = f"seed {row['seed']}" if row["strategy"] == "amortized" else point
        yield Held(network, rate > OPEN, frozenset(verdicts - {"vacuous"}))


def _kept(numbers: Mapping[str, int]) -> Verdict:
    if numbers["violated"]:
        return "not reproduced"
    most = 2 * numbers["holds"] > numbers["open"]
    return "reproduced" if most and numbers["networks"] > 1 else "undecided"
