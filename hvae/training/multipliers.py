"""The multipliers of models that are trained to rates: λ_l is the price of a nat in layer l.

For targets r and a step η, with r_total = Σ_l r_l::

    λ_l ← λ_l + η ⟨R_l − r_l⟩ / r_total

⟨·⟩ being a moving average over batches (method of multipliers: Hestenes 1969, Powell 1969; of one
constraint on a VAE: Rezende & Viola 2018). Items that no model was trained on cost more than those
of a batch. So in the second half of the steps a batch is asked for less than r, by as much as items
of the validation split cost more: it is these that meet the target. η falls with the learning rate:
prices come to rest as the weights do.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from hvae.config.training import RateSchedule
from hvae.training.members import State
from hvae.training.objective import Costs, lagrangian, learning_rate, unit

SECOND_HALF = 0.5  # of the steps: from here on validation items correct what is asked
SLOWER = 3  # the penalty's weight rises over so many times the steps that η rises over
QUICKER = 4  # times as large η is from there on
KEPT = 0.8  # of the average of what validation items cost more, a look


class Multipliers(NamedTuple):
    """λ of each member and what it is moved by; all tensors (G, L), rates in nats.

    target: r; prices: λ; batches: the moving average of a batch's rates; more: that of what
    validation items cost more than batches.
    """

    settings: RateSchedule
    target: Tensor
    prices: Tensor
    batches: Tensor
    more: Tensor

    def loss(self, means: Costs, step: int) -> Tensor:
        """L of each member, (G,), for a batch's mean costs."""
        return lagrangian(means, self.prices, self.asked, self.penalty(step))

    @property
    def asked(self) -> Tensor:
        """What is asked of a batch so that validation items meet the target."""
        return self.target - self.more

    def penalty(self, step: int) -> float:
        """ρ at a step: it rises to its own value at first."""
        return self.settings.penalty * self._risen(step)

    def _risen(self, step: int, times: int = 1) -> float:
        steps = self.settings.warm_up * self.settings.steps
        return min(times * step / steps, 1) if steps else 1.0

    def update(self, rates: Tensor, step: int) -> None:
        """Move λ by a batch's rates, (G, L)."""
        settings = self.settings
        _average_in(self.batches, rates, settings.memory)
        falling = learning_rate(settings, step) / settings.learning_rate
        quicker = QUICKER if self.corrects(step) else 1
        by = settings.price_step * self._risen(step, SLOWER) * falling * quicker
        self.prices.add_(by * (self.batches - self.asked) / unit(self.target))

    def corrects(self, step: int) -> bool:
        """Whether validation items correct what is asked of batches."""
        return step > SECOND_HALF * self.settings.steps

    def correct(self, rates: Tensor) -> None:
        """Ask for less by what validation items, of mean rates (G, L), cost more than batches."""
        _average_in(self.more, rates - self.batches, KEPT)

    def state(self) -> State:
        """What changes from step to step."""
        return {"prices": self.prices, "batches": self.batches, "more": self.more}


def _average_in(average: Tensor, value: Tensor, memory: float) -> None:
    """In two steps, not as one `lerp_`, which rounds otherwise at the end of a tensor."""
    average.mul_(memory).add_((1 - memory) * value)


def multipliers(settings: RateSchedule, target: Tensor, first: Tensor | None = None) -> Multipliers:
    """Those of members with targets (G, L), in nats; λ is `first`, or the same for all of them."""
    prices = torch.full_like(target, settings.first_price) if first is None else first.clone()
    return Multipliers(settings, target, prices, target.clone(), torch.zeros_like(target))
