"""Distributions of latents, how networks' outputs parametrise them, and the noise of their samples.

A layer is a diagonal Gaussian. The top layer may consist of V categorical variables with K
categories instead. Its sample is V one-hot vectors side by side, (..., V · K), which networks take
like a Gaussian latent of that width. KL and log-densities are in nats.

Randomness is an argument: noise comes from a stream and a key of integers. It is normal for both
families. A categorical sample turns it into Gumbel noise, g = −log(−log Φ(ε)). Noise is made on the
CPU whatever the device, so a seed means the same everywhere.
"""

import math
from collections.abc import Callable, Sequence
from functools import singledispatch
from typing import Any, NamedTuple, TypeVar

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import one_hot, softplus
from torch.special import log_ndtr

from hvae.config.model import CategoricalOptions, Top
from hvae.data.seeded import Stream

SMALLEST_STD = 1e-4  # keeps KL and log-density finite when a layer is nearly noiseless


def generator(stream: Stream, *key: int) -> torch.Generator:
    """A generator for one purpose and key, such as (seed, step)."""
    seed = np.random.SeedSequence(stream.entropy(*key)).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(seed >> np.uint64(1)))


def draw(
    latents: Sequence[int],
    items: int,
    source: torch.Generator,
    device: torch.device | str = "cpu",
) -> list[Tensor]:
    """ε_1, …, ε_L ~ N(0, I) for a batch, each of shape (items, d_l), on `device`."""
    return [torch.randn(items, width, generator=source).to(device) for width in latents]


class Normal(NamedTuple):
    """N(mean, diag std²); both tensors are (..., d), and the last axis is one item's vector."""

    mean: Tensor
    std: Tensor

    def sample(self, noise: Tensor) -> Tensor:
        """mean + std · ε, where the caller gives ε ~ N(0, I) of shape (..., d)."""
        return self.mean + self.std * noise

    def log_prob(self, value: Tensor) -> Tensor:
        """log N(value; mean, std²) in nats, summed over the last axis: shape (...)."""
        standard = (value - self.mean) / self.std
        return -(standard.square() / 2 + self.std.log() + math.log(2 * math.pi) / 2).sum(-1)


def product(q: Normal, p: Normal) -> Normal:
    """The Gaussian proportional to q·p: precisions add, and weight the means.

    1/σ² = 1/σ_q² + 1/σ_p² and μ = σ² (μ_q/σ_q² + μ_p/σ_p²), from ratios of deviations only.
    """
    std = q.std * p.std / torch.hypot(q.std, p.std)
    return Normal(p.mean + (std / q.std).square() * (q.mean - p.mean), std)


class Categorical(NamedTuple):
    """∏_v Cat(π_v), given log π of shape (..., V, K), whose exponentials sum to 1 over K.

    temperature: τ of the relaxation that gives samples their gradient (dimensionless).
    """

    log_weights: Tensor
    temperature: float = 1.0

    @property
    def mean(self) -> Tensor:
        """E z = π, (..., V · K)."""
        return self.log_weights.exp().flatten(-2)

    @property
    def std(self) -> Tensor:
        """√(π(1 − π)), the standard deviation of each entry of z: (..., V · K)."""
        return (self.mean * (1 - self.mean)).sqrt()

    def sample(self, noise: Tensor) -> Tensor:
        """A one-hot sample for ε ~ N(0, I), both (..., V · K); the mode for ε = 0.

        Its value is exact (Gumbel-max) at any temperature. Its gradient is that of `relaxed`, the
        straight-through estimate, which is biased (Jang, Gu & Poole, "Categorical
        Reparameterization with Gumbel-Softmax", ICLR 2017, section 2.2).
        """
        soft = self.relaxed(noise)
        chosen = soft.unflatten(-1, self.log_weights.shape[-2:]).argmax(-1)
        hard = one_hot(chosen, self.log_weights.shape[-1]).to(soft).flatten(-2)
        return hard + (soft - soft.detach())

    def relaxed(self, noise: Tensor) -> Tensor:
        """softmax((log π + g)/τ), (..., V · K): close to a one-hot sample for small τ."""
        gumbel = -(-log_ndtr(noise)).log()
        scores = self.log_weights + gumbel.unflatten(-1, self.log_weights.shape[-2:])
        return (scores / self.temperature).softmax(-1).flatten(-2)

    def log_prob(self, value: Tensor) -> Tensor:
        """log ∏_v π_v at one-hot vectors (..., V · K), in nats: shape (...)."""
        return (value * self.log_weights.flatten(-2)).sum(-1)


