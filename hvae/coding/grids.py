"""Latents as whole numbers: a grid for a layer, and its symbols in a coder.

A Gaussian layer is on a grid in u = (z − μ_p)/σ_p, u_j = k_j δ_j, so that k is coded under N(0, 1)
whatever μ_p and σ_p are: no rounding of a network reaches the symbols. A dimension without a step,
δ = ∞, is the prior's mean and takes no bits. A categorical layer has the number of each variable's
category.

Bits back also codes symbols under q. Its numbers come from networks, and are rounded to where
float64 gives the same ones in any order of sums.
"""

import math
from typing import Any, Protocol, TypeAlias, cast

import numpy as np
import torch
from constriction import stream
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import one_hot
from torch.special import log_ndtr

from hvae.coding.codec import OTHERWISE, Codec, Widths
from hvae.errors import InputError
from hvae.models.distributions import Categorical, Latent, Normal

FARTHEST = 8.0  # σ_p: larger steps are none
FINE = 1 << 12  # parts of a step, to which numbers of q are rounded
CHANCES = 1 << 16  # parts of 1, to which probabilities are
LEAST_STD = 1 / 64  # of q, in steps

AnsCoder = stream.stack.AnsCoder
Coder: TypeAlias = Any  # of that class, which has no types
Symbols = NDArray[np.int32]


class Grid(Protocol):
    """Of one layer; k is (items, coordinates), of whole numbers in any type.

    Symbols under q have means within `limit`, and are themselves within twice as much.

    `place` gives z (items, d_l), `nats` the length of each symbol, with the shape of k, and `moves`
    other k, (options, items, coordinates). q and p are posterior and prior.
    """

    @property
    def coordinates(self) -> int: ...
    def nearest(self, q: Latent, p: Latent) -> Tensor: ...
    def place(self, p: Latent, k: Tensor) -> Tensor: ...
    def nats(self, k: Tensor) -> Tensor: ...
    def moves(self, k: Tensor) -> Tensor: ...
    def push(self, coder: Coder, k: Symbols, limit: int) -> None: ...
    def pop(self, coder: Coder, items: int, limit: int) -> Symbols: ...
    def push_under(self, coder: Coder, k: Symbols, q: Latent, p: Latent, limit: int) -> None: ...
    def pop_under(self, coder: Coder, q: Latent, p: Latent, limit: int) -> Symbols: ...


class GaussianGrid:
    """steps: δ, (d_l,); symbols are of its finite ones."""

    def __init__(self, steps: Widths) -> None:
        self.open = torch.from_numpy(np.flatnonzero(np.isfinite(steps)))
        self.steps = torch.from_numpy(steps)[self.open]
        self.coordinates = len(self.open)

    def nearest(self, q: Latent, p: Latent) -> Tensor:
        return self._within(self._standard(q.mean, p).round())

    def place(self, p: Latent, k: Tensor) -> Tensor:
        spread = k.new_zeros(len(k), p.mean.shape[-1], dtype=p.mean.dtype)
        spread[:, self.open] = k.to(spread) * self.steps.to(spread)
        return cast(Normal, p).sample(spread)

    def nats(self, k: Tensor) -> Tensor:
        """−log (Φ((|k| + ½)δ) − Φ((|k| − ½)δ)), by the tail below −|k| δ."""
        steps = self.steps.to(k)
        near, far = (0.5 - k.abs()) * steps, (-0.5 - k.abs()) * steps
        shrink = (log_ndtr(far) - log_ndtr(near)).exp()
        return -(log_ndtr(near) + torch.log1p(-shrink))

    def moves(self, k: Tensor) -> Tensor:
        return self._within(torch.stack([k - 1, k + 1]))

    def push(self, coder: Coder, k: Symbols, limit: int) -> None:
        if k.size:
            coder.encode_reverse(k.ravel(), _gaussian(limit), *self._prior(len(k)))

    def pop(self, coder: Coder, items: int, limit: int) -> Symbols:
        if not items * self.coordinates:
            return np.zeros((items, self.coordinates), np.int32)
        return coder.decode(_gaussian(limit), *self._prior(items)).reshape(items, -1)

    def push_under(self, coder: Coder, k: Symbols, q: Latent, p: Latent, limit: int) -> None:
        means, stds = self._posterior(q, p, limit)
        nearest = means.round().astype(np.int32)
        for places, width in reversed(_alike(stds, limit)):
            about = (k.ravel() - nearest)[places]
            if np.abs(about).max() > width:  # of bits that no such model has written
                raise InputError(OTHERWISE)
            coder.encode_reverse(about, _gaussian(width), (means - nearest)[places], stds[places])

    def pop_under(self, coder: Coder, q: Latent, p: Latent, limit: int) -> Symbols:
        means, stds = self._posterior(q, p, limit)
        nearest = means.round().astype(np.int32)
        found = nearest.copy()
        for places, width in _alike(stds, limit):
            found[places] += coder.decode(_gaussian(width), (means - nearest)[places], stds[places])
        return found.reshape(len(q.mean), -1)

    def _within(self, k: Tensor) -> Tensor:
        most = (FARTHEST / self.steps).to(k).floor()
        return k.clamp(-most, most)

    def _standard(self, z: Tensor, p: Latent) -> Tensor:
        return ((z - p.mean) / p.std)[:, self.open] / self.steps.to(z)

    def _prior(self, items: int) -> tuple[Widths, Widths]:
        stds = np.tile(1 / self.steps.numpy(), items)
        return np.zeros_like(stds), stds

    def _posterior(self, q: Latent, p: Latent, limit: int) -> tuple[Widths, Widths]:
        """Mean and standard deviation of k, rounded."""
        means = (self._standard(q.mean, p) * FINE).round() / FINE
        stds = (q.std / p.std)[:, self.open] / self.steps
        mantissa, power = torch.frexp(stds.clamp(min=LEAST_STD))
        stds = torch.ldexp((mantissa * FINE).round() / FINE, power)
        return means.clamp(-limit, limit).numpy().ravel(), stds.numpy().ravel()


