"""D° at equal rates of models that were trained to them: those of the grid, and from scratch.

Each model comes close to its target r, and its prices λ say what the rest is worth: to first order
its distortion would be D + Σ_l λ_l (R_l − r_l) at the target itself. So there is nothing to solve,
and no target is out of reach for one of the two alone.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from hvae.config.grid import Point
from hvae.io.command import progress
from hvae.models.hierarchical import HierarchicalVAE
from hvae.plane.amortized_model import HeldOut
from hvae.plane.compare import PairedCosts, moved, ratio_scale
from hvae.training import checkpoint
from hvae.training.checkpoint import Card
from hvae.training.wanted import Floats

LOST = ("diverged", "unreachable")  # statuses of models that are not where they should be


class AtTarget(NamedTuple):
    """A model that was trained to rates, and each item's D° at these, in nats."""

    point: Point
    card: Card
    model: HierarchicalVAE
    distortion: Floats

    @property
    def lost(self) -> bool:
        """Whether it has no D° at its target."""
        return not np.isfinite(self.distortion).all()


class Compared(NamedTuple):
    """A model of the grid and the best one from scratch, at the same target on test items."""

    ours: AtTarget
    theirs: AtTarget

    @property
    def pair(self) -> PairedCosts:
        """What both cost; reached: whether both are at the target."""
        ours, theirs = self.ours, self.theirs
        prices = ours.card.prices or [math.nan] * ours.point.layers
        reached = not (ours.lost or theirs.lost)
        return PairedCosts(prices, ours.distortion, theirs.distortion, reached)

    @property
    def missed(self) -> bool:
        """Whether one of the two could not be trained to the target."""
        return "unreachable" in (self.ours.card.status, self.theirs.card.status)


def compared(
    rated: Iterable[Point], scratch: Iterable[Point], models: Path, held_out: HeldOut
) -> Iterator[Compared]:
    """Each model of `rated` to whose target others were trained from scratch, and their best."""
    restarts: dict[tuple[float, ...], list[Point]] = {}
    for point in scratch:
        restarts.setdefault(tuple(point.rates), []).append(point)
    best = {
        rates: at_target(_best(group, models, held_out), models, held_out, "test")
        for rates, group in progress(list(restarts.items()), "measuring models from scratch")
    }
    for point in rated:
        if theirs := best.get(tuple(point.rates)):
            yield Compared(at_target(point, models, held_out, "test"), theirs)


def _best(restarts: Sequence[Point], models: Path, held_out: HeldOut) -> Point:
    """The one with the least D° at the target on validation items; of lost ones the first."""

    def rank(point: Point) -> float:
        found = at_target(point, models, held_out, "validation")
        return math.inf if found.lost else float(found.distortion.mean())

    return min(restarts, key=rank)


def at_target(point: Point, models: Path, held_out: HeldOut, split: str) -> AtTarget:
    """The model of a point, measured on a split; nan where it diverged or missed its target."""
    card, model = checkpoint.card(models, point.model), checkpoint.load(models, point.model)
    if card.prices is None or card.status in LOST:
        return AtTarget(point, card, model, np.full(len(held_out.items(split).x), math.nan))
    measured = ratio_scale(model, held_out.measure(model, split), math.prod(card.shape))
    return AtTarget(point, card, model, moved(measured, np.array(point.rates), card.prices))
