"""Experiments with known answers: scores of places over trainings, on the same items.

Each returns pseudo-values (places, trainings, items) and the true values of the places, which are
means over trainings and items without end.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from scipy.special import entr, ndtr, ndtri

from hvae.statistics.comparison import Scores
from hvae.statistics.estimate import Floats, Integers
from hvae.statistics.proportion import placements
from hvae.statistics.sampled import nmi

TRAININGS = 3
CLASSES = 10
LAWS = 2000  # quantiles of the law of trainings, over which a true value is averaged


class Simulated(NamedTuple):
    """Scores, and the true values, (places,)."""

    scores: Scores
    truth: Floats


class Spread(NamedTuple):
    """Standard deviations of what scores are made of, beside the item's own, which is 1.

    of_training: α_s; of_place: τ, one or one a place; of_pair: an item at a place; crossed: an item
    at a place in one training.
    """

    of_training: float = 0.2
    of_place: float | tuple[float, ...] = 0.05
    of_pair: float = 0.3
    crossed: float = 0.3


def means(
    random: Generator,
    truth: Floats,
    spread: Spread,
    items: int = 200,
    trainings: int = TRAININGS,
    own: Floats | None = None,
) -> Simulated:
    """Normal scores; own: the part of the items themselves, where another lattice has it, too."""
    places = len(truth)
    shape = (places, trainings, items)
    own = random.standard_normal(items) if own is None else own
    tau = np.broadcast_to(spread.of_place, places)[:, None, None]
    found = (
        np.asarray(truth)[:, None, None]
        + own
        + spread.of_training * random.standard_normal((1, trainings, 1))
        + tau * random.standard_normal((places, trainings, 1))
        + spread.of_pair * random.standard_normal((places, 1, items))
        + spread.crossed * random.standard_normal(shape)
    )
    return Simulated(Scores(found), np.asarray(truth))


def hits(random: Generator, shares: Floats, items: int = 360, tau: float = 0.3) -> Simulated:
    """1 where a probe is right: a latent normal of the item and of the pair is below a level."""
    levels = ndtri(shares) * np.sqrt(1 + tau**2)  # so that shares are means over trainings
    level = levels[:, None, None] + tau * random.standard_normal((len(shares), TRAININGS, 1))
    hard = 0.8 * random.standard_normal(items)
    hard = hard + 0.6 * random.standard_normal((len(shares), TRAININGS, items))
    return Simulated(Scores((hard < level).astype(float)), shares)


def clusterings(
    random: Generator, confusion: Floats, items: int = 360, spread: float = 0.02
) -> Simulated:
    """NMI of clusters, which miss the class of a share of the items: for one of two neighbours.

    Those items are mostly the same at every place. A training adds a normal number to the share.
    """
    label = random.integers(CLASSES, size=items)
    own, own_step = random.random(items), random.integers(1, 3, size=items)
    found = np.empty((len(confusion), TRAININGS, items))
    for place, training in np.ndindex(len(confusion), TRAININGS):
        share = confusion[place] + spread * random.standard_normal()
        same = random.random(items) < 0.7
        missed = np.where(same, own, random.random(items)) < share
        step = np.where(same, own_step, random.integers(1, 3, size=items))
        cluster = np.where(missed, label + step, label) % CLASSES
        found[place, training] = of_cells(nmi, label, cluster)
    return Simulated(Scores(found), np.array([_true_nmi(one, spread) for one in confusion]))


def of_cells(statistic: Callable[[Integers], Floats], label: Integers, cluster: Integers) -> Floats:
    """Pseudo-values n T − (n − 1) T_(−i), (items,), which depend on the item's cell alone."""
    n, cell = len(label), label * CLASSES + cluster
    table = np.bincount(cell, minlength=CLASSES**2).reshape(1, CLASSES, CLASSES)
    filled = np.flatnonzero(table)
    without = np.repeat(table.reshape(1, -1), len(filled), 0)
    without[np.arange(len(filled)), filled] -= 1
    of_cell = np.zeros(CLASSES**2)
    left_out = statistic(without.reshape(-1, CLASSES, CLASSES))
    of_cell[filled] = n * statistic(table)[0] - (n - 1) * left_out
    return of_cell[cell]


@cache
def _true_nmi(confusion: float, spread: float) -> float:
    share = (confusion + spread * _laws()).clip(0, 1)[:, None, None]
    step = np.roll(np.eye(CLASSES), 1, 1) + np.roll(np.eye(CLASSES), 2, 1)
    return float(nmi(((1 - share) * np.eye(CLASSES) + share / 2 * step) / CLASSES).mean())


def inception(
    random: Generator, blurred: Floats, draws: int = 500, spread: float = 0.03
) -> Simulated:
    """Inception Scores of draws that show one class, or with this share all of them equally."""
    found, weights = np.empty((len(blurred), TRAININGS, draws)), _weights()
    for place, training in np.ndindex(len(blurred), TRAININGS):
        share = np.clip(blurred[place] + spread * random.standard_normal(), 0, 1)
        shown = np.eye(CLASSES)[random.choice(CLASSES, p=weights, size=draws)]
        unsure = random.random((draws, 1)) < share
        found[place, training] = _without_each(np.where(unsure, 1 / CLASSES, shown))
    return Simulated(Scores(found), np.array([_true_score(one, spread) for one in blurred]))


def _without_each(p: Floats) -> Floats:
    n, entropy = len(p), entr(p).sum(1)
    score = np.exp(entr(p.mean(0)).sum() - entropy.mean())
    mixed = entr((p.sum(0) - p) / (n - 1)).sum(1)
    return n * score - (n - 1) * np.exp(mixed - (entropy.sum() - entropy) / (n - 1))


@cache
def _true_score(blurred: float, spread: float) -> float:
    share = (blurred + spread * _laws()).clip(0, 1)
    mixed = (1 - share)[:, None] * _weights() + share[:, None] / CLASSES
    return float(np.exp(entr(mixed).sum(1) - share * np.log(CLASSES)).mean())


def _weights() -> Floats:
    return np.arange(1, CLASSES + 1) / (CLASSES * (CLASSES + 1) / 2)


def ranking(
    random: Generator, areas: Floats, normal: int = 360, outliers: int = 180, tau: float = 0.1
) -> Simulated:
    """AUROC of normal scores, as placements (DeLong et al., 1988): exact pseudo-values."""
    apart = ndtri(areas) * np.sqrt(2 + tau**2)
    own = random.standard_normal(normal + outliers)
    found = np.empty((len(areas), TRAININGS, normal + outliers))
    for place, training in np.ndindex(len(areas), TRAININGS):
        score = np.sqrt(0.7) * own + np.sqrt(0.3) * random.standard_normal(len(own))
        score[normal:] += apart[place] + tau * random.standard_normal()
        found[place, training] = of_ranks(score[:normal], score[normal:])
    return Simulated(Scores(found), ndtr(apart / np.sqrt(2 + tau**2)))


def of_ranks(normal: Floats, outliers: Floats) -> Floats:
    """A + N/n (V_i − A) of the normal items, then A + N/m (W_j − A) of the outliers."""
    parts = placements(normal, outliers)
    area, total = parts[1].mean(), len(normal) + len(outliers)
    return np.concatenate([area + total / len(part) * (part - area) for part in parts])


def _laws() -> Floats:
    return ndtri((np.arange(LAWS) + 0.5) / LAWS)
