"""Recommendations in plain sentences: what to train for, what that gives, and how sure it is.

At the end, numbers are written for people: β, rates with errors, values with intervals.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np

from hvae.config.task import Name, spoken
from hvae.guidance.choose import Choice, Compromise, edge
from hvae.guidance.gains import Against, Gain
from hvae.guidance.surface import Spot, Surface, Value
from hvae.results.quantities import Measure
from hvae.results.rates import Place
from hvae.statistics.estimate import Estimate, number

SMALL = 5e-3  # nats: a rate below is only said to be small
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
NO_COMPROMISE = "No point may be chosen for all applications that have a weight."
BEYOND = {"smallest total": "a smaller", "largest total": "a larger"}
NAMELESS = "the source's own"  # a setting without a name, beside others that have one


def recommendation(
    surface: Surface,
    choice: Choice,
    under: str = "",
    means: Spot | None = None,
    unconverged: Collection[str] = (),
) -> str:
    """What to use for an application, where `under` a condition that bars some points.

    What is known of other trainings is the same for many, and is in `seeds`.
    means: the same place read from posterior means, for a remark. unconverged: points whose
    training stopped too early.
    """
    best = choice.best
    parts = [
        f"For {spoken(surface.application.name)}{under}, {_use(best.place)}. On test items that "
        f"gives {surface.metric.words} of {interval(surface.metric, best.test)[:-1]}"
        f"{_how(surface, best)}), at rates of {rates(best.place)}.",
        *_by_chance(surface.metric, best.test),
        *_too_early(best.place, unconverged),
        *_edge(edge(best.place, surface.places)),
        *_region(surface, choice),
        *_left_out(surface),
    ]
    if means is not None:
        parts.append(
            "Posterior means, which no rate limits, give "
            f"{interval(surface.metric, means.test)} there."
        )
    return " ".join(parts)


def _how(surface: Surface, spot: Spot) -> str:
    """How z is read, and of which setting the value is, or over which a mean."""
    layers, method, setting = spot.variant
    task = surface.application.task
    parts = [f"samples of {layers}"] if layers else []
    parts += [f"method {method}"] if task.ways else []
    parts += [task.told(setting)] if setting else []
    if len(surface.settings) > 1:
        named = [task.told(one) or NAMELESS for one in surface.settings]
        parts.append(f"mean over {listed(named)}")
    return f"; {', '.join(parts)}" if parts else ""


def _use(place: Place) -> str:
    return f"train to {aim(place)}" if place.target else f"use {aim(place)}"


def _by_chance(metric: Measure, value: Value) -> list[str]:
    """That a guess may do as well; the interval says so."""
    if metric.chance is None:
        return []
    end = value.low if metric.higher else value.high
    sure = metric.sign * (end - metric.chance) > 0
    return [] if sure else [f"A guess, which has {metric.chance:g}, may do as well."]


def _too_early(place: Place, unconverged: Collection[str]) -> list[str]:
    """That more steps would change the model that is advised."""
    many, short = len(place.points), len(set(place.points) & set(unconverged))
    if not short:
        return []
    which = "Its training" if many == 1 else f"{short} of its {many} trainings"
    return [f"{which} stopped too early: more steps would change this."]


def _edge(ends: Sequence[str]) -> list[str]:
    """That there may be better beyond, where a place is at these ends of what was measured."""
    betas = [symbol("β", int(end[5:])) for end in ends if end.startswith("beta_")]
    if betas:
        return [f"That is at the edge of the grid ({listed(betas)}): a wider grid might do better."]
    return [f"That is the {end} of the lattice: {BEYOND[end]} one might do better." for end in ends]


def _region(surface: Surface, choice: Choice) -> list[str]:
    """The points that are not significantly worse; nothing where trainings are too few to say."""
    many, region = choice.candidates, [spot.place for spot in choice.region]
    alike = many < len(surface.spots)
    points = "points that spend as much (within 5 %)" if alike else "points"
    if many == 1:
        return [] if alike else ["There was no other point to choose from."]
    if choice.trainings == 1:
        return []
    if not choice.decided:
        return [
            f"On validation items, on which it was chosen, none of the {many} {points} is "
            "significantly worse."
        ]
    if len(region) == 1:
        return [
            f"On validation items, on which it was chosen, each of the other {many - 1} {points} "
            "is significantly worse."
        ]
    rated = bool(choice.best.place.target)
    wanted = [place.target if rated else place.beta for place in region]
    axes = [
        f"{symbol('R' if rated else 'β', layer)} {span(values)}"
        for layer, values in enumerate(zip(*wanted, strict=True), 1)
    ]
    total = span(place.total.value for place in region)
    return [
        f"On validation items, on which it was chosen, {len(region)} of {many} {points} are not "
        f"significantly worse than the best: those with {listed(axes)}, total rate {total} "
        "nats."
    ]


def _left_out(surface: Surface) -> list[str]:
    many = len(surface.left_out)
    if not many:
        return []
    what = "1 point is" if many == 1 else f"{many} points are"
    return [f"{what} not compared, since a training or some items are missing."]


ONE_TRAINING = "There is one training at each point, and another might rank the points otherwise."


def seeds(spot: Spot) -> str:
    """What is known of other trainings."""
    many = len(spot.place.points)
    if many > 1:
        return f"All values are means over {many} trainings, whose spread is part of the errors."
    return ONE_TRAINING


def agreed(found: Compromise, surfaces: Mapping[Name, Surface]) -> str:
    """What one model for everything is."""
    uneven = len(set(found.weights.values())) > 1
    weights = ", ".join(f"{spoken(name)} {weight:g}" for name, weight in found.weights.items())
    there = [
        f"{surfaces[name].metric.words} of {surfaces[name].metric.told(spot.test.value)} "
        f"for {spoken(name)}"
        for name, spot in found.spots.items()
    ]
    over = any(surfaces[name].barred for name in found.spots)
    more = [
        *_edge(found.edge),
        *(["Points over a budget could not be chosen."] if over else []),
    ]
    weighed = f"weights {weights}" if uneven else "equal weights"
    return (
        f"If one point has to serve all, with {weighed}, it is {aim(found.place)}, with rates of "
        f"{rates(found.place)}. It scores {found.score:.2f} on validation items, where 1 would be "
        f"the best for each at once. On test items it gives {listed(there)}."
        f"{''.join(f' {one}' for one in more)}"
    )


def gained(gain: Gain, metric: Measure, layers: int) -> str:
    """What the layers above the first add to an application, and the rates of either side."""
    upper = "The second layer" if layers == 2 else "The layers above the first"
    adds, costs = ("add", "cost") if layers > 2 else ("adds", "costs")
    least, several = gain.weakest, len(gain.against) > 1
    name = spoken(gain.application)
    amount = (f"at least {_amount(least)}" if several else _amount(least)) + metric.ending
    what = {
        None: f"cannot be judged for {name}, since the two sides do not compare",
        "undecided": f"{adds} nothing that is significant for {name}",
        "more": f"{adds} {amount} for {name}",
        "less": f"{costs} {amount} for {name}",
    }.get(gain.verdict, f"cannot be judged for {name} from one training")
    sides = "; ".join(_sides(gain, metric, several))
    end = "" if least.single.place.target else ", each at the point chosen for it"
    alone = all(_lone(one.ours.place) for one in gain.against)
    remark = " Only one layer is open there, so networks are compared, not layers." if alone else ""
    return f"{upper} {what}: {sides}, on test items{end}.{remark}"


def _lone(place: Place) -> bool:
    """Whether one of several layers, at most, was given a rate."""
    return len(place.target) > 1 and sum(rate > 0 for rate in place.target) < 2


def _amount(one: Against) -> str:
    if one.difference is None:
        return ""
    return estimate(Estimate(abs(float(one.difference.value)), float(one.difference.std_error)))


def _sides(gain: Gain, metric: Measure, several: bool) -> list[str]:
    """Each of our places once, with the single layers that it is compared with."""
    compared: dict[str, list[str]] = {}
    for one in gain.against:
        width = f" of width {one.width}" if several else ""
        single = f"{_stands(one.single, metric)} with one layer{width}"
        compared.setdefault(_stands(one.ours, metric), []).append(single)
    return [f"{ours}, against {listed(singles)}" for ours, singles in compared.items()]


def _stands(spot: Spot, metric: Measure) -> str:
    """A value, and what it takes: two sides compare only where they spend about as much."""
    total = "" if spot.place.target else f" and {number(spot.place.total.value)} nats"
    return f"{metric.told(spot.test.value)} at {aim(spot.place)}{total}"


def error(value: float) -> str:
    """A standard error: two digits."""
    return np.format_float_positional(float(f"{value:.2g}"), trim="-")


def estimate(one: Estimate) -> str:
    """A value ± its standard error, to as many digits as the error leaves."""
    if not (math.isfinite(one.value) and 0 < one.std_error < math.inf):
        return f"{number(one.value)} ± {error(one.std_error)}"
    exponent = math.floor(math.log10(one.std_error))
    places = max(0, (1 if one.std_error < 2.95 * 10**exponent else 0) - exponent)
    return f"{one.value:.{places}f} ± {one.std_error:.{places}f}".replace("-", "−")


def aim(place: Place) -> str:
    """What to train for there: β = (0.1, 10), or R = (9, 3) nats."""
    values = place.target or place.beta
    each = ", ".join(f"{value:.4g}" for value in values)
    listing = f"({each})" if len(values) > 1 else each
    return f"R = {listing} nats" if place.target else f"β = {listing}"


def symbol(name: str, layer: int) -> str:
    """β₁, R₂."""
    return name + str(layer).translate(SUBSCRIPTS)


def rates(place: Place) -> str:
    """The rate of each layer and, where there are several, their total, in nats."""
    told = [rate(one) for one in place.rates]
    equal = [one if one.startswith("<") else f"= {one}" for one in told]
    each = [f"{symbol('R', k)} {one}" for k, one in enumerate(equal, 1)]
    total = f", {estimate(place.total)} in total" if len(each) > 1 else ""
    return f"{listed(each)} nats{total}"


def rate(one: Estimate) -> str:
    """A rate in nats ± its standard error; of a closed layer, that it is small."""
    return "< 0.01" if abs(one.value) < SMALL else estimate(one)


def interval(metric: Measure, value: Value) -> str:
    """A value with its 95 % interval."""
    low, high = map(metric.number, (value.low, value.high))
    return f"{metric.told(value.value)} (95 % from {low} to {high})"


def listed(parts: Sequence[str]) -> str:
    """One, two and three."""
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last


def span(values: Iterable[float]) -> str:
    """From the least to the most."""
    found = list(values)
    low, high = number(min(found)), number(max(found))
    return low if low == high else f"from {low} to {high}"
