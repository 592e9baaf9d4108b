"""J_β of members that share a batch: as rows of one matrix, or of a single member.

As rows, members have whole vector registers of items each. What is left over at the end of all of
them would be reckoned number by number, which rounds otherwise, and for the last members alone.
"""

import copy
from collections.abc import Callable

import torch
from torch import Tensor
from torch.func import functional_call, vmap

from hvae.models.chunks import chunks
from hvae.models.hierarchical import HierarchicalVAE
from hvae.training.members import REGISTERS, Layout
from hvae.training.objective import objective

Loss = Callable[[Tensor, Tensor, Tensor, list[Tensor]], Tensor]


def member_losses(model: HierarchicalVAE, layout: Layout, together: bool = True) -> Loss:
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
