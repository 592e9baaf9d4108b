"""The amortized model, one for a box of β: its rates at one β, and which β gives the rates wanted.

Neither needs training. A survey has the rates of one model on a coarse lattice over its box of β:
what is in reach. From a few points of it, the best of them first, a descent goes towards the rates
that are wanted, by nonlinear least squares in log β within the box of::

    r_l = log[ (R_l + c) / (wanted_l + c) ],        c = 2.5 nats

by trust regions (Branch, Coleman & Li 1999; scipy's `trf`). c makes 0.02 in r_l mean 2 % of a large
rate or 0.05 nats of a small one, and lets a layer be closed (rate 0), where r_l is flat in β_l.
"""

import math
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from scipy.optimize import least_squares

from hvae.config.params import Extraction
from hvae.config.training import Floats, miss, residuals
from hvae.data import prepared
from hvae.data.prepared import Items
from hvae.data.source import SPLITS
from hvae.errors import InputError
from hvae.io import tables
from hvae.io.command import progress
from hvae.latents.measure import Measured, measure
from hvae.models.hierarchical import HierarchicalVAE
from hvae.models.hypernetwork import Range
from hvae.training import checkpoint
from hvae.training.members import lattice

HELD_OUT = ("validation", "test")
Rates = Callable[[Sequence[float]], Floats]  # (β_1, …, β_L) ↦ (R_1, …, R_L), the same every time
FINEST = 5  # values of each β_l
STARTS = 4  # points of the survey that are tried
CLOSE = 0.05  # of what is allowed is what a descent stops at
STEP = 0.03  # of log β, for derivatives: weights are float32
LIMITS = {"gtol": 1e-5, "xtol": 1e-5, "max_nfev": 30}


class Survey(NamedTuple):
    """beta, rates: (points, L), in nats. Points whose rates are not finite are left out."""

    beta: Floats
    rates: Floats

    @property
    def low(self) -> Floats:
        """The least rate of each layer, (L,)."""
        return self.rates.min(0)

    @property
    def high(self) -> Floats:
        """The most rate of each layer, (L,)."""
        return self.rates.max(0)


def survey(rates: Rates, box: Sequence[Range]) -> Survey:
    """The rates at every point of a lattice that is even in log β and has the box's corners."""
    beta = lattice(box, FINEST)
    found = np.array([rates(one) for one in progress(beta, "surveying the plane")])
    finite = np.isfinite(found).all(1)
    if not finite.any():
        raise InputError("the model has no finite rates anywhere in its box of β")
    return Survey(np.array(beta)[finite], found[finite])


class Solution(NamedTuple):
    """Where the rates come closest to what is wanted; all fields (L,), rates in nats.

    reached: whether each is within 2 % or 0.05 nats, what is larger; low, high: the least and the
    most rate of each layer that was seen in the box.
    """

    beta: Floats
    rates: Floats
    reached: bool
    low: Floats
    high: Floats


def solve(rates: Rates, box: Sequence[Range], wanted: Sequence[float], seen: Survey) -> Solution:
    """β in the box with the `wanted` rates, from what a survey of `rates` has `seen`."""
    aim = np.asarray(wanted, dtype=np.float64)
    remembered = lru_cache(maxsize=None)(rates)
    first, *others = _starts(seen, aim)
    best, values = seen.beta[first], seen.rates[first]
    for start in [first, *others] if miss(values, aim) > CLOSE else []:
        beta = Descent(remembered, box, aim, seen.beta[start]).end()
        if _rank(found := remembered(tuple(beta.tolist())), aim) < _rank(values, aim):
            best, values = beta, found
        if miss(values, aim) <= 1:
            break
    low, high = np.minimum(seen.low, values), np.maximum(seen.high, values)
    return Solution(best, values, bool(miss(values, aim) <= 1), low, high)


def _starts(seen: Survey, wanted: Floats) -> list[int]:
    """The best points, second among them the best that has at least the rates that are wanted.

    Where a layer is closed its rate says nothing about the way, so that one start is on its open
    side.
    """
    order = np.argsort(np.square(residuals(seen.rates, wanted)).sum(1), kind="stable").tolist()
    opened = [point for point in order if (seen.rates[point] >= wanted).all()]
    return list(dict.fromkeys([order[0], *opened[:1], *order]))[:STARTS]


