"""Which places may be the best for an application, of many that are compared at once.

Every place is compared with every other in pairs, and the level is that of all of them together.
How errors of the pairs depend on one another is taken from the scores. The level over the number
of other places (Bonferroni) keeps the true best as well, in smaller regions, but does not keep all
that are as good: of places that were all equal, some were outside in 15 % (10 places) and 26 % (25
places) of 80 simulated experiments.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hvae.statistics.comparison import LEVEL, Scores, differences
from hvae.statistics.estimate import Floats

DRAWS = 4000  # of the largest z
SEED = 0


class Region(NamedTuple):
    """The number of the best place, and which are not significantly worse, (places,)."""

    best: int
    inside: NDArray[np.bool_]


def region(scores: Scores, sign: float = 1, level: float = LEVEL) -> Region:
    """Where more is better (sign 1) or less (−1).

    T_p is the largest z of the others less p. Places outside have a T_p above the 1 − `level`
    quantile of the largest T of those that are not yet outside, were all equal, with errors that
    depend on one another as here (step-down max-T: Romano & Wolf, JASA 2005). So with probability
    1 − `level` nothing outside is as good as the best: the region has the true best, and all that
    are as good. With one training all are inside.
    """
    best = int(np.argmax(sign * scores.value))
    inside = np.full(scores.places, True)
    if scores.trainings == 1 or scores.places == 1:
        return Region(best, inside)
    found = np.array([(sign * differences(scores, p).z).max() for p in range(scores.places)])
    drawn = largest(scores)
    while (outside := found > np.quantile(drawn[inside].max(0), 1 - level))[inside].any():
        inside &= ~outside
    return Region(best, inside)


def largest(scores: Scores) -> Floats:
    """T_p in experiments where all places are equal, (places, DRAWS)."""
    values, vectors = np.linalg.eigh(_covariance(scores))
    random = np.random.default_rng(SEED)
    normal = random.standard_normal((DRAWS, scores.places))
    drawn = vectors * np.sqrt(values.clip(0)) @ normal.T
    return np.stack([_largest(drawn - one) for one in drawn])


def _largest(apart: Floats) -> Floats:
    error = np.sqrt(np.square(apart).mean(1, keepdims=True))
    return (apart / np.where(error > 0, error, 1)).max(0)


def _covariance(scores: Scores) -> Floats:
    """Of the errors of the values, but for what is common to all places: (places, places)."""
    away = scores.by_item - scores.value[:, None]
    of_items = away @ away.T / (scores.items * (scores.items - 1))
    return of_items + np.diag(scores.tau / scores.trainings)
