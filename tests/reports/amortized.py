"""What an amortised run has beside its plane: comparisons with independent models."""

import math
from collections.abc import Iterator, Sequence

from hvae.config.grid import Point
from hvae.config.params import Params
from hvae.io import tables
from hvae.statistics.estimate import Row

RATIO = {"objective": 1.02, "polished": 0.97, "distortion": 1.1}  # by kind of comparison


def certificate(params: Params, trained: Sequence[Point]) -> Iterator[Row]:
    """The first restart at every β is the best; the rates of the last one are out of reach."""
    anchors = [point for row in list(params.anchors().values())[:1] for point in row]
    compared = [point for point in anchors if point in trained]
    kinds = {kind: RATIO[kind] for kind in RATIO if params.training.polish or kind != "polished"}
    for place, point in enumerate(compared):
        for comparison, ratio in kinds.items():
            lost = comparison == "distortion" and place == len(compared) - 1
            verdict = "unreachable" if lost else "holds" if ratio < 1.05 else "violated"
            numbers = dict.fromkeys(("amortized", "ratio", "ratio_se", "low", "high"), math.nan)
            if not lost:
                numbers = {"amortized": 60 * ratio, "ratio": ratio, "ratio_se": 0.01}
                numbers |= {"low": ratio - 0.02, "high": ratio + 0.02}
            beta = tables.by_layer("beta", point.beta)
            beta |= tables.by_layer("target", [math.nan] * point.layers)
            names = {"point": point.name, "seed": 0, "comparison": comparison, "verdict": verdict}
            yield names | beta | numbers | {"independent": 60.0}


def certificate_at_rates(params: Params, lost: bool = False) -> Iterator[Row]:
    """Each model at given rates is as good as the first from scratch; lost: the last missed it."""
    points = next(iter(params.scratch_rows().values()))
    for place, point in enumerate(points):
        missed = lost and place == len(points) - 1
        numbers = dict.fromkeys(("amortized", "ratio", "ratio_se", "low", "high"), math.nan)
        if not missed:
            numbers = {"amortized": 9.0, "ratio": 1.0, "ratio_se": 0.01, "low": 0.98, "high": 1.02}
        places = tables.by_layer("target", point.rates)
        places |= tables.by_layer("beta", [0.5] * point.layers)
        names = {"point": point.name, "seed": 0, "comparison": "distortion", "independent": 9.0}
        yield names | places | numbers | {"verdict": "unreachable" if missed else "holds"}
