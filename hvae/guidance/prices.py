"""Where the next nat belongs, and which layers overfit, by prices on test items and in training.

This describes test items: no point is chosen by it. Neither multipliers nor differences over a
lattice are exact, so prices within a tenth of each other count as equal.
"""

import math
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
from scipy.special import stdtr

from hvae.guidance.text import aim, estimate, listed, symbol
from hvae.results.prices import HeldOutPrices
from hvae.statistics.estimate import Estimate, number
from hvae.statistics.intervals import holm

LEVEL = 0.05
MARGIN = 0.1  # part of a price by which another must differ to count
UNDECIDED = "undecided"
Record = dict[str, Any]
K = TypeVar("K", bound=Hashable)


class PlaceVerdict(NamedTuple):
    """What the prices at a place say; layers from 1.

    next_nat: the layer whose price on test items is above those of all others; None if undecided.
    overfits: open layers in which a nat is worth less on test items than in training; worth_more:
    those in which it is worth more.
    """

    prices: HeldOutPrices
    next_nat: int | None
    overfits: list[int]
    worth_more: list[int]


def judged(found: Sequence[HeldOutPrices]) -> list[PlaceVerdict]:
    """Each place with its verdicts, two-sided at 5 % over all places (Holm, 1979).

    The best layer is compared with the next best, at 5 % over the other layers. A single layer has
    nothing to be compared with. Prices are differences between models, so nothing is decided with
    one training of each.
    """
    known = [place for place, one in enumerate(found) if _is_known(one) and not _is_lone(one)]
    layers = [(place, k) for place in known for k in _open(found[place])]
    best = _significant({place: _best_to_next(found[place]) for place in known})
    differ = _significant({(place, k): _training_to_test(found[place], k) for place, k in layers})

    def verdict(place: int, one: HeldOutPrices) -> PlaceVerdict:
        apart = [k for k in _open(one) if (place, k) in differ]
        worse = [k + 1 for k in apart if one.held_out[k] < one.training[k]]
        more = [k + 1 for k in apart if one.held_out[k] > one.training[k]]
        return PlaceVerdict(one, _largest(one) if place in best else None, worse, more)

    return [verdict(place, one) for place, one in enumerate(found)]


def _is_known(one: HeldOutPrices) -> bool:
    return bool(np.isfinite(one.held_out).all())


def _is_lone(one: HeldOutPrices) -> bool:
    """Whether there is one training of each model: its errors know of no other."""
    return math.isinf(one.degrees)


def _largest(one: HeldOutPrices) -> int:
    return int(one.held_out.argmax()) + 1


def _open(one: HeldOutPrices) -> list[int]:
    """Layers, from 0, with a target of their own: a closed one has no price in training."""
    return [k for k, rate in enumerate(one.place.target) if rate > 0]


def _best_to_next(one: HeldOutPrices) -> float:
    """p-value of the largest price being no more than a tenth above the next."""
    layers = len(one.held_out)
    if layers == 1:
        return 1.0
    *_, second, first = np.argsort(one.held_out)
    unit = np.eye(layers)
    difference = one.along(unit[first] - unit[second])
    p_value = _beyond(difference, MARGIN * abs(one.held_out[first]), one.degrees)
    return min((layers - 1) * p_value, 1.0)


def _training_to_test(one: HeldOutPrices, layer: int) -> float:
    """p-value of both prices of a layer being within a tenth."""
    price = one.price(layer)
    difference = Estimate(one.training[layer] - price.value, price.std_error)
    return _beyond(difference, MARGIN * abs(one.training[layer]), one.degrees)


def _beyond(difference: Estimate, margin: float, degrees: float) -> float:
    """Two-sided p-value of a difference of at most the margin."""
    more = abs(difference.value) - margin
    if more <= 0:
        return 1.0
    if difference.std_error == 0:
        return 0.0
    return float(2 * stdtr(degrees, -more / difference.std_error))