def _rank(rates: Floats, wanted: Floats) -> tuple[bool, float]:
    """What is reached comes first, then what is closest."""
    return miss(rates, wanted) > 1, float(np.square(residuals(rates, wanted)).sum())


class Descent(NamedTuple):
    """rates: remembers what it was asked; start: β (L,). An axis without width stays as it is."""

    rates: Rates
    box: Sequence[Range]
    wanted: Floats
    start: Floats

    def end(self) -> Floats:
        """The β where it stops."""
        low, high = np.log(np.array(self.box)).T[:, self.free]
        if not self.free.any():
            return self.start
        given = (self.residuals, np.log(self.start)[self.free], self.jacobian, (low, high))
        return self.beta(least_squares(*given, callback=self.stop_if_close, **LIMITS).x)

    @property
    def free(self) -> Floats:
        """Which axes have a width, (L,)."""
        return np.array([low < high for low, high in self.box])

    def beta(self, point: Floats) -> Floats:
        """β (L,) for log β along the free axes; rounding does not lead out of the box."""
        whole = self.start.copy()
        whole[self.free] = np.exp(point)
        return np.clip(whole, *np.array(self.box).T)

    def residuals(self, point: Floats) -> Floats:
        """r there, (L,)."""
        return residuals(self.rates(tuple(self.beta(point).tolist())), self.wanted)

    def jacobian(self, point: Floats) -> Floats:
        """∂r/∂log β by finite differences, downwards where a step up would leave the box."""
        low, high = np.log(np.array(self.box)).T[:, self.free]
        steps = np.minimum(STEP, (high - low) / 4)
        steps = np.where(point + steps <= high, steps, -steps)
        here = self.residuals(point)
        columns = [(self.residuals(point + row) - here) / row.sum() for row in np.diag(steps)]
        return np.stack(columns, axis=1)

    def stop_if_close(self, point: Floats) -> None:
        """Nothing is gained by going on."""
        if miss(self.rates(tuple(self.beta(point).tolist())), self.wanted) <= CLOSE:
            raise StopIteration


class HeldOut:
    """Held-out items of some splits, and the noise that all models are measured with on them."""

    def __init__(
        self, data: Path, evaluation: Extraction, seed: int, splits: Sequence[str] = HELD_OUT
    ) -> None:
        self.evaluation, self.seed = evaluation, seed
        self._items = {
            name: prepared.read(data / f"{name}.parquet").first(evaluation.max_items)
            for name in splits
        }

    def items(self, split: str) -> Items:
        """The items of a split."""
        return self._items[split]

    def measure(self, model: HierarchicalVAE, split: str) -> Measured:
        """Each item's rates and distortion, averaged over z samples."""
        x = torch.tensor(self.items(split).x)
        return measure(model, x, self.evaluation.samples, self.seed, SPLITS.index(split))


class AmortizedModel:
    """The model `name`, trained for a box of β; InputError of one that is for a single β."""

    def __init__(self, models: Path, name: str, held_out: HeldOut) -> None:
        self.card, self.held_out = checkpoint.card(models, name), held_out
        if self.card.box is None:
            raise InputError(f"{name} in {models} is for one β, not one model for a whole plane")
        self.box: list[Range] = self.card.box
        self._model = checkpoint.stored(models, name)

    @property
    def trained(self) -> bool:
        """False of a model that diverged, whose numbers mean nothing."""
        return self.card.status in tables.MEASURED

    @property
    def dimensions(self) -> int:
        """n, of an item."""
        return math.prod(self.card.shape)

    def at(self, beta: Sequence[float]) -> HierarchicalVAE:
        """The plain model that it is at β; InputError outside its box."""
        if not checkpoint.trained_for(self.card, beta):
            raise InputError(f"{self.card.name} is trained for β in {self.box}, got {list(beta)}")
        return checkpoint.plain(self.card, self._model, beta)

    def rates(self, beta: Sequence[float]) -> Floats:
        """(R_1, …, R_L) in nats on validation items; the noise is the same for every β."""
        return self.held_out.measure(self.at(beta), "validation").rates.mean(0)

    @cached_property
    def surveyed(self) -> Survey:
        """Its rates all over the box."""
        return survey(self.rates, self.box)

    def solve(self, wanted: Sequence[float]) -> Solution:
        """The β of these rates on validation items."""
        return solve(self.rates, self.box, wanted, self.surveyed)
