"""Adam with decoupled weight decay (Loshchilov & Hutter, ICLR 2019), by torch's own kernel.

`torch.optim.AdamW` does the same, but making the first one loads torch's compiler, which nothing
here uses: more than a second of processor time in each job that trains.
"""

from collections.abc import Iterable

import torch
from torch import Tensor
from torch.optim.adamw import adamw

BETA1, BETA2 = 0.9, 0.999  # memory of the moments
EPSILON = 1e-8


class Adam:
    """Moves weights by their gradients; at each step a weight loses `decay` · lr of itself.

    weights: tensors of any shapes on one device. What is remembered of them is there from the
    start, so that it can be kept and restored.
    """

    def __init__(self, weights: Iterable[Tensor], decay: float = 0) -> None:
        self.weights = list(weights)
        self.decay = decay
        self.steps = [torch.zeros((), device=weight.device) for weight in self.weights]
        self.first = [torch.zeros_like(weight) for weight in self.weights]
        self.second = [torch.zeros_like(weight) for weight in self.weights]

    def forget(self) -> None:
        """Remove the gradients."""
        for weight in self.weights:
            weight.grad = None

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """Move each weight that has a gradient; rate: the learning rate."""
        kept = zip(self.weights, self.first, self.second, self.steps, strict=True)
        moved = [(w, w.grad, *of) for w, *of in kept if w.grad is not None]
        if moved:
            weights, gradients, first, second, steps = map(list, zip(*moved, strict=True))
            adamw(
                weights, gradients, first, second, [], steps,
                fused=True, amsgrad=False, maximize=False,
                beta1=BETA1, beta2=BETA2, eps=EPSILON, lr=rate, weight_decay=self.decay,
            )  # fmt: skip

    def usual(self, index: int) -> Tensor:
        """The root mean square of a tensor's gradients, over some 1,000 steps; NaN before them."""
        return (self.second[index] / (1 - BETA2 ** self.steps[index])).sqrt()

    def state(self) -> dict[str, Tensor]:
        """What a step changes beside the weights: the tensors themselves."""
        named = {"step": self.steps, "exp_avg": self.first, "exp_avg_sq": self.second}
        return {f"{i}.{name}": one for name, of in named.items() for i, one in enumerate(of)}
