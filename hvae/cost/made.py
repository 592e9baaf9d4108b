"""How many models and points a run makes: counts from its parameters alone."""

from collections.abc import Mapping, Sized
from typing import NamedTuple

from hvae.config import baseline
from hvae.config.params import Params


class Made(NamedTuple):
    """How many there will be of each.

    models: trained for the points; anchors: trained beside one for a whole plane; targets: points
    that are asked for by their rates, and that have files of their own; looked_into: points with
    latents and pictures.
    """

    models: int
    points: int
    anchors: int
    targets: int
    looked_into: int


def made(params: Params) -> Made:
    """What a run makes, but for its single-layer baseline."""
    points = _count(params.rows())
    return Made(
        models=len(params.grid.seeds) if params.amortized else points,
        points=points,
        anchors=_count(params.anchors()),
        targets=_count(params.grid.targets()),
        looked_into=_count(params.looked_into()),
    )


def made_single(params: Params) -> Made:
    """What the single-layer baseline adds; zeros where there is none."""
    rows = baseline.rows(params)
    points = _count(rows)
    return Made(
        models=len(rows) if params.amortized else points,
        points=points,
        anchors=0,
        targets=0,
        looked_into=_count(baseline.looked_into(params)),
    )


def _count(rows: Mapping[str, Sized]) -> int:
    return sum(len(row) for row in rows.values())


def looks(params: Params) -> list[str]:
    """What of the points is looked into, in a sentence where it is not all of them."""
    count = made(params)
    if count.looked_into == count.points:
        return []
    return [
        f"latents, information and tasks are of {count.looked_into} of the "
        f"{_of(count.points, 'point')} (evaluation.every: {params.evaluation.every}); advice is "
        "from these alone"
    ]


def models(params: Params) -> str:
    """`49 models`, or `1 model for 441 points, 9 independent anchors and 1 single-layer model`."""
    count, single = made(params), made_single(params).models
    found = [_of(count.models, "model")]
    if params.amortized:
        found[0] += f" for {_of(count.points + count.targets, 'point')}"
        found += [_of(count.anchors, "independent anchor")]
    if single:
        found += [_of(single, "single-layer model")]
    *first, last = found
    return f"{', '.join(first)} and {last}" if first else last


def _of(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
