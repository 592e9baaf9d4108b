"""A hypernetwork: one model for a whole box of β, each affine layer of it conditioned on log β.

An affine layer W x + b becomes, for s = (log β_1, …, log β_L) with the box as [−1, 1]^L::

    ((W + V diag(d(s)) U) x + b) · (1 + a(s)) + c(s)

a, c and d are affine in s and in a small perceptron of s. All three start at zero, so training
begins with the plain model. The scale is the gate of Bae et al. ("Multi-Rate VAE", ICLR 2023). The
shift is needed since the log-variances of a linear VAE are affine in log β. V diag(d) U is a
low-rank adapter (`LowRank`). At a fixed β each layer is affine again, so `folded` gives the weights
of a plain model.

Scales and shifts alone do not turn a model whose z_1 carries all of the rate into one whose z_1
carries none, so the matrix must change with β too. `benchmarks/variants.md` compares other forms.
"""

import copy
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor, nn

from hvae.config.model import Conditioning

START = (1.0, 0.0, 0.0)  # scales, shifts and gates of the plain model

# Names of the parts in files of weights; older files have them, so they stay
HYPERNETWORK, ADAPTER = "condition", "detour"

Range = tuple[float, float]


class Constant(nn.Module):
    """An affine layer without inputs: its output is the learned vector `bias`, (k,)."""

    def __init__(self, values: Tensor) -> None:
        super().__init__()
        self.bias = nn.Parameter(values)

    def forward(self) -> Tensor:
        return self.bias