def from_logits(logits: Tensor, categories: int, temperature: float = 1.0) -> Categorical:
    """π_v = softmax of K logits, for logits of shape (..., V · K)."""
    return Categorical(logits.unflatten(-1, (-1, categories)).log_softmax(-1), temperature)


@singledispatch
def kl_by_entry(q: Any, p: Any) -> Tensor:
    """What each entry of z has of KL[q ‖ p], in nats, (..., d): of Gaussians they add up to it.

    Entries of one categorical variable are nothing without each other: each has all of its KL.
    """
    raise TypeError(f"KL[q ‖ p] is not known for q a {type(q).__name__}")


@kl_by_entry.register
def _kl_by_entry_of_normals(q: Normal, p: Normal) -> Tensor:
    ratio = q.std / p.std
    shift = (q.mean - p.mean) / p.std
    return (ratio.square() + shift.square() - 1) / 2 - ratio.log()


@kl_by_entry.register
def _kl_by_entry_of_categoricals(q: Categorical, p: Categorical) -> Tensor:
    each = (q.log_weights.exp() * (q.log_weights - p.log_weights)).sum(-1, keepdim=True)
    return each.expand_as(q.log_weights).flatten(-2)


@singledispatch
def kl(q: Any, p: Any) -> Tensor:
    """KL[q ‖ p] = E_q log(q/p) in nats, shape (...), for two distributions of one family.

    Each family registers its formula. TypeError for a family without one.
    """
    raise TypeError(f"KL[q ‖ p] is not known for q a {type(q).__name__}")


@kl.register
def _kl_of_normals(q: Normal, p: Normal) -> Tensor:
    """KL[q ‖ p] = Σ log(σ_p/σ_q) + (σ_q² + (μ_q − μ_p)²) / 2σ_p² − ½, in nats: shape (...)."""
    return _kl_by_entry_of_normals(q, p).sum(-1)


@kl.register
def _kl_of_categoricals(q: Categorical, p: Categorical) -> Tensor:
    """KL[q ‖ p] = Σ_v Σ_k q_vk log(q_vk/p_vk), in nats: shape (...).

    For a uniform p it is V log K minus the entropy of q, so at most V log K.
    """
    return (q.log_weights.exp() * (q.log_weights - p.log_weights)).sum((-2, -1))


D = TypeVar("D", bound=tuple[Any, ...])


def with_tensors(change: Callable[..., Tensor], *parts: D) -> D:
    """A distribution whose tensors are `change` of the same tensors of `parts`, all of one family.

    Other fields, such as a temperature, are taken from the first part.
    """
    fields = zip(*parts, strict=True)
    return type(parts[0])(*(change(*f) if isinstance(f[0], Tensor) else f[0] for f in fields))


Latent = Normal | Categorical  # a distribution of one layer's z


class Family(NamedTuple):
    """A family of distributions of z.

    numbers: how many outputs of a network parametrise each entry of z.
    read: these outputs for an item, (..., numbers · d), ↦ the distribution of z, (..., d).
    standard: zeros (d,), of the right type and on the right device, ↦ p(z_L).
    """

    numbers: int
    read: Callable[[Tensor], Latent]
    standard: Callable[[Tensor], Latent]


def gaussian(parameters: Tensor, axes: int = 1) -> Normal:
    """A Gaussian from means and raw deviations, the two halves of the last axis.

    The last `axes` axes are flattened. Standard deviations are softplus(raw) + `SMALLEST_STD`.
    """
    mean, raw = (half.flatten(-axes) for half in parameters.chunk(2, -1))
    return Normal(mean, softplus(raw) + SMALLEST_STD)


GAUSSIAN = Family(2, gaussian, lambda zeros: Normal(zeros, torch.ones_like(zeros)))


def categorical(options: CategoricalOptions) -> Family:
    """V variables of K categories, parametrised by logits; p(z_L) is uniform: all logits are 0."""

    def read(logits: Tensor) -> Categorical:
        return from_logits(logits, options.categories, options.temperature)

    return Family(1, read, read)


def family(top: Top) -> Family:
    """The family that `model.top` names."""
    return categorical(top) if isinstance(top, CategoricalOptions) else GAUSSIAN
