"""What every backbone is built for, and what it supplies: between networks all is flat vectors."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from torch import nn

from hvae.config.sizes import channels
from hvae.models.distributions import GAUSSIAN, Family


class BackbonePlan(NamedTuple):
    """shape: an item's; outputs: the numbers that the decoder gives for a pixel, all its channels.

    latents: the widths that were asked for, z_1 first; width: of hidden layers, or base channels.
    conditional: whether posterior heads see z_{>l}; skip: whether the decoder sees z_{>1}.
    top: the family of z_L, Gaussian where the backbone keeps z_L spatial.
    shortcut: whether heads and decoder are linear beside their hidden layer, too, and features of x
    have x beside them.
    """

    shape: tuple[int, ...]
    outputs: int
    latents: Sequence[int]
    width: int
    conditional: bool
    skip: bool
    top: Family = GAUSSIAN
    shortcut: bool = False

    @property
    def pixels(self) -> int:
        """The number of pixels of an item."""
        return math.prod(self.shape) // channels(self.shape)

    def above(self, layer: int) -> Sequence[int]:
        """The widths of the layers above one that is counted from 0."""
        return self.latents[layer + 1 :]

    def seen(self, layer: int) -> Sequence[int]:
        """The widths of the layers that the posterior head of one sees."""
        return self.above(layer) if self.conditional else ()

    def family(self, layer: int) -> Family:
        """The family of a layer's distributions: all below the top are Gaussian."""
        return GAUSSIAN if self.above(layer) else self.top


class Backbone(NamedTuple):
    """The networks of L layers; a list over layers starts with z_1.

    bottom_up: x (..., n) ↦ features h_1, …, h_L of x, each (..., m_l).
    posterior: for each layer, (h_l, and z_{l+1}, …, z_L if conditional) ↦ a distribution of z_l.
    prior: for each layer but the top, (z_{l+1}, …, z_L) ↦ p(z_l | z_{>l}).
    decoder: z_1, or with skips z_1, …, z_L ↦ the likelihood's numbers for every pixel.
    latents: the sizes d_l of the flat z_l.
    convolutional: whether most of the work is convolutions, rather than matrix products.
    """

    bottom_up: nn.Module
    posterior: nn.ModuleList
    prior: nn.ModuleList
    decoder: nn.Module
    latents: tuple[int, ...]
    convolutional: bool
