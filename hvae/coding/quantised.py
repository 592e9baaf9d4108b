"""Files of images: which whole numbers to send, and x̂ from them.

The posterior's mean gives the first guess. Then numbers are moved, many at a time and each by 1,
where that lowers

    D(x, decoder(z)) + Σ_l β_l · (nats of layer l's symbols).

So a file is not of z ~ q, whose cost is R, but of one z that is good for x. It costs about a
quarter of a bit more in each dimension that is used, and less where the amortised posterior is not
the best one.
"""

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from hvae.coding.codec import Codec
from hvae.coding.grids import AnsCoder, Coder, Grid, Symbols, layers
from hvae.models.hierarchical import ITEMS, HierarchicalVAE
from hvae.statistics.estimate import Floats

FACTORS = (2.0, 2.5, 3.0, 3.5, 4.25)  # of steps; files hold them as eighths
STEPS = 32  # of the search; from 24 to 48 J° fell by 1.4 % at most, of convolutions at 60 nats
FIRST = 0.25  # of all numbers, which are moved at first
CURVATURE = 0.5  # of D, as a part of what the widths say

Through = Callable[[Sequence[Any]], Iterable[Any]]  # a progress bar


class Quantised(NamedTuple):
    """Symbols of every layer, (items, coordinates) each, on the grid of a `factor`."""

    factor: float
    symbols: list[Symbols]

    @property
    def limit(self) -> int:
        """The largest symbol, and 1 at least."""
        return max(int(np.abs(k).max(initial=1)) for k in self.symbols)

    def item(self, place: int) -> "Quantised":
        """Those of one item."""
        return self._replace(symbols=[k[place : place + 1] for k in self.symbols])


class FileCost(NamedTuple):
    """What a file takes of each item: bits, (items, L), D in nats and squared error per dimension.

    Bits are the ideal length of the symbols, to which a file of many items adds next to nothing.
    """

    bits: Floats
    distortion: Floats
    error: Floats


@torch.no_grad()
def quantise(
    codec: Codec, x: Tensor, factor: float, steps: int = STEPS, through: Through = iter
) -> Quantised:
    """The numbers for items x (items, n), which go some at a time `through` a progress bar."""
    grids = layers(codec, factor)
    model = _single(codec)
    parts = []
    for part in through(x.float().split(ITEMS)):
        search = Search(model, grids, codec.prices, factor, part)
        for _ in range(steps):
            if not search.step():
                break
        parts.append(search.symbols)
    symbols = [torch.cat(k).int().numpy() for k in zip(*parts, strict=True)]
    return Quantised(factor, symbols)


@torch.no_grad()
def decoded(codec: Codec, given: Quantised) -> Iterator[Tensor]:
    """What the decoder gives for these numbers, some items at a time."""
    grids = layers(codec, given.factor)
    for start in range(0, len(given.symbols[0]), ITEMS):
        k = [torch.from_numpy(one[start : start + ITEMS]) for one in given.symbols]
        yield codec.model.decode(place(codec.model, grids, k, []))


def reconstructed(codec: Codec, given: Quantised) -> Tensor:
    """x̂ = E[x | z], (items, n), in float32."""
    parts = [codec.model.likelihood.mean(one).float() for one in decoded(codec, given)]
    return torch.cat(parts) if parts else torch.zeros(0, codec.dimensions)


def cost(codec: Codec, x: Tensor, given: Quantised) -> FileCost:
    """What these numbers cost, and how near they come to x (items, n)."""
    likelihood, parts = codec.model.likelihood, []
    for part, numbers in zip(x.double().split(ITEMS), decoded(codec, given), strict=True):
        error = (likelihood.mean(numbers) - part).square().mean(-1)
        parts.append(torch.stack([-likelihood.log_prob(part, numbers), error], -1))
    distortion, error = torch.cat(parts).T.numpy()
    return FileCost(bits(codec, given), distortion, error)


def bits(codec: Codec, given: Quantised) -> Floats:
    """The ideal length of each item's symbols by layer, (items, L)."""
    columns = []
    for grid, symbols in zip(layers(codec, given.factor), given.symbols, strict=True):
        columns.append(grid.nats(torch.from_numpy(symbols).double()).sum(-1))
    return torch.stack(columns, -1).numpy() / np.log(2)


def choose(codec: Codec, x: Tensor, through: Through = iter) -> float:
    """The factor of `FACTORS` with the least D + Σ β_l · nats on items x (items, n)."""

    def objective(factor: float) -> float:
        found = cost(codec, x, quantise(codec, x, factor))
        nats = found.bits @ np.array(codec.prices) * np.log(2)
        return float((found.distortion + nats).mean())

    found = {factor: objective(factor) for factor in through(FACTORS)}
    return min(found, key=lambda factor: found[factor])


def file_cost(codec: Codec, x: Tensor, held_out: Tensor) -> FileCost:
    """What files take of items x, with the factor chosen on held-out items; (items, n) both."""
    return cost(codec, x, quantise(codec, x, choose(codec, held_out)))


def pushed(codec: Codec, given: Quantised) -> Coder:
    """A coder that holds the symbols; the top layer comes out first."""
    coder, limit = AnsCoder(), given.limit
    for grid, k in zip(layers(codec, given.factor), given.symbols, strict=True):
        grid.push(coder, k, limit)
    return coder