class LowRank(nn.Module):
    """x ↦ V (d · U x), added to an affine layer: V (outputs, r), U (r, inputs), d (r,).

    U is a layer of the same kind with r outputs. `axis` is the axis of the layer's weight that
    counts its outputs. r is `most`, or less if the layer has fewer inputs or outputs.
    """

    def __init__(self, layer: nn.Module, axis: int, most: int) -> None:
        super().__init__()
        weight = layer.get_parameter("weight")
        self.axis, outputs = axis, weight.shape[axis]
        self.rank = min(most, outputs, weight.numel() // outputs)
        self.down = _narrow(layer, axis, self.rank)
        self.up = nn.Parameter(torch.empty(outputs, self.rank))
        nn.init.kaiming_uniform_(self.up, a=math.sqrt(5))  # as the matrix of a linear layer

    def forward(self, x: Tensor, gates: Tensor) -> Tensor:
        """The term that is added to the output (items, outputs, …); gates: (…, rank, 1, …)."""
        inside = gates * self.down(x)
        return nn.functional.linear(inside.movedim(1, -1), self.up).movedim(-1, 1)

    def weight(self, gates: Tensor) -> Tensor:
        """V diag(d) U in the shape of the layer's weight, for gates d (rank,)."""
        down = self.down.get_parameter("weight").movedim(self.axis, 0)
        return torch.einsum("or,r,r...->o...", self.up, gates, down).movedim(0, self.axis)


def _narrow(layer: nn.Module, axis: int, rank: int) -> nn.Module:
    """A copy of the layer with fewer outputs, no bias, and newly initialised weights."""
    narrow = copy.deepcopy(layer)
    weight = layer.get_parameter("weight").narrow(axis, 0, rank)
    # on torch's meta device, empty_like would load many modules first
    narrow.weight = nn.Parameter(weight.new_empty(weight.shape))
    narrow.register_parameter("bias", None)
    cast(nn.Linear, narrow).reset_parameters()
    return narrow


class Modulation(NamedTuple):
    """How a layer changes with β: 1 + a and c (..., outputs, 1, …), and d (..., rank, 1, …)."""

    scale: Tensor
    shift: Tensor
    gates: Tensor


class AffineKind(NamedTuple):
    """axis: the weight's axis of outputs; pixels: how many axes follow the outputs' own axis."""

    axis: int
    pixels: int


# All kinds of affine layers. Modules of other kinds have no weights of their own.
AFFINE: Mapping[type[nn.Module], AffineKind] = {
    nn.Linear: AffineKind(0, 0),
    nn.Conv2d: AffineKind(0, 2),
    nn.ConvTranspose2d: AffineKind(1, 2),
    Constant: AffineKind(0, 0),
}


class Hypernetwork(nn.Module):
    """β (..., L) ↦ the modulation of each layer: (..., outputs), (..., outputs) and (..., rank).

    `box` holds the lowest and the highest β_l of each layer of latents: the model is trained there.
    `sizes` are the outputs and the rank of each affine layer. The perceptron has two layers of
    `units` units.
    """

    box: Tensor
    layers: list[tuple[nn.Module, AffineKind]]  # the modulated layers, which belong to the model

    def __init__(self, box: Sequence[Range], sizes: Sequence[tuple[int, int]], units: int) -> None:
        super().__init__()
        self.register_buffer("box", torch.tensor(box))
        self.sizes = [size for outputs, rank in sizes for size in (outputs, outputs, rank)]
        self.hidden = nn.Sequential(
            nn.Linear(len(box), units), nn.SiLU(), nn.Linear(units, units), nn.SiLU()
        )
        self.out = nn.Linear(len(box) + units, sum(self.sizes))
        nn.init.zeros_(self.out.weight)
        with torch.no_grad():
            for part, start in zip(self.out.bias.split(self.sizes), cycle(START), strict=False):
                part.fill_(start)

    def forward(self, beta: Tensor) -> Iterator[Modulation]:
        s = self.place(beta)
        parts = iter(self.out(torch.cat([s, self.hidden(s)], -1)).split(self.sizes, -1))
        return map(Modulation, parts, parts, parts)

    def place(self, beta: Tensor) -> Tensor:
        """s, which runs from −1 to 1 along each axis of the box; 0 if an axis is a single value."""
        low, high = self.box.log().unbind(-1)
        s = (beta.log() - (low + high) / 2) / ((high - low) / 2)
        return torch.where(high > low, s, 0)


def condition(model: nn.Module, box: Sequence[Range], options: Conditioning) -> None:
    """Make every affine layer of a plain model depend on β."""
    layers = [(layer, kind) for _, layer, kind in affine_layers(model)]
    for layer, kind in layers:
        if not isinstance(layer, Constant):
            layer.add_module(ADAPTER, LowRank(layer, kind.axis, options.rank))
        layer.register_forward_hook(_modulated)
    sizes = [_sizes(layer) for layer, _ in layers]
    model.add_module(HYPERNETWORK, Hypernetwork(box, sizes, options.units))
    hypernetwork_of(model).layers = layers  # kept, since a search in each step would be slow


def is_conditioned(model: nn.Module) -> bool:
    """Whether this is one model for a box of β, rather than for a single β."""
    return hasattr(model, HYPERNETWORK)


def hypernetwork_of(model: nn.Module) -> Hypernetwork:
    """The hypernetwork of a conditioned model; AttributeError for a plain model, which has none."""
    return cast(Hypernetwork, model.get_submodule(HYPERNETWORK))


def at(model: nn.Module, beta: Tensor) -> None:
    """Set β, (L,) or (items, L), for the next passes through a conditioned model."""
    network = hypernetwork_of(model)
    for (layer, kind), own in zip(network.layers, network(beta), strict=True):
        pixels = (..., *[None] * kind.pixels)
        parts = Modulation(*(part[pixels] for part in own)) if kind.pixels else own
        cast(Any, layer).modulation = parts


@torch.no_grad()
def folded(model: nn.Module, beta: Tensor) -> dict[str, Tensor]:
    """The weights of a plain model that computes what a conditioned one does at one β (L,)."""
    at(model, beta)
    state = {name: tensor for name, tensor in model.state_dict().items() if _plain(name)}
    for name, layer, kind in affine_layers(model):
        scale, shift, gates = (part.flatten() for part in _modulation(layer))
        state[f"{name}.bias"] = state[f"{name}.bias"] * scale + shift
        if (weight := state.get(f"{name}.weight")) is not None:
            along = [-1 if axis == kind.axis else 1 for axis in range(weight.dim())]
            changed = weight + _adapter_of(layer).weight(gates)
            state[f"{name}.weight"] = changed * scale.view(along)
    return state


def affine_layers(model: nn.Module) -> Iterator[tuple[str, nn.Module, AffineKind]]:
    """The affine layers of the plain model, with their names and kinds."""
    for name, layer in model.named_modules():
        kind = next((kind for type_, kind in AFFINE.items() if isinstance(layer, type_)), None)
        if kind is not None and _plain(name):
            yield name, layer, kind


def _plain(name: str) -> bool:
    return not name.startswith(f"{HYPERNETWORK}.") and f".{ADAPTER}." not in name


def _sizes(layer: nn.Module) -> tuple[int, int]:
    rank = 0 if isinstance(layer, Constant) else _adapter_of(layer).rank
    return layer.get_parameter("bias").numel(), rank


def _modulated(layer: nn.Module, inputs: tuple[Tensor, ...], out: Tensor) -> Tensor:
    scale, shift, gates = _modulation(layer)
    if inputs:
        out = out + _adapter_of(layer)(*inputs, gates)
    return torch.addcmul(shift, out, scale)


def _adapter_of(layer: nn.Module) -> LowRank:
    return cast(LowRank, getattr(layer, ADAPTER))


def _modulation(layer: nn.Module) -> Modulation:
    return cast(Modulation, layer.modulation)
