"""Best places at the edge of what was measured: no one has looked beyond them."""

from collections.abc import Iterable

from hvae.results.places import Place


def edge(place: Place, measured: Iterable[Place]) -> list[int]:
    """The layers, from 1, whose β is the least or the most of several that were measured."""
    axes = zip(*(one.beta for one in (place, *measured)), strict=True)
    return [layer for layer, (own, *others) in enumerate(axes, 1) if _is_end(own, {own, *others})]


def _is_end(own: float, values: set[float]) -> bool:
    return len(values) > 1 and own in (min(values), max(values))
