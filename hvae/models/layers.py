"""Layers of learned numbers beside those of torch: constants, and low-rank adapters of a matrix::

    W + V diag(d) U,        V (outputs, r), U (r, inputs), d (r,) of log β

The adapter is the part of a weight matrix that changes with β. Scales and shifts alone do not turn
a model whose z_1 carries all of the rate into one whose z_1 carries none. `benchmarks/variants.md`
has what other forms of this part did.
"""

import copy
import math
from typing import cast

import torch
from torch import Tensor, nn


class Constant(nn.Module):
    """An affine layer without inputs: the numbers `bias`, (k,), which are learned as they are."""

    def __init__(self, values: Tensor) -> None:
        super().__init__()
        self.bias = nn.Parameter(values)

    def forward(self) -> Tensor:
        return self.bias


class LowRank(nn.Module):
    """x ↦ V (d · U x) beside an affine layer with weights, U being a narrower layer of its kind.

    `axis` is the one of the layer's weight that its outputs are on; r is `most` or, of a small
    layer, its inputs or outputs.
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
        """What is added to the layer's output (items, outputs, …); gates: (…, rank, 1, …)."""
        inside = gates * self.down(x)
        return nn.functional.linear(inside.movedim(1, -1), self.up).movedim(-1, 1)

    def weight(self, gates: Tensor) -> Tensor:
        """V diag(d) U in the layer's own form, for gates d (rank,)."""
        down = self.down.get_parameter("weight").movedim(self.axis, 0)
        return torch.einsum("or,r,r...->o...", self.up, gates, down).movedim(0, self.axis)


def _narrow(layer: nn.Module, axis: int, rank: int) -> nn.Module:
    """The same layer with fewer outputs, without a bias, and with weights of its own."""
    narrow = copy.deepcopy(layer)
    weight = layer.get_parameter("weight").narrow(axis, 0, rank)
    # not empty_like, which has much to load where there is no memory, on torch's meta device
    narrow.weight = nn.Parameter(weight.new_empty(weight.shape))
    narrow.register_parameter("bias", None)
    cast(nn.Linear, narrow).reset_parameters()
    return narrow
