"""How many weights a model has, and multiplications a pass takes, without building it.

Weights are what `sum(w.numel() for w in …)` would give. There is a function for each backbone of
`hvae/models/build.py`. Lists over layers run bottom to top.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain as one_after_another
from typing import NamedTuple

from hvae.config.model import Likelihood, Model
from hvae.config.sizes import channels, conv_scales, flat_latents, spatial_scales


class Layer(NamedTuple):
    """A matrix and a bias, in Python's integers, which hold whatever a card may claim.

    times: that the matrix is used for one item; after: pixels of an item's output.
    """

    inputs: int
    outputs: int
    times: int = 1
    after: int = 1
    bias: bool = True

    @property
    def weights(self) -> int:
        return (self.inputs + self.bias) * self.outputs

    @property
    def multiplications(self) -> int:
        """Of one item with the matrix."""
        return self.times * self.inputs * self.outputs

    def rank(self, limit: int) -> int:
        """That of its low-rank adapter, which is `limit` at most."""
        return min(limit, self.inputs, self.outputs)

    def adapter(self, limit: int) -> "Layers":
        """What is beside it where it depends on β; its second matrix is used at each output."""
        rank = self.rank(limit)
        down = Layer(self.inputs, rank, self.times, bias=False)
        return down, Layer(rank, self.outputs, self.after, bias=False)


Layers = tuple[Layer, ...]
NOTHING: Layers = ()
LEARNED_SIGMA: Layers = (Layer(0, 1),)


def joined(parts: Iterable[Layers]) -> Layers:
    """The layers of all parts."""
    return tuple(one_after_another.from_iterable(parts))


def chain(inputs: int, width: int, layers: int) -> Layers:
    """Dense layers one after the other; none at all for 0."""
    return dense(inputs, width) + (layers - 1) * dense(width, width) if layers else NOTHING


def perceptron(inputs: int, width: int, outputs: int, shortcut: bool = False) -> Layers:
    """One hidden layer; with a shortcut, what follows it sees the inputs beside it."""
    return dense(inputs, width) + dense(width + shortcut * inputs, outputs)


def spread(inputs: int, outputs: int) -> Layers:
    """Vectors as maps; nothing where there are no vectors."""
    return dense(inputs, outputs) if inputs else NOTHING


def dense(inputs: int, outputs: int) -> Layers:
    """A matrix and a bias."""
    return (Layer(inputs, outputs),)


def filters(inputs: int, outputs: int, kernel: int, area: int) -> Layers:
    """A convolution with `area` output pixels."""
    return (Layer(inputs * kernel**2, outputs, area, area),)


def transposed(inputs: int, outputs: int, kernel: int, area: int, after: int) -> Layers:
    """A transposed convolution from `area` pixels to `after`."""
    return (Layer(inputs * kernel**2, outputs, area, after),)


class Architecture(NamedTuple):
    """A model, an item's shape, and how many numbers the decoder gives for a pixel."""

    model: Model
    shape: tuple[int, ...]
    outputs: int

    @property
    def layers(self) -> range:
        return range(len(self.model.latents))

    def above(self, layer: int) -> int:
        """The total width of the layers above one that is counted from 0."""
        return sum(self.model.latents[layer + 1 :])

    def seen(self, layer: int) -> int:
        """The total width that a posterior head sees: the ladder's sees x alone."""
        return self.above(layer) if self.model.inference == "top-down" else 0

    def parameters(self, layer: int) -> int:
        """Numbers for each entry of z_l: a mean and a deviation; of a categorical top a logit."""
        return 2 if layer < self.layers[-1] or self.model.top == "gaussian" else 1

    @property
    def decoded(self) -> int:
        """The total width that the decoder sees."""
        return self.model.latents[0] + (self.above(0) if self.model.skip else 0)


def weights(model: Model, shape: tuple[int, ...], conditioned: bool = False) -> int:
    """The number of trained weights of a model of items of `shape`; `conditioned`: on β."""
    return sum(layer.weights for layer in network(model, shape, conditioned))


def multiplications(model: Model, shape: tuple[int, ...], conditioned: bool = False) -> int:
    """Those of one item with a weight, in a forward pass through posteriors, priors and decoder.

    Those with the zeros of a padding count, since the convolutions of libraries do them, too.
    """
    return sum(layer.multiplications for layer in network(model, shape, conditioned))


def network(model: Model, shape: tuple[int, ...], conditioned: bool) -> Layers:
    """The layers of a plain model or of one that is conditioned on β."""
    plan = Architecture(model, shape, outputs(model.likelihood, channels(shape)))
    learned = model.likelihood.family == "gaussian-learned"
    plain = BACKBONES[model.backbone](plan) + (LEARNED_SIGMA if learned else NOTHING)
    return plain + of_beta(model, plain) if conditioned else plain


