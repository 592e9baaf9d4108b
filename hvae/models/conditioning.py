"""One network for a whole box of β: every affine layer's output is scaled and shifted by log β.

An affine layer W x + b becomes, for s = (log β_1, …, log β_L) with the box as [−1, 1]^L::

    (W x + b) · (1 + a(s)) + c(s),        a and c affine in s and in a small perceptron of it

a and c are zero at first: training starts from the plain model. The scale is the gate of Bae et al.
("Multi-Rate VAE", ICLR 2023); the shift is there since the log-variances of a linear VAE are affine
in log β. At one β a layer is affine again, so that a plain model takes what `folded` gives.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from hvae.models.constant import Constant

HIDDEN = 64  # units of each of the perceptron's two layers

Range = tuple[float, float]


class Modulation(NamedTuple):
    """What a layer's outputs are multiplied with, and what is added: (..., outputs, 1, …)."""

    scale: Tensor
    shift: Tensor


class Kind(NamedTuple):
    """axis: of the weight, that its outputs are on; pixels: axes of the output that follow them."""

    axis: int
    pixels: int


# The layers that are affine; what is none of them has no weights of its own.
AFFINE: Mapping[type[nn.Module], Kind] = {
    nn.Linear: Kind(0, 0),
    nn.Conv2d: Kind(0, 2),
    nn.ConvTranspose2d: Kind(1, 2),
    Constant: Kind(0, 0),
}


class Condition(nn.Module):
    """β (..., L) ↦ the scale 1 + a(s) and the shift c(s) of all layers' outputs side by side.

    `box` holds the lowest and the highest β_l of each layer: where the model is trained.
    `outputs` is how many outputs the layers have in all.
    """

    box: Tensor

    def __init__(self, box: Sequence[Range], outputs: int) -> None:
        super().__init__()
        self.register_buffer("box", torch.tensor(box))
        self.hidden = nn.Sequential(
            nn.Linear(len(box), HIDDEN), nn.SiLU(), nn.Linear(HIDDEN, HIDDEN), nn.SiLU()
        )
        self.out = nn.Linear(len(box) + HIDDEN, 2 * outputs)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, beta: Tensor) -> tuple[Tensor, Tensor]:
        s = self.place(beta)
        change, shift = self.out(torch.cat([s, self.hidden(s)], -1)).chunk(2, -1)
        return 1 + change, shift

    def place(self, beta: Tensor) -> Tensor:
        """s, from −1 to 1 along each axis of the box; 0 where an axis is a single value."""
        low, high = self.box.log().unbind(-1)
        return (beta.log() - (low + high) / 2) / ((high - low) / 2).clamp(min=1e-6)


def condition(model: nn.Module, box: Sequence[Range]) -> None:
    """Make every affine layer of a plain model depend on β."""
    layers = list(affine_layers(model))
    for _, layer, _ in layers:
        layer.register_forward_hook(_modulate)
    model.condition = Condition(box, sum(_outputs(layer) for _, layer, _ in layers))


def condition_of(model: nn.Module) -> Condition:
    """What knows of β in a conditioned model; AttributeError of a plain one, which has none."""
    return cast(Condition, model.get_submodule("condition"))


def at(model: nn.Module, beta: Tensor) -> None:
    """Set where a conditioned model is in the passes that follow: β of (L,), or (items, L)."""
    layers = list(affine_layers(model))
    sizes = [_outputs(layer) for _, layer, _ in layers]
    parts = (part.split(sizes, -1) for part in condition_of(model)(beta))
    for (_, layer, kind), scale, shift in zip(layers, *parts, strict=True):
        pixels = (..., *[None] * kind.pixels)
        layer.modulation = Modulation(scale[pixels], shift[pixels])


@torch.no_grad()
def folded(model: nn.Module, beta: Tensor) -> dict[str, Tensor]:
    """The state of the plain model that a conditioned one is at one β (L,)."""
    at(model, beta)
    state = {name: tensor for name, tensor in model.state_dict().items() if _plain(name)}
    for name, layer, kind in affine_layers(model):
        scale, shift = (part.flatten() for part in _modulation(layer))
        state[f"{name}.bias"] = state[f"{name}.bias"] * scale + shift
        if (weight := state.get(f"{name}.weight")) is not None:
            along = [-1 if axis == kind.axis else 1 for axis in range(weight.dim())]
            state[f"{name}.weight"] = weight * scale.view(along)
    return state


def affine_layers(model: nn.Module) -> Iterator[tuple[str, nn.Module, Kind]]:
    """The affine layers of the plain model, with their names."""
    for name, layer in model.named_modules():
        kind = next((kind for type_, kind in AFFINE.items() if isinstance(layer, type_)), None)
        if kind is not None and _plain(name):
            yield name, layer, kind


def _plain(name: str) -> bool:
    return not name.startswith("condition.")


def _outputs(layer: nn.Module) -> int:
    return layer.get_parameter("bias").numel()


def _modulate(layer: nn.Module, _inputs: object, out: Tensor) -> Tensor:
    scale, shift = _modulation(layer)
    return torch.addcmul(shift, out, scale)


def _modulation(layer: nn.Module) -> Modulation:
    return cast(Modulation, layer.modulation)
