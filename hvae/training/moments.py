"""What an optimiser of the Adam family remembers, as tensors that can be kept and restored."""

import torch

from hvae.training.members import State


def begin(adam: torch.optim.Optimizer) -> State:
    """Give each weight its moments at once, not at the first step: the tensors themselves."""
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
