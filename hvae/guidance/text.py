"""Recommendations in plain sentences: where to go, what it gives, and how sure that is."""

from collections.abc import Mapping, Sequence

from hvae.config.guidance import Name
from hvae.guidance import words
from hvae.guidance.applications import Metric
from hvae.guidance.choose import Choice
from hvae.guidance.compromise import Compromise
from hvae.guidance.edge import edge
from hvae.guidance.gains import Gain
from hvae.guidance.surface import Spot, Surface
from hvae.statistics.estimate import Estimate

NAMELESS = "the source's own"  # a problem without a name of its own, beside others that have one


def recommendation(
    surface: Surface, choice: Choice, under: str = "", means: Spot | None = None
) -> str:
    """What to use for an application, where `under` a condition that bars some points.

    What its errors know of other trainings is the same for many: `seeds` tells it.
    means: the same place read from posterior means, which is told as a remark.
    """
    best = choice.best
    parts = [
        f"For {surface.application.name}{under}, use β = {words.beta(best.place)}: it lands at "
        f"{words.rates(best.place)}, and gives {surface.metric.words} of "
        f"{words.interval(surface.metric, best.test)} on test items{_how(surface, best)}.",
        *_edge(edge(best.place, surface.places)),
        _region(surface, choice),
    ]
    if means is not None:
        parts.append(
            "Posterior means, which no rate limits, give "
            f"{words.interval(surface.metric, means.test)} there."
        )
    return " ".join(parts)


def _how(surface: Surface, spot: Spot) -> str:
    """How z is read, and what the value is a mean over."""
    layers, method = spot.variant
    parts = [f"samples of {layers}"] if layers else []
    parts += [f"method {method}"] if surface.application.ways else []
    if surface.problems:
        parts.append(f"mean over {words.listed([one or NAMELESS for one in surface.problems])}")
    return f" ({', '.join(parts)})" if parts else ""


def _edge(layers: Sequence[int]) -> list[str]:
    """That a wider grid might do better, where the place lies at the end of these layers' β."""
    if not layers:
        return []
    ends = words.listed([words.symbol("β", layer) for layer in layers])
    return [f"That is at the edge of the grid ({ends}): a wider grid might do better."]


def _region(surface: Surface, choice: Choice) -> str:
    """The points that are not significantly worse."""
    many, region = len(surface.spots), [spot.place for spot in choice.region]
    if many == 1:
        return "There was no other point to choose from."
    if not choice.decided:
        return (
            f"Nothing is significantly best: on validation items, where the choice was made, none "
            f"of {many} points is significantly worse."
        )
    if len(region) == 1:
        return (
            f"On validation items, where the choice was made, each of the other {many - 1} points "
            "is significantly worse."
        )
    axes = [
        f"{words.symbol('β', layer)} {words.span(values)}"
        for layer, values in enumerate(zip(*(place.beta for place in region), strict=True), 1)
    ]
    total = words.span(place.total.value for place in region)
    return (
        f"{len(region)} of {many} points are not significantly worse than the best on validation "
        f"items, where the choice was made: they have {words.listed(axes)}, and total rates "
        f"{total} nats."
    )


def seeds(spot: Spot) -> str:
    """What the errors of its values know of other trainings."""
    many = len(spot.place.points)
    if many > 1:
        return f"All are means over {many} seeds, whose spread is in the errors."
    return "There is one seed: what another training would give is not in the errors."


def agreed(found: Compromise, surfaces: Mapping[Name, Surface]) -> str:
    """What one model for everything is."""
    uneven = len(set(found.weights.values())) > 1
    weights = ", ".join(f"{name} {weight:g}" for name, weight in found.weights.items())
    there = [
        f"{surfaces[name].metric.words} of {surfaces[name].metric.told(spot.test.value)} for {name}"
        for name, spot in found.spots.items()
    ]
    over = any(surfaces[name].barred for name in found.spots)
    more = [*_edge(found.edge), *(["Points over a budget were no candidates."] if over else [])]
    return (
        f"One point for all, with {f'weights {weights}' if uneven else 'equal weights'}, is "
        f"β = {words.beta(found.place)}: it lands at {words.rates(found.place)}, scores "
        f"{found.score:.2f} on validation items (1 would be the best for each at once), and gives "
        f"{words.listed(there)} on test items.{''.join(f' {one}' for one in more)}"
    )


NO_COMPROMISE = "No point may be chosen for all applications that have a weight."


def bought(gain: Gain, metric: Metric, layers: int) -> str:
    """What the layers above the first buy for an application, and at which rates either side is."""
    upper = "The second layer" if layers == 2 else "The layers above the first"
    verb = "buy" if layers > 2 else "buys"
    amount = words.estimate(Estimate(abs(gain.gain), gain.std_error)) + metric.unit
    if not gain.comparable:
        what = f"cannot be judged for {gain.application}, where the rates that are spent differ"
    elif not gain.significant:
        what = f"{verb} nothing that is significant for {gain.application}"
    elif gain.gain > 0:
        what = f"{verb} {amount} for {gain.application}"
    else:
        what = f"{'cost' if layers > 2 else 'costs'} {amount} for {gain.application}"
    ours, single = (_stands(one.best, metric) for one in (gain.ours, gain.single))
    return (
        f"{upper} {what}: {ours}, against {single}, with one layer, on test items, each at the "
        "point chosen for it."
    )


def _stands(spot: Spot, metric: Metric) -> str:
    """A value, and what it takes: two sides compare only where they spend about as much."""
    total = words.number(spot.place.total.value)
    return f"{metric.told(spot.test.value)} at β = {words.beta(spot.place)} and {total} nats"