def _significant(p_values: Mapping[K, float]) -> set[K]:
    """Those that are, over all of them."""
    adjusted = holm(list(p_values.values()))
    return {one for one, p in zip(p_values, adjusted, strict=True) if p <= LEVEL}


def record(found: Sequence[HeldOutPrices]) -> Record:
    """The part of `guidance.json` about prices; `places` is empty without given rates."""
    verdicts = judged(found)
    return {"places": [_place(one) for one in verdicts], "text": summary(verdicts)}


def _place(one: PlaceVerdict) -> Record:
    prices, layers = one.prices, len(one.prices.held_out)
    each = [prices.price(k) for k in range(layers)]
    return {
        "point": prices.place.points[0],
        "target": list(prices.place.target),
        "training": [float(value) for value in prices.training],
        "held_out": [_known(price.value) for price in each],
        "std_errors": [_known(price.std_error) for price in each],
        "exchange": [_exchange(prices, k) for k in range(layers - 1)],
        "next_nat": one.next_nat,
        "overfits": one.overfits,
        "worth_more": one.worth_more,
        "text": sentence(one),
    }


def _exchange(prices: HeldOutPrices, lower: int) -> Record:
    """The price of a nat in a layer over that in the layer above; in training of open layers."""
    rate, both = prices.exchange(lower, lower + 1), {lower, lower + 1} <= {*_open(prices)}
    first, second = prices.training[lower : lower + 2]
    return {
        "layers": [lower + 1, lower + 2],
        "training": float(first / second) if both and second > 0 else None,
        "held_out": _known(rate.value),
        "std_error": _known(rate.std_error),
    }


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def sentence(one: PlaceVerdict) -> str:
    """Where the next nat belongs at a place, and which layers overfit."""
    prices = one.prices
    if not _is_known(prices):
        return f"At {aim(prices.place)} there are too few neighbours for prices on test items."
    first, *others = map(estimate, map(prices.price, range(len(prices.held_out))))
    worth = [f"one more nat in {_z(1)} saves {first}"]
    worth += [f"one in {_z(k)} {price}" for k, price in enumerate(others, 2)]
    parts = [f"At {aim(prices.place)} {listed(worth)} nats of distortion on test items"]
    if len(prices.held_out) > 1:
        parts += [f"the next nat belongs in {_z(one.next_nat)}" if one.next_nat else UNDECIDED]
    told = [": ".join(parts) + "."]
    for k, trained in enumerate(prices.training, 1):
        if k in one.overfits:
            told.append(f"{_z(k)} overfits: in training its price is {number(trained)}.")
        if k in one.worth_more:
            told.append(f"In training the price of {_z(k)} is only {number(trained)}.")
    return " ".join(told)


def summary(verdicts: Sequence[PlaceVerdict]) -> str:
    """How many places want the next nat where, and where layers overfit; "" without places."""
    if not verdicts:
        return ""
    known = [one for one in verdicts if _is_known(one.prices)]
    told = [
        f"What a nat is worth on test items is known at {len(known)} of {len(verdicts)} places."
    ]
    layers = range(1, len(verdicts[0].prices.held_out) + 1)
    if known and len(layers) > 1:
        nats = Counter(one.next_nat for one in known)
        where = [f"in {_z(k)} at {nats[k]}" for k in layers]
        told.append(
            f"The next nat is worth most {listed(where)} of them; at {nats[None]} that is "
            f"{UNDECIDED}."
        )
    worse = Counter(k for one in known for k in one.overfits)
    if worse:
        where = [f"{_z(k)} overfits at {worse[k]}" for k in sorted(worse)]
        told.append(f"{listed(where)}: there a nat is worth less than in training.")
    if known and _is_lone(known[0].prices):
        told.append("There is one training of each model, so nothing is decided.")
    return " ".join(told)


def _z(layer: int) -> str:
    return symbol("z", layer)
