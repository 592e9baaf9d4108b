"""What one more nat in each layer is worth on held-out items: −∂D/∂R_l, by differences.

A multiplier λ_l is the price of a nat on the items that a model was trained on. Held-out items may
disagree, so D of models that are trained to neighbouring rates is compared on the same test items.

At a place with targets r, lines through it join neighbours: those of the same split (a nat is spent
as all others are), and those of the same total that differ in two layers (a nat moves from one to
the other). On each line f(D) of the nearest place on either side, or of the nearest two on one side
at an end, and of the place itself makes a parabola; its slopes along all lines give ∇f(D). f is the
logarithm where D > 0, as D falls nearly exponentially and a parabola of it is a worse fit: on a
Gaussian source with totals that double, prices are within 5 % of θ/σ², and 10 % at the least total.
A list of rates without such lines may have some along which one rate alone changes. Where the lines
do not span all layers, prices are nan.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hvae.io import tables
from hvae.results.rates import Place, by_point, places
from hvae.statistics.estimate import Estimate, Floats, Row

ON_LINE = 1e-4  # part of the total by which a place may lie off a line: names have six digits
PASSES = 2  # of moving D to the targets: by multipliers, then by the prices found with these


class HeldOutPrices(NamedTuple):
    """Prices of a nat in z_1, …, z_L at a place, in nats of distortion.

    training: λ, the mean over seeds. held_out: −∂D/∂R_l on test items, (L,), with the covariance of
    its errors (L, L), over items and, of several seeds, over trainings. degrees: of freedom of the
    spread over trainings, infinite where one seed says nothing of it.
    """

    place: Place
    training: Floats
    held_out: Floats
    covariance: Floats
    degrees: float

    def price(self, layer: int) -> Estimate:
        """That of a layer, from 0."""
        return self.along(np.eye(len(self.held_out))[layer])

    def along(self, direction: Floats) -> Estimate:
        """Σ_l v_l price_l with its error, v (L,): a difference of prices, or a nat split by v."""
        variance = float(direction @ self.covariance @ direction)
        return Estimate(float(direction @ self.held_out), math.sqrt(max(variance, 0.0)))

    def exchange(self, first: int, second: int) -> Estimate:
        """price_first / price_second, layers from 0; nan unless both are above 0 by two errors."""
        a, b = self.price(first), self.price(second)
        if not all(one.value > 2 * one.std_error for one in (a, b)):
            return Estimate(math.nan, math.nan)
        unit, ratio = np.eye(len(self.held_out)), a.value / b.value
        error = self.along(unit[first] - ratio * unit[second]).std_error / b.value
        return Estimate(ratio, error)


class LatticeCosts(NamedTuple):
    """Of places that are trained to rates, on test items; S seeds, P places, n items, L layers.

    targets (P, L); rates (S, P, n, L); distortion (S, P, n), without a constant that all share;
    multipliers λ (S, P, L). All in nats.
    """

    targets: Floats
    rates: Floats
    distortion: Floats
    multipliers: Floats

    def moved(self, prices: Floats) -> Floats:
        """D moved to the targets, D + Σ_l price_l (R_l − r_l) of each item: (S, P, n)."""
        away = self.rates - self.targets[:, None]
        return self.distortion + np.einsum("spnl,spl->spn", away, prices)


def held_out_prices(points: Sequence[Row], items: pa.Table, layers: int) -> list[HeldOutPrices]:
    """Prices at each place of given rates, from `points.parquet` and `items.parquet`.

    Places where a seed did not reach the rates, or diverged, are left out, as neighbours, too.
    """
    found = _reached(points, layers)
    return estimated(found, _costs(found, points, items, layers)) if found else []


def estimated(found: Sequence[Place], costs: LatticeCosts) -> list[HeldOutPrices]:
    """The same from costs; places in their order."""
    weights = [slopes(costs.targets, place) for place in range(len(found))]
    prices = costs.multipliers
    for _ in range(PASSES):
        measured = _Measured(costs.moved(prices))
        values = np.array([measured.price(k, w) for k, w in enumerate(weights)])
        prices = np.where(np.isfinite(values), values, costs.multipliers)
    training = costs.multipliers.mean(0)
    return [
        HeldOutPrices(
            place, training[k], values[k], measured.covariance(k, w), measured.degrees
        )
        for k, (place, w) in enumerate(zip(found, weights, strict=True))
    ]  # fmt: skip


class _Measured:
    """D at the targets (S, P, n), and prices and errors from weights of ∇f at a place, (L, P)."""

    def __init__(self, moved: Floats) -> None:
        self.seeds, count, self.items = moved.shape
        self.trainings = moved.mean(-1)  # (S, P)
        self.mean = self.trainings.mean(0)
        self.each = moved.mean(0) - self.mean[:, None]  # (P, n), about their mean
        self.log = bool((self.trainings > 0).all())
        self.scale = self.mean if self.log else np.ones(count)  # 1 / f′(D), (P,)
        self.degrees = float((self.seeds - 1) * (count - 1)) if self.seeds > 1 else math.inf

    def _f(self, values: Floats) -> Floats:
        return np.log(values) if self.log else values

    def price(self, place: int, weights: Floats) -> Floats:
        """−∇D = −∇f / f′, (L,)."""
        return np.asarray(-weights @ self._f(self.mean) * self.scale[place])

    def covariance(self, place: int, weights: Floats) -> Floats:
        """Of the price, (L, L): to first order in what each item and each training adds to D.

        The spread of f(D) over trainings is what is left without the means of places and of seeds,
        pooled over all places. Trainings of one seed are taken to be independent from place to
        place, which errs on the safe side: they start from one network.
        """
        by_f = -weights * self.scale[place]  # ∂price/∂f at every place, (L, P)
        if self.log:
            by_f[:, place] += self.price(place, weights)
        over_items = by_f / self.scale @ self.each  # (L, n)
        items = over_items @ over_items.T / (self.items * (self.items - 1))
        if self.seeds == 1:
            return np.asarray(items)
        return np.asarray(items + self._spread() * by_f @ by_f.T / self.seeds)

    def _spread(self) -> float:
        found = self._f(self.trainings)
        rest = found - found.mean(0) - found.mean(1, keepdims=True) + found.mean()
        return float(np.square(rest).sum() / self.degrees) if self.degrees else 0.0


def slopes(targets: Floats, place: int) -> Floats:
    """Weights (L, P) of f at all places of targets (P, L), which add up to ∇f at one of them."""
    count, layers = targets.shape
    for family in (_lattice, _axes):
        found = [(d, w) for d in family(targets[place]) for w in _slope(targets, place, d)]
        directions = np.array([d for d, _ in found]).reshape(-1, layers)
        if np.linalg.matrix_rank(directions) == layers:
            along = np.array([w for _, w in found])
            return np.asarray(np.linalg.pinv(directions) @ along)
    return np.full((layers, count), math.nan)


def _lattice(target: Floats) -> Iterator[Floats]:
    """A nat that is split as all others are, and one that moves from a layer to another.

    Where no rate is asked for there is no split to follow, and nothing that could move.
    """
    if not target.sum():
        return
    unit = np.eye(len(target))
    yield target / target.sum()
    yield from (unit[k] - unit[j] for j, k in itertools.combinations(range(len(target)), 2))


def _axes(target: Floats) -> Iterator[Floats]:
    """A nat in one layer."""
    yield from np.eye(len(target))


def _slope(targets: Floats, place: int, direction: Floats) -> list[Floats]:
    """Weights (P,) of f for its slope along a line through the place; none without neighbours."""
    away = targets - targets[place]
    t = away @ direction / (direction @ direction)
    off = np.abs(away - t[:, None] * direction).max(1)
    on_line = np.flatnonzero(off <= ON_LINE * max(float(targets.sum(1).max()), 1.0))
    nodes = _nearest(t, on_line)
    if len(nodes) < 2:
        return []
    powers = np.vander(t[nodes], increasing=True).T  # exact for 1, t, t²
    weights = np.zeros(len(targets))
    weights[nodes] = np.linalg.solve(powers, np.eye(len(nodes))[1])
    return [weights]


def _nearest(t: Floats, on_line: np.ndarray) -> np.ndarray:
    """The place itself, at t = 0, and its neighbours on either side, or two on the one there is."""
    order = on_line[np.argsort(t[on_line])]
    here = int(np.flatnonzero(t[order] == 0)[0])
    first = min(max(here - 1, 0), max(len(order) - 3, 0))
    return np.asarray(order[first : first + 3])


def _reached(points: Sequence[Row], layers: int) -> list[Place]:
    """Places of given rates that every seed reached."""
    seeds = {row["seed"] for row in points if row["strategy"] == "rates"}
    return [one for one in places(points, layers) if one.target and len(one.points) == len(seeds)]


def _costs(
    found: Sequence[Place], points: Sequence[Row], items: pa.Table, layers: int
) -> LatticeCosts:
    rows = {row["point"]: row for row in points}
    wanted = [name for place in found for name in place.points]
    mine = by_point(items.filter(pc.is_in(items["point"], pa.array(wanted))))
    shape = len(found), len(found[0].points)
    ordered = [mine[name].sort_by("index") for name in wanted]
    names = [f"rate_{layer}" for layer in range(1, layers + 1)]
    rates = np.array([[one[name].to_numpy() for name in names] for one in ordered])
    constants = np.array([rows[name]["distortion_constant"] for name in wanted])
    shared = constants if np.ptp(constants) == 0 else np.zeros_like(constants)
    distortion = np.array([one["distortion"].to_numpy() for one in ordered]) - shared[:, None]
    multipliers = np.array([tables.over_layers(rows[name], "price", layers) for name in wanted])

    def by_seed(values: Floats) -> Floats:
        return np.moveaxis(values.reshape(*shape, *values.shape[1:]), 1, 0)

    return LatticeCosts(
        np.array([place.target for place in found]),
        by_seed(np.moveaxis(rates, 1, -1)),
        by_seed(distortion),
        by_seed(multipliers),
    )