class CategoricalGrid:
    """V variables of K categories; under the uniform prior each takes log K, so none is moved."""

    def __init__(self, variables: int, categories: int) -> None:
        self.coordinates, self.categories = variables, categories

    def nearest(self, q: Latent, p: Latent) -> Tensor:
        return cast(Categorical, q).log_weights.argmax(-1).to(q.mean)

    def place(self, p: Latent, k: Tensor) -> Tensor:
        return one_hot(k.long(), self.categories).flatten(-2).to(p.mean)

    def nats(self, k: Tensor) -> Tensor:
        return torch.full_like(k, math.log(self.categories))

    def moves(self, k: Tensor) -> Tensor:
        return k[None]

    def push(self, coder: Coder, k: Symbols, limit: int) -> None:
        coder.encode_reverse(k.ravel(), stream.model.Uniform(self.categories))

    def pop(self, coder: Coder, items: int, limit: int) -> Symbols:
        found = coder.decode(stream.model.Uniform(self.categories), items * self.coordinates)
        return found.reshape(items, self.coordinates)

    def push_under(self, coder: Coder, k: Symbols, q: Latent, p: Latent, limit: int) -> None:
        coder.encode_reverse(k.ravel(), stream.model.Categorical(perfect=False), self._chances(q))

    def pop_under(self, coder: Coder, q: Latent, p: Latent, limit: int) -> Symbols:
        found = coder.decode(stream.model.Categorical(perfect=False), self._chances(q))
        return found.reshape(-1, self.coordinates)

    def _chances(self, q: Latent) -> NDArray[np.float64]:
        """Whole numbers ∝ π, (items · V, K): each category has one part at least."""
        parts = (cast(Categorical, q).log_weights.exp() * CHANCES).round() + 1
        return parts.flatten(0, -2).numpy()


def _alike(stds: Widths, limit: int) -> list[tuple[NDArray[np.intp], int]]:
    """Where standard deviations are alike, and how far from their means symbols are then sought.

    A coder gives every symbol in its range a chance of 2⁻²⁴ at least. In a range that is wide for q
    such chances add up to z that q would never draw, each of which costs thousands of bits.
    """
    widths = np.minimum(FARTHEST * 2.0 ** np.ceil(np.log2(stds)).clip(min=0), limit)
    return [(np.flatnonzero(widths == width), int(width)) for width in np.unique(widths)]


def _gaussian(limit: int) -> stream.model.QuantizedGaussian:
    return stream.model.QuantizedGaussian(-limit, limit)


def layers(codec: Codec, factor: float) -> list[Grid]:
    """The grid of each layer: δ = factor · w/√(1 − w²).

    That is the noise of the channel that w stands for, with a signal of variance 1: a dimension
    that tells little of x has a large step, and one that tells nothing has none.
    """
    with np.errstate(divide="ignore"):
        steps = [factor * w / np.sqrt(1 - w * w) for w in codec.widths]
    found: list[Grid] = [GaussianGrid(np.where(d > FARTHEST, np.inf, d)) for d in steps]
    top = codec.model.top.standard(torch.zeros(codec.model.latents[-1]))
    if isinstance(top, Categorical):
        found[-1] = CategoricalGrid(*top.log_weights.shape[-2:])
    return found


def reach(grids: list[Grid]) -> int:
    """The largest symbol that is as near as `FARTHEST`, on any of the grids."""
    gaussian = (grid for grid in grids if isinstance(grid, GaussianGrid))
    steps = [step for grid in gaussian for step in grid.steps.tolist()]
    return int(FARTHEST / min(steps, default=FARTHEST)) + 1
