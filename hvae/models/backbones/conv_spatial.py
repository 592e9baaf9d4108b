"""Fully convolutional: every latent is a set of maps, and the weights fit images of any size."""

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor, nn, relu_
from torch.nn.functional import interpolate

from hvae.config.sizes import Size, channels, flat_latents, spatial_scales
from hvae.models.backbones.backbone import Backbone, BackbonePlan
from hvae.models.backbones.conv import Double, Halve, as_flat, as_maps
from hvae.models.distributions import Normal, gaussian

KERNEL = 5


def conv_spatial(plan: BackbonePlan) -> Backbone:
    """z_l is d_l maps of 2^−(l+1) times the image's height and width, rounded up at each halving.

    ::

        x (h×w) ─► h_1 (c, h/4×w/4) ─► h_2 (c, h/8×w/8) ─► …        5×5 convolutions of stride 2
                    │                   │
                    ▼                   ▼
        x̂ (h×w) ◄─ z_1 (d_1, h/4×w/4) ◄─ z_2 (d_2, h/8×w/8) ◄─ …    c = `width` base channels

    The scales are those of the fully convolutional models of Xiao & Bamler (ICLR 2023), which
    follow Minnen et al. (NeurIPS 2018), but for any number of layers. A layer sees the layers above
    enlarged to its own size, by nearest pixels.
    """
    layers = range(len(plan.latents))
    scales = spatial_scales(plan.shape, len(layers))
    latents = list(zip(plan.latents, scales[2:], strict=True))

    def head(layer: int, features: int, seen: Sequence[int]) -> SpatialHead:
        inputs = [(features, scales[layer + 2])] if features else []
        above = latents[layer + 1 :] if seen else []
        return SpatialHead([*inputs, *above], plan.width, *latents[layer])

    return Backbone(
        bottom_up=SpatialBottomUp(plan, scales),
        posterior=nn.ModuleList(head(layer, plan.width, plan.seen(layer)) for layer in layers),
        prior=nn.ModuleList(head(layer, 0, plan.above(layer)) for layer in layers[:-1]),
        decoder=SpatialDecoder(plan, latents if plan.skip else latents[:1], scales),
        latents=tuple(flat_latents("conv-spatial", plan.shape, plan.latents)),
        convolutional=True,
    )


Maps = tuple[int, Size]  # number of maps, and their size


def together(inputs: Sequence[Tensor], kinds: Sequence[Maps], size: Size) -> Tensor:
    """Flat maps of several sizes, resized to one size by nearest pixels, as channels."""
    parts = (as_maps(flat, kind) for flat, (_, kind) in zip(inputs, kinds, strict=True))
    return torch.cat([interpolate(part, tuple(size)) for part in parts], 1)


class SpatialBottomUp(nn.Module):
    """Flat maps h_1, …, h_L: h_l is (..., c · area of z_l's maps)."""

    def __init__(self, plan: BackbonePlan, scales: Sequence[Size]) -> None:
        super().__init__()
        self.size = scales[0]
        self.first = Halve(channels(plan.shape), plan.width, KERNEL)
        self.blocks = nn.ModuleList(Halve(plan.width, plan.width, KERNEL) for _ in plan.latents)

    def forward(self, x: Tensor) -> list[Tensor]:
        maps = relu_(self.first(as_maps(x, self.size)))
        features = []
        for block in self.blocks:
            maps = relu_(block(maps))
            features.append(as_flat(maps, like=x))
        return features


class SpatialHead(nn.Module):
    """Two convolutions from maps of several sizes to a Gaussian over the maps of one layer."""

    def __init__(self, inputs: Sequence[Maps], width: int, latent: int, size: Size) -> None:
        super().__init__()
        self.inputs, self.size = list(inputs), size
        self.hidden = nn.Conv2d(sum(count for count, _ in inputs), width, KERNEL, padding="same")
        self.out = nn.Conv2d(width, 2 * latent, KERNEL, padding="same")

    def forward(self, *inputs: Tensor) -> Normal:
        maps = relu_(self.hidden(together(inputs, self.inputs, self.size)))
        parameters = as_flat(self.out(maps), like=inputs[0])
        return gaussian(parameters.unflatten(-1, (self.size.area, -1)), axes=2)


class SpatialDecoder(nn.Module):
    """From latents, z_1 first, to the likelihood's parameters for every pixel."""

    def __init__(self, plan: BackbonePlan, inputs: Sequence[Maps], scales: Sequence[Size]) -> None:
        super().__init__()
        self.inputs, self.size = list(inputs), scales[2]
        counts = [sum(count for count, _ in inputs), plan.width, plan.outputs]
        self.doublings = nn.ModuleList(
            Double(before, after, KERNEL, size)
            for (before, after), size in zip(
                itertools.pairwise(counts), (scales[1], scales[0]), strict=True
            )
        )

    def forward(self, *inputs: Tensor) -> Tensor:
        maps = together(inputs, self.inputs, self.size)
        half, whole = self.doublings
        return as_flat(whole(relu_(half(maps))), like=inputs[0])
