"""How many models and points a run makes: counts from its parameters alone."""

from collections.abc import Mapping, Sized
from typing import NamedTuple

from hvae.config import baseline
from hvae.config.params import Params


class Counts(NamedTuple):
    """How many there will be of each.

    models: trained for the points; anchors: trained beside one for a whole plane; targets: points
    that are trained to given rates; evaluated: points with latents and pictures.
    """

    models: int
    points: int
    anchors: int
    targets: int
    evaluated: int


def counts(params: Params) -> Counts:
    """What a run makes, but for its single-layer baseline."""
    points = _count(params.rows())
    return Counts(
        models=len(params.grid.seeds) if params.amortized else points,
        points=points,
        anchors=_count(params.anchors()),
        targets=_count(params.rate_rows()),
        evaluated=_count(params.evaluated_rows()),
    )


def baseline_counts(params: Params) -> dict[int, Counts]:
    """What the single-layer baseline of each width adds; nothing where there is none."""
    return {width: _single(params, len(points)) for width, points in baseline.names(params).items()}


def _single(params: Params, points: int) -> Counts:
    """Of one width: at given rates each point has a model, which was trained to a target."""
    if params.grid.totals():
        return Counts(models=0, points=0, anchors=0, targets=points, evaluated=points)
    return Counts(
        models=len(params.grid.seeds) if params.amortized else points,
        points=points,
        anchors=0,
        targets=0,
        evaluated=_count(baseline.evaluated_rows(params)),
    )


def _count(rows: Mapping[str, Sized]) -> int:
    return sum(len(row) for row in rows.values())


def evaluated_part(params: Params) -> list[str]:
    """How many of the points are evaluated, in a sentence where it is not all of them."""
    count = counts(params)
    if count.targets or count.evaluated == count.points:
        return []
    return [
        f"latents, information and tasks are of {count.evaluated} of the "
        f"{_of(count.points, 'point')} (evaluation.every: {params.evaluation.every}); advice is "
        "from these alone"
    ]


def models(params: Params) -> str:
    """`49 models`, or `1 model for 441 points, 9 independent anchors and 1 single-layer model`."""
    count, singles = counts(params), baseline_counts(params).values()
    single = sum(one.models + one.targets for one in singles)
    found = [_of(count.models, "model")]
    if params.amortized:
        found[0] += f" for {_of(count.points, 'point')}"
        found += [_of(count.anchors, "independent anchor")]
    if count.targets:
        found.append(f"{_of(count.targets, 'model')} trained to given rates")
    if single:
        found += [_of(single, "single-layer model")]
    *first, last = found
    return f"{', '.join(first)} and {last}" if first else last


def _of(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
