"""What an amortised run has beside its plane: comparisons with independent models."""

import math
from collections.abc import Iterator, Sequence

from hvae.config.grid import Point
from hvae.config.params import Params
from hvae.statistics.estimate import Row

RATIO = {"objective": 1.02, "distortion": 1.1}  # the first of the verdicts below


def certificate(params: Params, trained: Sequence[Point]) -> Iterator[Row]:
    """The first restart at every β is the best; the rates of the last one are out of reach."""
    anchors = [point for row in list(params.anchors().values())[:1] for point in row]
    compared = [point for point in anchors if point in trained]
    for place, point in enumerate(compared):
        for comparison, ratio in RATIO.items():
            lost = comparison == "distortion" and place == len(compared) - 1
            verdict = "unreachable" if lost else "holds" if ratio < 1.05 else "violated"
            numbers = dict.fromkeys(("amortized", "ratio", "ratio_se", "low", "high"), math.nan)
            if not lost:
                numbers = {"amortized": 60 * ratio, "ratio": ratio, "ratio_se": 0.01}
                numbers |= {"low": ratio - 0.02, "high": ratio + 0.02}
            beta = {f"beta_{layer}": value for layer, value in enumerate(point.beta, 1)}
            names = {"point": point.name, "seed": 0, "comparison": comparison, "verdict": verdict}
            yield names | beta | numbers | {"independent": 60.0}
