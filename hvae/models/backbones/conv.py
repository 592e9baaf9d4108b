"""Convolutions, for images of any size and number of channels: two backbones.

`conv` has maps in z_1 and vectors above; `conv_spatial` has maps in every layer.

A flat vector holds its feature maps channel last, (h, w, c), as images are stored. Seen as
(N, c, h, w), it has the memory format in which convolutions on the CPU are fastest, without a copy.
"""

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor, nn, relu_
from torch.nn.functional import interpolate, pad

from hvae.config.sizes import (
    HALVINGS,
    Size,
    channels,
    conv_scales,
    flat_latents,
    size_of,
    spatial_scales,
)
from hvae.models.backbones import mlp
from hvae.models.backbones.backbone import Backbone, BackbonePlan
from hvae.models.distributions import Normal, gaussian

KERNEL, SPATIAL_KERNEL = 4, 5
Maps = tuple[int, Size]  # number of maps, and their size
HIDDEN = 8  # units of hidden vectors, in base channels: half as many as 4 × 4 maps have


def conv(plan: BackbonePlan) -> Backbone:
    """z_1 is d_1 maps of an eighth of the image's height and width, rounded up; others are vectors.

    ::

        x (h×w) ─► h_1 (c, h/8×w/8) ─► h_2 (8c) ─► …      three 4×4 convolutions of stride 2
                    │                   │
                    ▼                   ▼
        x̂ (h×w) ◄─ z_1 (d_1, h/8×w/8) ◄─ z_2 (d_2) ◄─ …   c = `width` base channels

    It follows the image models of Xiao & Bamler (ICLR 2023): with d_1 = c, and a z_1 of 4×4 for
    images of 28 as well as 32 pixels. Here one bottom-up pass serves all layers, as in the LVAE.
    The prior of z_1 is a perceptron from z_{>1}, like theirs. An odd size gets a row of zeros.
    """
    layers, size = range(len(plan.latents)), conv_scales(plan.shape)[-1]
    flat = tuple(flat_latents("conv", plan.shape, plan.latents))
    hidden = HIDDEN * plan.width
    lowest_head = LowestHead(plan, size)
    heads = [
        mlp.Head(hidden + sum(plan.seen(layer)), hidden, flat[layer], plan.family(layer))
        for layer in layers[1:]
    ]
    return Backbone(
        bottom_up=ConvBottomUp(plan, size),
        posterior=nn.ModuleList([lowest_head, *heads]),
        prior=nn.ModuleList(
            mlp.Head(sum(plan.above(layer)), hidden, flat[layer]) for layer in layers[:-1]
        ),
        decoder=ConvDecoder(plan, size),
        latents=flat,
        convolutional=True,
    )


