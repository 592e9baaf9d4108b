"""A model's weights as one vector, so that the weights of many models are the rows of a matrix.

One matrix means one optimiser call and one choice of the best. Rows are padded to whole vector
registers: an elementwise step then rounds each row alike, however many rows there are, and a member
stays bit for bit what it would be alone. Members that share a batch have whole registers of items
each, too. What is left over at the end of all of them would be reckoned number by number, which
rounds otherwise, and for the last members alone.
"""

import copy
import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap

from hvae.models.chunks import chunks
from hvae.models.hierarchical import HierarchicalVAE
from hvae.training.objective import objective

State = dict[str, Tensor]
Loss = Callable[[Tensor, Tensor, Tensor, list[Tensor]], Tensor]
REGISTERS = 32  # floats: two of the widest in use, which loops take at a time


class WeightLayout(NamedTuple):
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


def flatten(model: nn.Module) -> tuple[Tensor, WeightLayout]:
    """The model's parameters as one vector, and how to take it apart."""
    weights = {name: weight.detach() for name, weight in model.named_parameters()}
    layout = WeightLayout({name: weight.shape for name, weight in weights.items()})
    padding = next(iter(weights.values())).new_zeros(layout.sizes[-1])
    return torch.cat([*(weight.flatten() for weight in weights.values()), padding]), layout


def member_losses(model: HierarchicalVAE, layout: WeightLayout, together: bool = True) -> Loss:
    """The function (weights, β, x, noise) ↦ mean J_β of each member, (G,), on shared x and noise.

    The gradient of its sum has each member's own gradient in each member's row. Where members train
    one by one (not `together`, G = 1) the rows' machinery is left out: a tenth of a step's time.
    """
    buffers = dict(model.named_buffers())
    skeleton = copy.deepcopy(model).to("meta")

    def loss(weights: Tensor, beta: Tensor, x: Tensor, noise: list[Tensor]) -> Tensor:
        terms = functional_call(skeleton, layout.state(weights) | buffers, (x, noise))
        return objective(terms, beta)

    def alone(weights: Tensor, beta: Tensor, x: Tensor, noise: list[Tensor]) -> Tensor:
        return loss(weights.squeeze(0), beta.squeeze(0), x, noise).mean().unsqueeze(0)

    def rows(weights: Tensor, beta: Tensor, x: Tensor, noise: list[Tensor]) -> Tensor:
        shared = filled(x), [filled(eps) for eps in noise]
        losses = vmap(loss, in_dims=(0, 0, None, None))(weights, beta, *shared)
        return losses[:, : len(x)].mean(1)

    return rows if together else alone


def filled(items: Tensor) -> Tensor:
    """Items (B, n), and the first of them again up to whole registers."""
    return torch.cat([items, items[:1].expand(-len(items) % REGISTERS, -1)])


@torch.no_grad()
def look(loss: Loss, weights: Tensor, beta: Tensor, x: Tensor, noise: list[Tensor]) -> Tensor:
    """Each member's mean J_β over all items of x, (G,), some items at a time."""
    parts = [len(part[0]) * loss(weights, beta, *part) for part in chunks(x, noise)]
    return torch.stack(parts).sum(0) / len(x)
