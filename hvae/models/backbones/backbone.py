"""The interface of backbones: what they are built from, and the networks that they supply.

Networks exchange flat vectors only.
"""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from torch import nn

from hvae.config.sizes import channels
from hvae.models.distributions import GAUSSIAN, Family


class BackbonePlan(NamedTuple):
    """What a backbone is built from.

    shape: the shape of an item; outputs: how many numbers the decoder gives for a pixel.
    latents: the widths in the parameters, z_1 first; width: units of hidden layers, or base
    channels. conditional: whether posterior heads see z_{>l}; skip: whether the decoder sees
    z_{>1}. top: the family of z_L, Gaussian if the backbone keeps z_L spatial.
    shortcut: whether heads and decoder have linear maps beside their hidden layer, and features
    of x have x beside them. options: what parameters say to a backbone of the user's own.
    """

    shape: tuple[int, ...]
    outputs: int
    latents: Sequence[int]
    width: int
    conditional: bool
    skip: bool
    top: Family = GAUSSIAN
    shortcut: bool = False
    options: Mapping[str, Any] = MappingProxyType({})

    @property
    def pixels(self) -> int:
        """The number of pixels of an item."""
        return math.prod(self.shape) // channels(self.shape)

    def above(self, layer: int) -> Sequence[int]:
        """The widths of the layers above a layer; layers are counted from 0."""
        return self.latents[layer + 1 :]

    def seen(self, layer: int) -> Sequence[int]:
        """The widths of the layers that the posterior head of a layer sees."""
        return self.above(layer) if self.conditional else ()

    def family(self, layer: int) -> Family:
        """The family of a layer's distributions: all layers below the top are Gaussian."""
        return GAUSSIAN if self.above(layer) else self.top


class Backbone(NamedTuple):
    """The networks of L layers; lists over layers start with z_1.

    bottom_up: x (..., n) ↦ features h_1, …, h_L of x, each (..., m_l).
    posterior: for each layer, (h_l, and z_{l+1}, …, z_L if conditional) ↦ a distribution of z_l.
    prior: for each layer but the top, (z_{l+1}, …, z_L) ↦ p(z_l | z_{>l}).
    decoder: z_1, or with skips z_1, …, z_L ↦ the parameters of the likelihood for every pixel.
    latents: the sizes d_l of the flat z_l.
    convolutional: whether most of the work is convolutions, rather than matrix products.
    """

    bottom_up: nn.Module
    posterior: nn.ModuleList
    prior: nn.ModuleList
    decoder: nn.Module
    latents: tuple[int, ...]
    convolutional: bool
