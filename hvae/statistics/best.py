"""Which places may be the best for an application, of many that are compared at once.

Every place is compared with every other in pairs, and the level is that of all of them together.
How errors of the pairs depend on one another is taken from the scores. The level over the number
of other places (Bonferroni) keeps the true best as well, in smaller regions, but does not keep all
that are as good: of places that were all equal, some were outside in 15 % (10 places) and 26 % (25
places) of 80 simulated experiments.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hvae.statistics.comparison import LEVEL, Scores, differences
from hvae.statistics.estimate import Floats, Integers

DRAWS, BEYOND = 4000, 20  # of the largest z: at least so many, and as many above its quantile
SEED = 0


class Region(NamedTuple):
    """The number of the best place, and which are not significantly worse, (places,)."""

    best: int
    inside: NDArray[np.bool_]


def region(
    scores: Scores, sign: float = 1, level: float = LEVEL, among: Sequence[int] | None = None
) -> Region:
    """Where more is better (sign 1) or less (−1).

    among: the places that are compared, all if not given; others are outside, but how places vary
    over trainings is known from them, too.

    T_p is the largest z of the others less p. Places outside have a T_p above the 1 − `level`
    quantile of the largest T of those that are not yet outside, were all equal, with errors that
    depend on one another as here (step-down max-T: Romano & Wolf, JASA 2005). So with probability
    1 − `level` nothing outside is as good as the best: the region has the true best, and all that
    are as good. With one training all are inside.
    """
    places = np.arange(scores.places) if among is None else np.array(among)
    best = int(places[np.argmax(sign * scores.value[places])])
    compared = np.full(len(places), True)
    if scores.trainings > 1 and len(places) > 1:
        found = np.array([(sign * differences(scores, int(p)).z[places]).max() for p in places])
        drawn = largest(scores, places, max(DRAWS, round(BEYOND / level)))
        while (out := found > np.quantile(drawn[compared].max(0), 1 - level))[compared].any():
            compared &= ~out
    inside = np.full(scores.places, False)
    inside[places] = compared
    return Region(best, inside)


def largest(scores: Scores, places: Integers, draws: int = DRAWS) -> Floats:
    """T_p in experiments where all of these places are equal, (places, draws)."""
    values, vectors = np.linalg.eigh(_covariance(scores, places))
    random = np.random.default_rng(SEED)
    normal = random.standard_normal((draws, len(places)))
    drawn = vectors * np.sqrt(values.clip(0)) @ normal.T
    return np.stack([_largest(drawn - one) for one in drawn])


def _largest(apart: Floats) -> Floats:
    error = np.sqrt(np.square(apart).mean(1, keepdims=True))
    return (apart / np.where(error > 0, error, 1)).max(0)


def _covariance(scores: Scores, places: Integers) -> Floats:
    """Of the errors of the values, but for what is common to all places: (places, places)."""
    away = (scores.by_item - scores.value[:, None])[places]
    of_items = away @ away.T / (scores.items * (scores.items - 1))
    return of_items + np.diag(scores.tau[places] / scores.trainings)
