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

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from hvae.coding import pixels
from hvae.coding.codec import Codec
from hvae.coding.grids import AnsCoder, Coder, Grid, Symbols, coarse, fine, reach
from hvae.errors import InputError
from hvae.models.distributions import Latent
from hvae.training.threads import limited

SHARE = 0.5  # of a posterior's width: the step of the fine grid
FACTOR = 3.0  # of the coarse grid
MOST = 120  # items that are coded together
SIXTEENTHS = 16
SPARE = 64  # bits that are never taken
TRIES = 12
BYTE = 256


class Batches(NamedTuple):
    """How items are divided: `free` at first, then `growth`/16 of those before, `most` at most.

    Without growth every batch is free: it has no bits back.
    """

    free: int
    growth: int
    most: int

    @property
    def possible(self) -> bool:
        """Whether items can be divided so."""
        return 0 < self.free < BYTE and self.growth < BYTE and 0 < self.most < BYTE

    def of(self, count: int) -> Iterator[tuple[slice, bool]]:
        """The batches of so many items, in order, each with whether it has bits back."""
        start, size = 0, self.free
        while start < count:
            place = slice(start, min(count, start + size))
            yield place, start > 0 and self.growth > 0
            start = place.stop
            if self.growth:
                size = max(1, min(self.most, start * self.growth // SIXTEENTHS))


class Packed(NamedTuple):
    """A coder with all items, and how they were divided."""

    coder: Coder
    batches: Batches


class ShortOfBitsError(Exception):
    """The coder holds fewer bits than z takes."""


@torch.no_grad()
def pack(codec: Codec, numbers: Tensor) -> Packed:
    """Code items, given by the numbers of their levels (items, n); InputError for a density.

    Batches are made smaller, and the first one larger, until z finds bits enough.
    """
    pixels.refuse_density(codec.model.likelihood)
    batches = Batches(4, SIXTEENTHS, MOST)
    with limited(1):
        for _ in range(TRIES):
            try:
                return Packed(_packed(codec, numbers, batches), batches)
            except ShortOfBitsError:
                growth = max(1, batches.growth * 3 // 4)
                batches = Batches(min(batches.free * 3 // 2, MOST), growth, MOST)
        batches = Batches(MOST, 0, MOST)
        return Packed(_packed(codec, numbers, batches), batches)


def _packed(codec: Codec, numbers: Tensor, batches: Batches) -> Coder:
    coder, passes = AnsCoder(), _Passes(codec)
    for part, bits_back in batches.of(len(numbers)):
        passes.push(coder, numbers[part], bits_back)
    return coder


@torch.no_grad()
def unpack(codec: Codec, coder: Coder, batches: Batches, count: int) -> Tensor:
    """The numbers of levels (items, n) of so many items; InputError where there are not so many."""
    pixels.refuse_density(codec.model.likelihood)
    found, passes = torch.zeros(count, codec.dimensions, dtype=torch.uint8), _Passes(codec)
    try:
        with limited(1):
            for part, bits_back in reversed(list(batches.of(count))):
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
        self.model = codec.model
        self.levels = codec.levels or 0
        self.fine, self.coarse = fine(codec, SHARE), coarse(codec, FACTOR)
        self.limits = reach(self.fine), reach(self.coarse)

    def push(self, coder: Coder, numbers: Tensor, bits_back: bool) -> None:
        grids, limit = self._grids(bits_back)
        features = self._features(numbers)
        z: list[Tensor] = []
        symbols: list[Symbols] = []
        for layer in reversed(range(len(grids))):
            prior, posterior = self._laws(layer, features, z, len(numbers))
            if bits_back:
                k = grids[layer].pop_under(coder, posterior, prior, limit)
            else:
                k = grids[layer].nearest(posterior, prior).clamp(-limit, limit).int().numpy()
            symbols = [k, *symbols]
            z = [grids[layer].place(prior, torch.from_numpy(k)), *z]
        self._refuse_short(coder, bits_back)
        pixels.push(coder, self.model.likelihood, self.model.decode(z), numbers)
        for grid, k in zip(grids, symbols, strict=True):
            grid.push(coder, k, limit)

    def pop(self, coder: Coder, items: int, bits_back: bool) -> Tensor:
        grids, limit = self._grids(bits_back)
        z: list[Tensor] = []
        symbols: list[Symbols] = []
        for layer in reversed(range(len(grids))):
            k = grids[layer].pop(coder, items, limit)
            symbols = [k, *symbols]
            prior = self.model.prior_of(layer, z)
            z = [grids[layer].place(prior, torch.from_numpy(k)), *z]
        numbers = pixels.pop(coder, self.model.likelihood, self.model.decode(z))
        self._refuse_short(coder, bits_back)
        if bits_back:
            features = self._features(numbers)
            for layer, grid in enumerate(grids):
                prior, posterior = self._laws(layer, features, z[layer + 1 :], items)
                grid.push_under(coder, symbols[layer], posterior, prior, limit)
        return numbers

    def _refuse_short(self, coder: Coder, bits_back: bool) -> None:
        if bits_back and coder.num_valid_bits() < SPARE:
            raise ShortOfBitsError

    def _grids(self, bits_back: bool) -> tuple[list[Grid], int]:
        return (self.fine, self.limits[0]) if bits_back else (self.coarse, self.limits[1])

    def _features(self, numbers: Tensor) -> list[Tensor]:
        # in float32 first, as in training
        x = (numbers.float() / (self.levels - 1)).double()
        return list(self.model.bottom_up(x))

    def _laws(
        self, layer: int, features: list[Tensor], above: list[Tensor], items: int
    ) -> tuple[Latent, Latent]:
        """p(z_l | z_{>l}) and q(z_l | z_{>l}, x)."""
        prior = self.model.prior_of(layer, above)
        return prior, self.model.posterior_of(layer, features[layer], above, prior)
