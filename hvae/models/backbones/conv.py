"""Convolutions below, vectors above: for images of any size and number of channels."""

import torch
from torch import Tensor, nn, relu_

from hvae.config.sizes import HALVINGS, Size, channels, conv_scales, flat_latents, size_of
from hvae.models.backbones import mlp
from hvae.models.backbones.backbone import Backbone, BackbonePlan
from hvae.models.backbones.maps import Double, Halve, Up, as_flat, as_maps
from hvae.models.distributions import Normal, gaussian

KERNEL = 4
HIDDEN = 8  # times the base channels: units of hidden vectors, half the numbers of a 4 × 4 map


def conv(plan: BackbonePlan) -> Backbone:
    """z_1 is d_1 maps, an eighth of the image in height and width (rounded up); the rest vectors.

    ::

        x (h×w) ─► h_1 (c, h/8×w/8) ─► h_2 (8c) ─► …      three 4×4 convolutions of stride 2
                    │                   │
                    ▼                   ▼
        x̂ (h×w) ◄─ z_1 (d_1, h/8×w/8) ◄─ z_2 (d_2) ◄─ …   c = `width` base channels

    After the models of images in Xiao & Bamler (ICLR 2023), with d_1 = c, for images of 28 and 32
    pixels alike a z_1 of 4×4; here one bottom-up pass serves all layers, as it does in the LVAE.
    The prior of z_1 is a perceptron from z_{>1}, as theirs is. An odd size gets a row of zeros.
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


class ConvBottomUp(nn.Module):
    """h_1, maps (flat, (..., c·⌈h/8⌉·⌈w/8⌉)), and vectors h_2, …, h_L, each (..., 8c)."""

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
    """Reads z_1 from h_1 and from vectors z_{>1}, if they are seen, spread over maps."""

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
    """Vectors as maps, each unit its own pixel and channel; nothing where there are no vectors."""

    def __init__(self, inputs: int, outputs: int, size: Size) -> None:
        super().__init__()
        self.size = size
        self.linear = nn.Linear(inputs, outputs * size.area) if inputs else None

    def forward(self, *vectors: Tensor) -> Tensor | float:
        if self.linear is None:
            return 0.0
        return as_maps(self.linear(torch.cat(vectors, -1)), self.size)


class ConvDecoder(nn.Module):
    """z_1, and with skips the vectors z_{>1}, to the likelihood's numbers for every pixel."""

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
