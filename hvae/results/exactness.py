"""How close trained models come to J°*, the least objective that any model of the source can reach.

It is known over the whole plane of β where the source is Gaussian (`hvae.bounds.rate_distortion`).
J° leaves out the likelihood's constant, so that ratios are meaningful.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from hvae.bounds.rate_distortion import optimal_objective
from hvae.io.tables import betas
from hvae.statistics.arguments import Numbers

NEAR = (0.03, 0.10)  # relative shortfalls that are counted
EVIDENCE = 3.0  # standard errors below J°* that speak of a mistake, not of chance


class Shortfall(NamedTuple):
    """J° of one model on test items against J°* at its β, both in nats per item."""

    point: str
    seed: int
    beta: tuple[float, ...]
    objective: float
    std_error: float
    least: float

    @property
    def ratio(self) -> float:
        """J° / J°*: 1 is the best there is."""
        return self.objective / self.least

    @property
    def ratio_se(self) -> float:
        """Its standard error; J°* has none."""
        return self.std_error / self.least


class Exactness(NamedTuple):
    """How many of an experiment's `points` come within 3 and 10 % of J°*, and the worst ratio.

    below: models that seem to beat the optimum by more than 3 standard errors; worst: the highest
    ratio, nan without points.
    """

    points: int
    within_3: int
    within_10: int
    worst: float
    below: int


class Difference(NamedTuple):
    """The same point of two experiments: J° / J°* of each."""

    beta: tuple[float, ...]
    first: Shortfall
    second: Shortfall

    @property
    def value(self) -> float:
        """How much higher the second ratio is."""
        return self.second.ratio - self.first.ratio


def shortfalls(
    points: Iterable[Mapping[str, Any]], layers: int, eigenvalues: Numbers, sigma: float
) -> list[Shortfall]:
    """One a row of `points.parquet` that did not diverge, for p(x | z) = N(x̂, sigma² I)."""
    return [
        _shortfall(point, betas(point, layers), eigenvalues, sigma)
        for point in points
        if math.isfinite(point["objective"])
    ]


def _shortfall(
    point: Mapping[str, Any], beta: tuple[float, ...], eigenvalues: Numbers, sigma: float
) -> Shortfall:
    least = optimal_objective(beta, eigenvalues, sigma)
    measured = point["objective"], point["objective_se"]
    return Shortfall(point["point"], point["seed"], beta, *measured, least)


def exactness(found: Sequence[Shortfall]) -> Exactness:
    """Count them."""
    ratios = [one.ratio for one in found]
    within_3, within_10 = (sum(ratio <= 1 + part for ratio in ratios) for part in NEAR)
    below = sum(one.least - one.objective > EVIDENCE * one.std_error for one in found)
    return Exactness(len(found), within_3, within_10, max(ratios, default=math.nan), below)


def differences(first: Iterable[Shortfall], second: Iterable[Shortfall]) -> list[Difference]:
    """The points that both experiments have."""
    others = {one.point: one for one in second}
    return [Difference(one.beta, one, others[one.point]) for one in first if one.point in others]
