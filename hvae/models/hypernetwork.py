"""A hypernetwork: one model for a whole box of β, each affine layer of it conditioned on log β.

An affine layer W x + b becomes, for s = (log β_1, …, log β_L) with the box as [−1, 1]^L::

    ((W + V diag(d(s)) U) x + b) · (1 + a(s)) + c(s)

with a, c and d affine in s and in a small perceptron of it. They are zero at first: training begins
at the plain model. The scale is the gate of Bae et al. ("Multi-Rate VAE", ICLR 2023); the shift is
there since the log-variances of a linear VAE are affine in log β; V diag(d) U is a low-rank adapter
(`layers.LowRank`). At one β a layer is affine again, so that a plain model takes what `folded`
gives.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor, nn

from hvae.config.model import Conditioning
from hvae.models.layers import Constant, LowRank

START = (1.0, 0.0, 0.0)  # scales, shifts and gates of the plain model

# Names of the parts in files of weights, which were written before the parts had their own names
HYPERNETWORK, ADAPTER = "condition", "detour"

Range = tuple[float, float]


class Modulation(NamedTuple):
    """How a layer changes at a β: 1 + a and c (..., outputs, 1, …), and d (..., rank, 1, …)."""

    scale: Tensor
    shift: Tensor
    gates: Tensor


class AffineKind(NamedTuple):
    """axis: of the weight, that its outputs are on; pixels: axes of the output that follow them."""

    axis: int
    pixels: int


# The layers that are affine; what is none of them has no weights of its own.
AFFINE: Mapping[type[nn.Module], AffineKind] = {
    nn.Linear: AffineKind(0, 0),
    nn.Conv2d: AffineKind(0, 2),
    nn.ConvTranspose2d: AffineKind(1, 2),
    Constant: AffineKind(0, 0),
}


class Hypernetwork(nn.Module):
    """β (..., L) ↦ the modulation of each layer: (..., outputs), (..., outputs) and (..., rank).

    `box` holds the lowest and the highest β_l of each layer of latents: where the model is trained.
    `sizes` are the outputs and the rank of each affine layer; each of the perceptron's two layers
    has so many `units`.
    """

    box: Tensor
    layers: list[tuple[nn.Module, AffineKind]]  # that it modulates: no modules of its own

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
        """s, from −1 to 1 along each axis of the box; 0 where an axis is a single value."""
        low, high = self.box.log().unbind(-1)
        return (beta.log() - (low + high) / 2) / ((high - low) / 2).clamp(min=1e-6)


def condition(model: nn.Module, box: Sequence[Range], asked: Conditioning) -> None:
    """Make every affine layer of a plain model depend on β."""
    layers = [(layer, kind) for _, layer, kind in affine_layers(model)]
    for layer, kind in layers:
        if not isinstance(layer, Constant):
            layer.add_module(ADAPTER, LowRank(layer, kind.axis, asked.rank))
        layer.register_forward_hook(_modulated)
    sizes = [_sizes(layer) for layer, _ in layers]
    model.add_module(HYPERNETWORK, Hypernetwork(box, sizes, asked.units))
    hypernetwork_of(model).layers = layers  # found once: to search in each step is slow


def is_conditioned(model: nn.Module) -> bool:
    """Whether it is one model for a box of β, rather than for a single one."""
    return hasattr(model, HYPERNETWORK)


def hypernetwork_of(model: nn.Module) -> Hypernetwork:
    """That of a conditioned model; AttributeError of a plain one, which has none."""
    return cast(Hypernetwork, model.get_submodule(HYPERNETWORK))


def at(model: nn.Module, beta: Tensor) -> None:
    """Set where a conditioned model is in the passes that follow: β of (L,), or (items, L)."""
    network = hypernetwork_of(model)
    for (layer, kind), own in zip(network.layers, network(beta), strict=True):
        pixels = (..., *[None] * kind.pixels)
        parts = Modulation(*(part[pixels] for part in own)) if kind.pixels else own
        cast(Any, layer).modulation = parts


@torch.no_grad()
def folded(model: nn.Module, beta: Tensor) -> dict[str, Tensor]:
    """The state of the plain model that a conditioned one is at one β (L,)."""
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
    """The affine layers of the plain model, with their names."""
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