def of_beta(model: Model, plain: Layers) -> Layers:
    """The low-rank adapters, and the hypernetwork.

    It scales and shifts each output of a layer, and scales each inner unit of an adapter.
    """
    layers, asked = len(model.latents), model.conditioning
    adapters = tuple(part for layer in plain for part in layer.adapter(asked.rank))
    values = sum(2 * layer.outputs + layer.rank(asked.rank) for layer in plain)
    return adapters + chain(layers, asked.units, 2) + dense(layers + asked.units, values)


def outputs(likelihood: Likelihood, count: int) -> int:
    """How many numbers the decoder gives for a pixel of `count` channels."""
    if likelihood.family == "mixture-of-logistics":
        return likelihood.components * (1 + 2 * count + count * (count - 1) // 2)
    return count


def mlp(plan: Architecture) -> Layers:
    """Perceptrons of one hidden layer, and a chain of layers upwards."""
    width, n = plan.model.width, math.prod(plan.shape)
    pixels = n // channels(plan.shape)
    features = width + plan.model.shortcut * n
    return (
        dense(n, width)
        + (len(plan.layers) - 1) * dense(features, width)
        + joined(head(features, plan, layer, width, plan.model.latents) for layer in plan.layers)
        + priors(plan, width, plan.model.latents)
        + perceptron(plan.decoded, width, pixels * plan.outputs, plan.model.shortcut)
    )


def conv(plan: Architecture) -> Layers:
    """4×4 convolutions below, perceptrons of eight times the base channels above."""
    c, (lowest, *_) = plan.model.width, plan.model.latents
    _, large, middle, size = conv_scales(plan.shape)
    area, hidden = size.area, 8 * plan.model.width
    flat = flat_latents("conv", plan.shape, plan.model.latents)
    bottom_up = (
        filters(channels(plan.shape), c, 4, large.area)
        + filters(c, c, 4, middle.area)
        + filters(c, c, 4, area)
    )
    maps_head = (
        filters(c, c, 3, area) + spread(plan.seen(0), c * area) + filters(c, 2 * lowest, 3, area)
    )
    skips = spread(plan.above(0) if plan.model.skip else 0, c * area)
    decoder = (
        filters(lowest, c, 1, area)
        + transposed(c, c, 4, area, middle.area)
        + transposed(c, c, 4, middle.area, large.area)
        + filters(c, 4 * plan.outputs, 2, (large.height + 1) * (large.width + 1))
    )
    return (
        bottom_up
        + chain(c * area, hidden, len(plan.layers) - 1)
        + maps_head
        + joined(head(hidden, plan, layer, hidden, flat) for layer in plan.layers[1:])
        + priors(plan, hidden, flat)
        + skips
        + decoder
    )


def conv_spatial(plan: Architecture) -> Layers:
    """5×5 convolutions throughout."""
    c, latents = plan.model.width, plan.model.latents
    full, half, *sizes = (size.area for size in spatial_scales(plan.shape, len(latents)))
    bottom_up = filters(channels(plan.shape), c, 5, half) + joined(
        filters(c, c, 5, area) for area in sizes
    )
    heads = joined(filters(c + plan.seen(layer), c, 5, sizes[layer]) for layer in plan.layers)
    priors = joined(filters(plan.above(layer), c, 5, sizes[layer]) for layer in plan.layers[:-1])
    ends = joined(
        filters(c, 2 * latents[layer], 5, sizes[layer])
        for layer in [*plan.layers, *plan.layers[:-1]]
    )
    decoder = transposed(plan.decoded, c, 5, sizes[0], half) + transposed(
        c, plan.outputs, 5, half, full
    )
    return bottom_up + heads + priors + ends + decoder


BACKBONES: Mapping[str, Callable[[Architecture], Layers]] = {
    "mlp": mlp,
    "conv": conv,
    "conv-spatial": conv_spatial,
}


def head(features: int, plan: Architecture, layer: int, width: int, flat: Sequence[int]) -> Layers:
    """A perceptron from features and the layers seen to the parameters of one layer."""
    numbers = plan.parameters(layer) * flat[layer]
    return perceptron(features + plan.seen(layer), width, numbers, plan.model.shortcut)


def priors(plan: Architecture, width: int, flat: Sequence[int]) -> Layers:
    """Perceptrons from the layers above, for each layer but the top."""
    return joined(
        perceptron(plan.above(k), width, 2 * flat[k], plan.model.shortcut) for k in plan.layers[:-1]
    )
