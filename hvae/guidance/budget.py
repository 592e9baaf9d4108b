"""What a code may cost: points that take too many bits are no candidates for compression."""

import math
from collections.abc import Sequence
from statistics import mean

from hvae.guidance.surface import Surface
from hvae.results.places import Place, Row

RATE = {"task": "compression", "layers": "", "method": "rate", "metric": "bits_per_dim"}


def bits(selection: Sequence[Row]) -> dict[str, float]:
    """Bits per data dimension of each point, on validation items: R_total / (n ln 2)."""
    rows = [row for row in selection if all(row[name] == text for name, text in RATE.items())]
    return {row["point"]: row["value"] for row in rows}


def within(surface: Surface, selection: Sequence[Row], most: float) -> Surface:
    """The surface with those places barred that take more than `most`, or whose cost is unknown."""
    costs = bits(selection)

    def cheap(place: Place) -> bool:
        return mean(costs.get(point, math.inf) for point in place.points) <= most

    return surface.without(cheap)
