"""The steps of a training that may be killed, and goes on from its last checkpoint.

All ways to train go through it: of models at β or to rates, and of one for the plane. What goes on
ends bit for bit as what was never interrupted: what Adam remembers is kept, too.
"""

import time
from typing import Protocol

import torch

from hvae.config.training import Schedule
from hvae.io.command import progress
from hvae.training.history import looks_at
from hvae.training.members import State
from hvae.training.resume import Checkpoints

EVERY = 30.0  # seconds from one checkpoint to the next, at least: a short run has one, at its end


class Trainable(Protocol):
    """What a step and a look at held-out data change."""

    def step(self, step: int) -> None:
        """One step of the optimiser, of step 1, 2, …"""

    def look(self, step: int) -> None:
        """Look at held-out data after a step, and keep the weights if they are the best so far."""

    def state(self) -> State:
        """All that step and look change: the tensors themselves, in which it is changed."""


def run(
    training: Trainable,
    settings: Schedule,
    what: str,
    kept: Checkpoints | None = None,
    part: int = 0,
) -> float:
    """Train to the end, from the start or from what is kept; the seconds that it took in all."""
    clock = torch.zeros(2, dtype=torch.float64)  # steps and seconds until the checkpoint
    state = training.state() | {"clock": clock}
    if kept:
        kept.restore(part, state)
    done, before = clock.tolist()
    started = saved = time.perf_counter()
    for step in progress(range(int(done) + 1, settings.steps + 1), what):
        training.step(step)
        if not looks_at(settings, step):
            continue
        training.look(step)
        now = time.perf_counter()
        if kept and (step == settings.steps or now - saved >= EVERY):
            clock.copy_(torch.tensor([step, before + now - started]))
            kept.save(part, state)
            saved = now
    return before + time.perf_counter() - started


def adam_moments(adam: torch.optim.Optimizer) -> State:
    """Give each weight its moments at once, not at the first step: the tensors themselves.

    They are tensors that can be kept and restored.
    """
    weights = [weight for group in adam.param_groups for weight in group["params"]]
    fresh = {
        index: {
            "step": torch.zeros(()),
            "exp_avg": torch.zeros_like(weight),
            "exp_avg_sq": torch.zeros_like(weight),
        }
        for index, weight in enumerate(weights)
    }
    adam.load_state_dict(adam.state_dict() | {"state": fresh})
    return {
        f"adam.{index}.{name}": tensor
        for index, weight in enumerate(weights)
        for name, tensor in adam.state[weight].items()
    }