def popped(codec: Codec, coder: Coder, factor: float, items: int, limit: int) -> Quantised:
    """The symbols that a coder holds."""
    symbols: list[Symbols] = []
    for grid in reversed(layers(codec, factor)):
        symbols = [grid.pop(coder, items, limit), *symbols]
    return Quantised(factor, symbols)


def place(
    model: HierarchicalVAE, grids: Sequence[Grid], k: Sequence[Tensor], above: Sequence[Tensor]
) -> list[Tensor]:
    """z of all layers, of which those `above` are known already."""
    z = list(above)
    for layer in reversed(range(len(grids) - len(z))):
        z = [grids[layer].place(model.prior_of(layer, z), k[layer]), *z]
    return z


class Look(NamedTuple):
    """What numbers k of all layers, (items, coordinates), cost items.

    objective: D + Σ β_l · nats, (items, 1). nats: β_l · those of each number; slope: ∂D/∂k; both
    (items, coordinates).
    """

    k: Tensor
    objective: Tensor
    nats: Tensor
    slope: Tensor


class Search:
    """Descent for items x (items, n): the numbers that promise most are moved together.

    What a move promises is what it saves in nats, and in D by its slope and curvature. At the
    optimum of a posterior of width w the curvature is β_l · factor² in every number; half of it is
    counted, since more is then tried. An item keeps moves that lower its objective, or else goes
    back and moves half as many.
    """

    def __init__(
        self,
        model: HierarchicalVAE,
        grids: Sequence[Grid],
        prices: Sequence[float],
        factor: float,
        x: Tensor,
    ) -> None:
        self.model, self.grids, self.x = model, grids, x
        self.counts = [grid.coordinates for grid in grids]
        self.prices = torch.repeat_interleave(torch.tensor(prices), torch.tensor(self.counts))
        self.bend = CURVATURE * self.prices * factor**2 / 2
        self.now = self._look(torch.cat(self._nearest(), -1))
        self.many = torch.full_like(self.now.objective, max(1, FIRST * sum(self.counts)))
        self.barred = torch.zeros_like(self.now.k, dtype=torch.bool)

    @property
    def symbols(self) -> list[Tensor]:
        """The numbers of each layer."""
        return self._layers(self.now.k)

    def step(self) -> bool:
        """Move numbers of all items; whether there was anything to try."""
        to, promise = self._promised()
        place = promise.argsort(-1, descending=True).argsort(-1)
        chosen = (promise > 0) & (place < self.many)
        tried = self._look(torch.where(chosen, to, self.now.k))
        better, count = tried.objective < self.now.objective, chosen.sum(-1, keepdim=True)
        self.many = torch.where(better, self.many, (count / 2).floor().clamp(min=1))
        alone = chosen & (count == 1)  # it is no use until others have moved
        self.barred = (self.barred | alone) & ~better
        self.now = Look(*(torch.where(better, *of) for of in zip(tried, self.now, strict=True)))
        return bool(chosen.any())

    def _promised(self) -> tuple[Tensor, Tensor]:
        """The best move of each number, and what it promises: nats of the objective."""
        moves = [grid.moves(k) for grid, k in zip(self.grids, self.symbols, strict=True)]
        options = max(map(len, moves))
        to = torch.cat([one.expand(options, -1, -1) for one in moves], -1)
        changed = (to - self.now.k) * self.now.slope + self.bend + self._nats(to) - self.now.nats
        least, option = changed.min(0)
        return to.gather(0, option[None])[0], torch.where(self.barred, -torch.inf, -least)

    def _nearest(self) -> list[Tensor]:
        """Numbers nearest to the posterior's means, from the top down."""
        features = self.model.bottom_up(self.x)
        k: list[Tensor] = []
        z: list[Tensor] = []
        for layer in reversed(range(len(self.grids))):
            prior = self.model.prior_of(layer, z)
            posterior = self.model.posterior_of(layer, features[layer], z, prior)
            k = [self.grids[layer].nearest(posterior, prior), *k]
            z = [self.grids[layer].place(prior, k[0]), *z]
        return k

    def _look(self, k: Tensor) -> Look:
        with torch.enable_grad():
            free = k.clone().requires_grad_()
            z = place(self.model, self.grids, self._layers(free), [])
            distortion = -self.model.likelihood.log_prob(self.x, self.model.decode(z))
            slope = torch.zeros_like(k)
            if distortion.requires_grad:  # some number can be moved
                (slope,) = torch.autograd.grad(distortion.sum(), free)
        nats = self._nats(k)
        return Look(k, (distortion.detach() + nats.sum(-1))[:, None], nats, slope)

    def _nats(self, k: Tensor) -> Tensor:
        pairs = zip(self.grids, self._layers(k), strict=True)
        return self.prices * torch.cat([grid.nats(one) for grid, one in pairs], -1)

    def _layers(self, k: Tensor) -> list[Tensor]:
        return list(k.split(self.counts, -1))


def _single(codec: Codec) -> HierarchicalVAE:
    """The model in float32, in which the search is twice as fast."""
    return copy.deepcopy(codec.model).float().requires_grad_(False)
