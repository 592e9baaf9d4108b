"""Lossless files by bits back: their length is −ELBO, whatever noise z ~ q has.

To send x, z must be sent first, and any z that fits will do. So z is *decoded* from what the file
holds already, as if it were symbols under q(z | x). Then x is sent under p(x | z), and z under its
prior. The receiver gets z, then x, and gives back the bits that z was decoded from: net,

    −log p(x | z) − log p(z) + log q(z | x),      whose mean is D + Σ_l R_l

(Townsend, Bird & Barber, "Practical lossless compression with latent variables using bits back
coding", ICLR 2019). The first items find no bits to take: their z is sent as in a file of images,
on a coarse grid. Items that follow are coded some at a time, more and more of them. Networks run in
float64 on one thread, each call with as many items when read as when written.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from hvae.coding import pixels
from hvae.coding.codec import Codec
from hvae.coding.grids import AnsCoder, Coder, Grid, Symbols, layers, reach
from hvae.coding.quantised import Through, place, quantise
from hvae.errors import InputError
from hvae.models.distributions import Latent
from hvae.training.library import limited

FINE, COARSE = 0.5, 3.0  # factors of steps, with bits back and without
MOST = 120  # items that are coded together
SIXTEENTHS = 16
SPARE = 32  # bits that are never taken


class Batches(NamedTuple):
    """How items are divided: `free` at first, then `growth`/16 of those before, `most` at most.

    Without growth every batch is free: it has no bits back.
    """

    free: int
    growth: int
    most: int

    def of(self, count: int) -> Iterator[tuple[slice, bool]]:
        """The batches of so many items, in order, each with whether it has bits back."""
        start, size = 0, self.free
        while start < count:
            place = slice(start, min(count, start + size))
            yield place, start > 0 and self.growth > 0
            start = place.stop
            if self.growth:
                size = max(1, min(self.most, start * self.growth // SIXTEENTHS))


DIVISIONS = [  # those that files have: no other one is read
    *(
        Batches(free, growth, MOST)
        for free in (3, 4, 5, 6, 8, 11, 16, 24, 40)
        for growth in (14, 7, 3)
    ),
    Batches(MOST, 0, MOST),
]


class Packed(NamedTuple):
    """A coder with all items, and how they were divided."""

    coder: Coder
    batches: Batches


class ShortOfBitsError(Exception):
    """The coder holds fewer bits than z takes."""


@torch.no_grad()
def pack(codec: Codec, numbers: Tensor, through: Through = iter) -> Packed:
    """Code items, given by the numbers of their levels (items, n); InputError for a density.

    As few items as possible go first, and batches grow as fast as z finds bits. They go `through` a
    progress bar, which starts again where z finds too few.
    """
    pixels.refuse_density(codec.model.likelihood)
    with limited(1):
        for batches in DIVISIONS:
            with suppress(ShortOfBitsError):
                return Packed(_packed(codec, numbers, batches, through), batches)
    raise AssertionError("without bits back none is short of them")


def _packed(codec: Codec, numbers: Tensor, batches: Batches, through: Through) -> Coder:
    coder, passes = AnsCoder(), _Passes(codec)
    for part, bits_back in through(list(batches.of(len(numbers)))):
        passes.push(coder, numbers[part], bits_back)
    return coder


@torch.no_grad()
def net(codec: Codec, numbers: Tensor) -> float:
    """Bits that one of these items (items, n) adds to a long file: each finds bits to take."""
    pixels.refuse_density(codec.model.likelihood)
    passes = _Passes(codec)
    full = len(numbers) * (SPARE + sum(codec.model.latents)) + SPARE  # words: more than z takes
    source = np.random.default_rng(0)
    coder = AnsCoder(source.integers(1, 1 << 32, full, dtype=np.uint32))
    before = coder.num_valid_bits()
    with limited(1):
        for part in numbers.split(MOST):
            passes.push(coder, part, bits_back=True)
    return (coder.num_valid_bits() - before) / len(numbers)


@torch.no_grad()
def unpack(
    codec: Codec, coder: Coder, batches: Batches, count: int, through: Through = iter
) -> Tensor:
    """The numbers of levels (items, n) of so many items; InputError where there are not so many."""
    pixels.refuse_density(codec.model.likelihood)
    found, passes = torch.zeros(count, codec.dimensions, dtype=torch.uint8), _Passes(codec)
    try:
        with limited(1):
            for part, bits_back in through(list(batches.of(count))[::-1]):
                numbers = passes.pop(coder, part.stop - part.start, bits_back)
                found[part] = numbers.to(torch.uint8)
    except ShortOfBitsError:
        raise InputError("holds fewer items than it says") from None
    return found


class _Passes:
    """One batch into a coder and out of it.

    ShortOfBitsError where the coder would hold fewer than `SPARE` bits while z is decoded.
    """

    def __init__(self, codec: Codec) -> None:
        self.codec = codec._replace(prices=(1.0,) * len(codec.prices))  # those of −ELBO
        self.model = codec.model
        self.fine, self.coarse = layers(codec, FINE), layers(codec, COARSE)
        self.reach = reach(self.fine)

    def push(self, coder: Coder, numbers: Tensor, bits_back: bool) -> None:
        grids, limit = self._grids(bits_back)
        x = self._values(numbers)
        symbols = self._taken(coder, x) if bits_back else self._searched(x)
        self._refuse_short(coder, bits_back)
        z = place(self.model, grids, [torch.from_numpy(k) for k in symbols], [])
        pixels.push(coder, self.model.likelihood, self.model.decode(z), numbers)
        for grid, k in zip(grids, symbols, strict=True):
            grid.push(coder, k, limit)

    def pop(self, coder: Coder, items: int, bits_back: bool) -> Tensor:
        grids, limit = self._grids(bits_back)
        symbols: list[Symbols] = []
        for grid in reversed(grids):
            symbols = [grid.pop(coder, items, limit), *symbols]
        z = place(self.model, grids, [torch.from_numpy(k) for k in symbols], [])
        numbers = pixels.pop(coder, self.model.likelihood, self.model.decode(z))
        self._refuse_short(coder, bits_back)
        if bits_back:
            self._give_back(coder, symbols, z, self._values(numbers))
        return numbers

    def _taken(self, coder: Coder, x: Tensor) -> list[Symbols]:
        """z ~ q(z | x) for items x (items, n), from the bits that the coder holds."""
        features = self.model.bottom_up(x)
        z: list[Tensor] = []
        symbols: list[Symbols] = []
        for layer in reversed(range(len(self.fine))):
            prior, posterior = self._laws(layer, features, z)
            k = self.fine[layer].pop_under(coder, posterior, prior, self.reach)
            symbols = [k, *symbols]
            z = [self.fine[layer].place(prior, torch.from_numpy(k)), *z]
        return symbols

    def _give_back(
        self, coder: Coder, symbols: Sequence[Symbols], z: Sequence[Tensor], x: Tensor
    ) -> None:
        """The same backwards: the lowest layer was taken last."""
        features = self.model.bottom_up(x)
        for layer, grid in enumerate(self.fine):
            prior, posterior = self._laws(layer, features, z[layer + 1 :])
            grid.push_under(coder, symbols[layer], posterior, prior, self.reach)

    def _searched(self, x: Tensor) -> list[Symbols]:
        return quantise(self.codec, x, COARSE).symbols

    def _refuse_short(self, coder: Coder, bits_back: bool) -> None:
        if bits_back and coder.num_valid_bits() < SPARE:
            raise ShortOfBitsError

    def _grids(self, bits_back: bool) -> tuple[list[Grid], int]:
        if bits_back:
            return self.fine, 2 * self.reach
        return self.coarse, reach(self.coarse)

    def _values(self, numbers: Tensor) -> Tensor:
        """x in float64, after float32, which models were trained with."""
        return (numbers.float() / ((self.codec.levels or 2) - 1)).double()

    def _laws(
        self, layer: int, features: Sequence[Tensor], above: Sequence[Tensor]
    ) -> tuple[Latent, Latent]:
        """p(z_l | z_{>l}) and q(z_l | z_{>l}, x)."""
        prior = self.model.prior_of(layer, above)
        return prior, self.model.posterior_of(layer, features[layer], above, prior)
