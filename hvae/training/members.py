"""A model's weights as one vector, so that the weights of many models are the rows of a matrix.

One matrix means one optimiser call and one choice of the best. Rows are padded to
whole vector registers: an elementwise step then rounds each row alike, however many rows there are,
and a member stays bit for bit what it would be alone.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

State = dict[str, Tensor]
REGISTERS = 32  # floats: two of the widest in use, which loops take at a time


class Layout(NamedTuple):
    """Where each parameter lies in the vector: names and shapes, in the order of the model."""

    shapes: dict[str, torch.Size]

    @property
    def sizes(self) -> list[int]:
        """The parameters' lengths in the vector, and that of the padding."""
        sizes = [math.prod(shape) for shape in self.shapes.values()]
        return [*sizes, -sum(sizes) % REGISTERS]

    def state(self, vector: Tensor) -> State:
        """The parameters in a vector, as views."""
        parts = vector.split(self.sizes)[:-1]
        return {
            name: part.view(shape)
            for (name, shape), part in zip(self.shapes.items(), parts, strict=True)
        }


def flatten(model: nn.Module) -> tuple[Tensor, Layout]:
    """The model's parameters as one vector, and how to take it apart."""
    weights = {name: weight.detach() for name, weight in model.named_parameters()}
    layout = Layout({name: weight.shape for name, weight in weights.items()})
    padding = next(iter(weights.values())).new_zeros(layout.sizes[-1])
    return torch.cat([*(weight.flatten() for weight in weights.values()), padding]), layout
