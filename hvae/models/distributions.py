"""Diagonal Gaussians: sampling with given noise, log-density, product, KL divergence, in nats."""

import math
from collections.abc import Callable
from functools import singledispatch
from typing import Any, NamedTuple, TypeVar

import torch
from torch import Tensor


class Normal(NamedTuple):
    """N(mean, diag std²); both tensors of shape (..., d), the last axis being one item's vector."""

    mean: Tensor
    std: Tensor

    def sample(self, noise: Tensor) -> Tensor:
        """mean + std · ε, for ε ~ N(0, I) of shape (..., d) given by the caller."""
        return self.mean + self.std * noise

    def log_prob(self, value: Tensor) -> Tensor:
        """log N(value; mean, std²) in nats, summed over the last axis: shape (...)."""
        standard = (value - self.mean) / self.std
        return -(standard.square() / 2 + self.std.log() + math.log(2 * math.pi) / 2).sum(-1)


@singledispatch
def kl(q: Any, p: Any) -> Tensor:
    """KL[q ‖ p] = E_q log(q/p) in nats, shape (...), for two distributions of one family.

    Each family registers its own formula. TypeError for a family that has none.
    """
    raise TypeError(f"KL[q ‖ p] is not known for q a {type(q).__name__}")


@kl.register
def _(q: Normal, p: Normal) -> Tensor:
    """KL[q ‖ p] = Σ log(σ_p/σ_q) + (σ_q² + (μ_q − μ_p)²) / 2σ_p² − ½, in nats: shape (...)."""
    ratio = q.std / p.std
    shift = (q.mean - p.mean) / p.std
    return ((ratio.square() + shift.square() - 1) / 2 - ratio.log()).sum(-1)


def product(q: Normal, p: Normal) -> Normal:
    """The Gaussian proportional to q·p: precisions add, means are weighted with them.

    1/σ² = 1/σ_q² + 1/σ_p² and μ = σ² (μ_q/σ_q² + μ_p/σ_p²), by ratios of standard deviations only.
    """
    std = q.std * p.std / torch.hypot(q.std, p.std)
    return Normal(p.mean + (std / q.std).square() * (q.mean - p.mean), std)


D = TypeVar("D", bound=tuple[Any, ...])


def with_tensors(change: Callable[..., Tensor], *parts: D) -> D:
    """The distribution whose tensors are `change` of those of `parts`, of one family, in order.

    What is no tensor, such as a temperature, is as in the first.
    """
    fields = zip(*parts, strict=True)
    return type(parts[0])(*(change(*f) if isinstance(f[0], Tensor) else f[0] for f in fields))