def as_maps(flat: Tensor, size: Size) -> Tensor:
    """(..., h·w·c) as (N, c, h, w), channels last in memory."""
    return flat.reshape(-1, *size, flat.shape[-1] // size.area).permute(0, 3, 1, 2)


def as_flat(maps: Tensor, like: Tensor) -> Tensor:
    """(N, c, h, w) as (..., h·w·c), with the leading axes of a flat vector `like`; N may be 0."""
    return maps.permute(0, 2, 3, 1).reshape(*like.shape[:-1], maps.shape[1:].numel())


def resized(maps: Tensor, height: int, width: int) -> Tensor:
    """Maps with rows and columns of zeros added, or cut off, at the bottom and on the right."""
    rows, columns = height - maps.shape[-2], width - maps.shape[-1]
    return pad(maps, (0, columns, 0, rows)) if rows or columns else maps


class Halve(nn.Conv2d):
    """A convolution of stride 2, from n pixels to ⌈n/2⌉; an odd size gets a last row of zeros."""

    def __init__(self, inputs: int, outputs: int, kernel: int) -> None:
        super().__init__(inputs, outputs, kernel, stride=2, padding=(kernel - 1) // 2)

    def forward(self, maps: Tensor) -> Tensor:
        height, width = maps.shape[-2:]
        return super().forward(resized(maps, height + height % 2, width + width % 2))


class Double(nn.ConvTranspose2d):
    """A transposed convolution of stride 2, from ⌈n/2⌉ pixels to the n pixels of `size`."""

    def __init__(self, inputs: int, outputs: int, kernel: int, size: Size) -> None:
        padding = (kernel - 1) // 2
        super().__init__(inputs, outputs, kernel, 2, padding, output_padding=kernel % 2)
        self.size = size

    def forward(self, maps: Tensor, output_size: list[int] | None = None) -> Tensor:
        return resized(super().forward(maps, output_size), *self.size)


class Up(nn.Module):
    """The last doubling, to few channels: a 4 × 4 transposed convolution, phase by phase.

    Output row 2j − 1 + r is phase r = 0, 1 of a 2 × 2 convolution between rows j − 1 and j, and
    likewise for columns (Shi et al., CVPR 2016). With one channel it takes half of `Double`'s time.
    """

    def __init__(self, inputs: int, outputs: int, size: Size) -> None:
        super().__init__()
        self.phases = nn.Conv2d(inputs, 4 * outputs, 2, padding=1)
        self.size = size

    def forward(self, maps: Tensor) -> Tensor:
        phases = self.phases(maps).permute(0, 2, 3, 1)
        rows = phases.unflatten(-1, (2, 2, -1)).permute(0, 1, 3, 2, 4, 5)
        pixels = rows.flatten(3, 4).flatten(1, 2)
        inside = pixels[:, 1 : self.size.height + 1, 1 : self.size.width + 1]
        return inside.permute(0, 3, 1, 2)


class ConvBottomUp(nn.Module):
    """h_1, which is flat maps (..., c·⌈h/8⌉·⌈w/8⌉), and vectors h_2, …, h_L, each (..., 8c)."""

    def __init__(self, plan: BackbonePlan, size: Size) -> None:
        super().__init__()
        self.size = size_of(plan.shape)
        inputs = [channels(plan.shape), *[plan.width] * (HALVINGS - 1)]
        self.halvings = nn.ModuleList(Halve(count, plan.width, KERNEL) for count in inputs)
        self.vectors = mlp.MlpBottomUp(
            plan.width * size.area, HIDDEN * plan.width, len(plan.latents) - 1
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        maps = as_maps(x, self.size)
        for halve in self.halvings:
            maps = relu_(halve(maps))
        lowest = as_flat(maps, like=x)
        return [lowest, *self.vectors(lowest)]


class LowestHead(nn.Module):
    """Reads z_1 from h_1 and, if it sees them, from vectors z_{>1} that are spread over maps."""

    def __init__(self, plan: BackbonePlan, size: Size) -> None:
        super().__init__()
        self.size = size
        self.features = nn.Conv2d(plan.width, plan.width, 3, padding=1)
        self.above = Spread(sum(plan.seen(0)), plan.width, size)
        self.out = nn.Conv2d(plan.width, 2 * plan.latents[0], 3, padding=1)

    def forward(self, features: Tensor, *above: Tensor) -> Normal:
        maps = self.features(as_maps(features, self.size)) + self.above(*above)
        parameters = as_flat(self.out(relu_(maps)), like=features)
        return gaussian(parameters.unflatten(-1, (self.size.area, -1)), axes=2)


class Spread(nn.Module):
    """Vectors as maps, by an affine map to every pixel and channel; 0 without vectors."""

    def __init__(self, inputs: int, outputs: int, size: Size) -> None:
        super().__init__()
        self.size = size
        self.linear = nn.Linear(inputs, outputs * size.area) if inputs else None

    def forward(self, *vectors: Tensor) -> Tensor | float:
        if self.linear is None:
            return 0.0
        return as_maps(self.linear(torch.cat(vectors, -1)), self.size)


class ConvDecoder(nn.Module):
    """From z_1, and with skips vectors z_{>1}, to the likelihood's parameters for every pixel."""

    def __init__(self, plan: BackbonePlan, size: Size) -> None:
        super().__init__()
        self.size = size
        image, *between = conv_scales(plan.shape)[:-1]
        self.start = nn.Conv2d(plan.latents[0], plan.width, 1)
        self.above = Spread(sum(plan.above(0)) if plan.skip else 0, plan.width, size)
        self.doublings = nn.ModuleList(
            Double(plan.width, plan.width, KERNEL, goal) for goal in reversed(between)
        )
        self.out = Up(plan.width, plan.outputs, image)

    def forward(self, lowest: Tensor, *above: Tensor) -> Tensor:
        maps = self.start(as_maps(lowest, self.size)) + self.above(*above)
        for double in self.doublings:
            maps = relu_(double(maps))
        return as_flat(self.out(maps), like=lowest)


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


def together(inputs: Sequence[Tensor], kinds: Sequence[Maps], size: Size) -> Tensor:
    """Flat maps of several sizes, resized to one size by nearest pixels, as channels."""
    parts = (as_maps(flat, kind) for flat, (_, kind) in zip(inputs, kinds, strict=True))
    return torch.cat([interpolate(part, tuple(size)) for part in parts], 1)


class SpatialBottomUp(nn.Module):
    """Flat maps h_1, …, h_L: h_l is (..., c · area of z_l's maps)."""

    def __init__(self, plan: BackbonePlan, scales: Sequence[Size]) -> None:
        super().__init__()
        self.size = scales[0]
        self.first = Halve(channels(plan.shape), plan.width, SPATIAL_KERNEL)
        self.blocks = nn.ModuleList(
            Halve(plan.width, plan.width, SPATIAL_KERNEL) for _ in plan.latents
        )

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
        self.hidden = nn.Conv2d(
            sum(count for count, _ in inputs), width, SPATIAL_KERNEL, padding="same"
        )
        self.out = nn.Conv2d(width, 2 * latent, SPATIAL_KERNEL, padding="same")

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
            Double(before, after, SPATIAL_KERNEL, size)
            for (before, after), size in zip(
                itertools.pairwise(counts), (scales[1], scales[0]), strict=True
            )
        )

    def forward(self, *inputs: Tensor) -> Tensor:
        maps = together(inputs, self.inputs, self.size)
        half, whole = self.doublings
        return as_flat(whole(relu_(half(maps))), like=inputs[0])
