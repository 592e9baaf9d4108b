"""Kinds of points: of the grid, independent models beside it, and those asked for by rates."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from hvae.config.grid import Point, Target
from hvae.config.params import Params

Row = dict[str, Any]


class Kinds(NamedTuple):
    """Rows of `points.parquet`; anchors and targets exist beside an amortised plane alone."""

    points: list[Row]
    anchors: list[Row]
    targets: list[Row]


def split(params: Params, points: Iterable[Row]) -> Kinds:
    """The rows by kind, each in their order."""
    anchors, targets = _names(params.anchors()), _names(params.grid.targets())
    result = Kinds([], [], [])
    for row in points:
        name = row["point"]
        place = result.anchors if name in anchors else result.targets if name in targets else None
        (result.points if place is None else place).append(row)
    return result


def part(params: Params) -> str:
    """Which points have latents, in words; "" where all have them."""
    some, whole = (sum(map(len, rows.values())) for rows in (params.looked_into(), params.rows()))
    if some == whole:
        return ""
    nth = ordinal(params.evaluation.every)
    return f"every {nth} value of each β, its ends and middle ({some} of {whole} points)"


def ordinal(number: int) -> str:
    """2nd, 3rd, 5th, 11th, 21st."""
    teens = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _names(rows: Mapping[str, Sequence[Point | Target]]) -> set[str]:
    return {point.name for row in rows.values() for point in row}
