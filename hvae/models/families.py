"""Families of latents: how a distribution is read from a network's numbers, and the top's prior."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import softplus

from hvae.config.top import Categorical as CategoricalOptions
from hvae.config.top import Top
from hvae.models.categorical import Categorical, from_logits
from hvae.models.distributions import Normal

SMALLEST_STD = 1e-4  # keeps KL and log-density finite when a layer is nearly noiseless

Latent = Normal | Categorical  # a distribution of one layer's z


class Family(NamedTuple):
    """numbers: how many a network gives for each entry of z.

    read: those of an item, (..., numbers · d), ↦ the distribution of z, (..., d).
    standard: zeros (d,), in the type and on the device that is wanted, ↦ p(z_L).
    """

    numbers: int
    read: Callable[[Tensor], Latent]
    standard: Callable[[Tensor], Latent]


def gaussian(parameters: Tensor, axes: int = 1) -> Normal:
    """Means and raw deviations, halves of the last axis, as a Gaussian over the last `axes`, flat.

    Standard deviations are softplus(raw), and a little more.
    """
    mean, raw = (half.flatten(-axes) for half in parameters.chunk(2, -1))
    return Normal(mean, softplus(raw) + SMALLEST_STD)


GAUSSIAN = Family(2, gaussian, lambda zeros: Normal(zeros, torch.ones_like(zeros)))


def categorical(options: CategoricalOptions) -> Family:
    """V variables of K categories, read from logits; p(z_L) is uniform, as logits of zero are."""

    def read(logits: Tensor) -> Categorical:
        return from_logits(logits, options.categories, options.temperature)

    return Family(1, read, read)


def family(top: Top) -> Family:
    """The family that `model.top` asks for."""
    return categorical(top) if isinstance(top, CategoricalOptions) else GAUSSIAN
