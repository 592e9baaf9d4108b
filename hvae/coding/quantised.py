"""Files of images: which whole numbers to send, and x̂ from them.

The posterior's mean gives the first guess. Then each number in turn is moved where that lowers

    D(x, decoder(z)) + Σ_l β_l · (nats of layer l's symbols),

for all items at once (coordinate descent). So a file is not of z ~ q, whose cost is R, but of one z
that is good for x. It costs about a quarter of a bit more in each dimension that is used, and less
where the amortised posterior is not the best one.
"""

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from hvae.coding.codec import Codec
from hvae.coding.grids import AnsCoder, Coder, Grid, Symbols, layers
from hvae.models.distributions import Latent, with_tensors
from hvae.models.hierarchical import ITEMS, HierarchicalVAE
from hvae.statistics.estimate import Floats

FACTORS = (2.0, 2.5, 3.0, 3.5, 4.25)  # of steps; files hold them as eighths
SWEEPS = 2  # over all numbers

Through = Callable[[Sequence[Tensor]], Iterable[Tensor]]


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
    codec: Codec, x: Tensor, factor: float, sweeps: int = SWEEPS, through: Through = iter
) -> Quantised:
    """The numbers for items x (items, n), which go some at a time `through` a progress bar."""
    grids = layers(codec, factor)
    model = _single(codec)
    parts = []
    for part in through(x.float().split(ITEMS)):
        search = Search(model, grids, codec.prices, part)
        for _ in range(sweeps):
            search.sweep()
        parts.append(search.k)
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
        k = torch.from_numpy(symbols).double()
        nats = [grid.nats(j, k[:, j]) for j in range(grid.coordinates)]
        columns.append(sum(nats, torch.zeros(len(k), dtype=torch.float64)))
    return torch.stack(columns, -1).numpy() / np.log(2)


def choose(codec: Codec, x: Tensor, sweeps: int = 1) -> float:
    """The factor of `FACTORS` with the least D + Σ β_l · nats on items x (items, n)."""

    def objective(factor: float) -> float:
        found = cost(codec, x, quantise(codec, x, factor, sweeps))
        nats = found.bits @ np.array(codec.prices) * np.log(2)
        return float((found.distortion + nats).mean())

    return min(FACTORS, key=objective)


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


class Search:
    """Coordinate descent for items x (items, n).

    k, z: the numbers and latents of each layer; distortion: (items,), D of these in nats.
    """

    def __init__(
        self, model: HierarchicalVAE, grids: Sequence[Grid], prices: Sequence[float], x: Tensor
    ) -> None:
        self.model, self.grids, self.prices, self.x = model, grids, prices, x
        self.k, self.z = self._nearest()
        self.distortion = self._distortion(x, self.z)

    def sweep(self) -> None:
        """Every number in turn, the top layer's first."""
        for layer in reversed(range(len(self.grids))):
            prior = self.model.prior_of(layer, self.z[layer + 1 :])
            for coordinate in range(self.grids[layer].coordinates):
                self._move(layer, coordinate, prior)

    def _nearest(self) -> tuple[list[Tensor], list[Tensor]]:
        """Numbers nearest to the posterior's means, from the top down, and their z."""
        features = self.model.bottom_up(self.x)
        k: list[Tensor] = []
        z: list[Tensor] = []
        for layer in reversed(range(len(self.grids))):
            prior = self.model.prior_of(layer, z)
            posterior = self.model.posterior_of(layer, features[layer], z, prior)
            k = [self.grids[layer].nearest(posterior, prior), *k]
            z = [self.grids[layer].place(prior, k[0]), *z]
        return k, z

    def _distortion(self, x: Tensor, z: Sequence[Tensor]) -> Tensor:
        return -self.model.likelihood.log_prob(x, self.model.decode(z))

    def _move(self, layer: int, coordinate: int, prior: Latent) -> None:
        """Give one number of each item another value, where that is better."""
        grid, old = self.grids[layer], self.k[layer][:, coordinate]
        options = torch.stack([old, *grid.moves(old)])
        tried = self._tried(layer, coordinate, options[1:], prior)
        new = self._distortion(self.x.repeat(len(options) - 1, 1), tried)
        distortions = torch.cat([self.distortion, new]).view(len(options), -1)
        nats = grid.nats(coordinate, options)
        best = (distortions + self.prices[layer] * nats).argmin(0)
        items = torch.arange(len(best))
        self.k[layer][:, coordinate] = options[best, items]
        self.distortion = distortions[best, items]
        for below in range(layer + 1):
            latents = tried[below].view(len(options) - 1, len(items), -1)
            moved = best > 0
            self.z[below][moved] = latents[best[moved] - 1, items[moved]]

    def _tried(self, layer: int, coordinate: int, options: Tensor, prior: Latent) -> list[Tensor]:
        """z with each of the options, which are one after the other: (options · items, d_l)."""
        count = len(options)
        k = [one.repeat(count, 1) for one in self.k[: layer + 1]]
        k[layer][:, coordinate] = options.flatten()
        above = [one.repeat(count, 1) for one in self.z[layer + 1 :]]
        known = with_tensors(lambda one: one.repeat(count, 1) if one.ndim > 1 else one, prior)
        z = [self.grids[layer].place(known, k[layer]), *above]
        return place(self.model, self.grids, k, z)


def _single(codec: Codec) -> HierarchicalVAE:
    """The model in float32, in which the search is twice as fast."""
    return copy.deepcopy(codec.model).float()
