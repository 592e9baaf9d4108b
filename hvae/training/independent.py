"""Many models at once, each for a β of its own: one architecture and seed, a β vector each."""

from collections.abc import Sequence

import torch
from torch import Tensor

from hvae.config.training import Schedule
from hvae.models.hierarchical import HierarchicalVAE
from hvae.training import loop
from hvae.training.loop import Checkpoints
from hvae.training.objective import Costs, beta_factor, objective
from hvae.training.together import Members, TrainedModels, Work, joined


def train(
    model: HierarchicalVAE,
    betas: Sequence[Sequence[float]],
    data: Tensor,
    held_out: Tensor,
    settings: Schedule,
    seed: int,
    kept: Checkpoints | None = None,
    starts: Tensor | None = None,
) -> TrainedModels:
    """Train a copy of `model` for each β vector on `data` (items, n), on the device of `data`.

    A member keeps the weights of its lowest J_β on `held_out`, or its last ones, and is diverged
    once its weights are no longer finite or if it never reached a finite J_β. Each group of members
    is a part of `kept`.
    starts: the members' first weights, (G, P), in place of the model's own: a continuation. They
    are among those that a member keeps the best of, so that J_β on `held_out` never rises.
    """
    work = Work(model.to(data.device), data, held_out, settings, seed)
    first = work.starts(len(betas)) if starts is None else starts
    trained = []
    for part, group in enumerate(work.groups(len(betas))):
        members = AtBeta(work, first[group], betas[group])
        if starts is not None:
            members.look_at_start()
        what = f"training models: {len(members.beta)}"
        seconds = loop.run(members, settings, what, kept, part)
        trained.append(members.trained(seconds))
    return joined(trained)


class AtBeta(Members):
    """Members with a β vector each: J_β falls."""

    def __init__(self, work: Work, starts: Tensor, betas: Sequence[Sequence[float]]) -> None:
        super().__init__(work, starts)
        self.beta = torch.tensor(betas, device=work.data.device)

    def losses(self, costs: Costs, step: int) -> Tensor:
        rising = self.beta * beta_factor(self.work.settings, step)
        return objective(costs, rising[:, None]).mean(1)

    def value(self, means: Costs, step: int) -> Tensor:
        return objective(means, self.beta)
