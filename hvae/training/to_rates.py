"""Many models at once, each trained to rates of its own: D falls, subject to R_l = r_l.

The multipliers λ of that constraint are the prices of rate: at the optimum λ_l = −∂D/∂R_l, and λ is
the β at which the unconstrained optimum has these rates, where there is such a β.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from hvae.config.training import RateSchedule
from hvae.data.seeded import Stream
from hvae.models.distributions import draw, generator
from hvae.models.hierarchical import HierarchicalVAE
from hvae.training import loop
from hvae.training.continuation import Start
from hvae.training.members import State, mean, mean_costs, total
from hvae.training.multipliers import multipliers
from hvae.training.objective import Costs, lagrangian
from hvae.training.resume import Checkpoints
from hvae.training.together import Members, TrainedModels, Work, joined
from hvae.training.wanted import ABSOLUTE, RELATIVE

ITEMS = 4096  # of the validation split, at most, whose rates are looked at at a time
EVERY = 10  # steps, at least, from one such look to the next
WELL = 0.5  # of the deviation within which rates are reached, where the best weights are kept
DRAWS = 8  # of z for each held-out item, for the rates that a model is said to have


class TrainedToRates(NamedTuple):
    """G trained members; prices: their λ, rates: R on held-out data in nats, both (G, L)."""

    models: TrainedModels
    prices: Tensor
    rates: Tensor


def train_to_rates(
    model: HierarchicalVAE,
    targets: Sequence[Sequence[float]],
    data: Tensor,
    held_out: Tensor,
    settings: RateSchedule,
    seed: int,
    kept: Checkpoints | None = None,
    start: Start | None = None,
) -> TrainedToRates:
    """Train a copy of `model` to each target (r_1, …, r_L), in nats, on `data` (items, n).

    In the second half of the steps it is items of `held_out` whose rates are to meet the target. A
    member keeps the weights with the lowest Lagrangian on these items while its rates are met, or
    else its last ones, and is diverged once they are no longer finite. Each group of members is a
    part of `kept`. start: the members' first weights in place of the model's own, with their β as
    first prices.
    """
    work = Work(model.to(data.device), data, held_out, settings, seed)
    first = work.starts(len(targets)) if start is None else start.weights
    groups = []
    for part, group in enumerate(work.groups(len(targets))):
        prices = None if start is None else start.beta[group]
        members = ToRates(work, settings, first[group], targets[group], prices)
        what = f"training to rates: {len(targets[group])}"
        seconds = loop.run(members, settings, what, kept, part)
        groups.append((members.trained(seconds), members.kept_prices, members.reached()))
    models, prices_of, rates = zip(*groups, strict=True)
    return TrainedToRates(joined(models), torch.cat(prices_of), torch.cat(rates))


class ToRates(Members):
    """Members with a target each: the augmented Lagrangian falls while its multipliers move."""

    def __init__(
        self,
        work: Work,
        settings: RateSchedule,
        starts: Tensor,
        targets: Sequence[Sequence[float]],
        prices: Tensor | None,
    ) -> None:
        super().__init__(work, starts)
        target = torch.tensor(targets, dtype=torch.float32, device=work.data.device)
        self.multipliers = multipliers(settings, target, prices)
        self.seen = target  # the rates of the last batch
        self.kept_prices = self.prices.clone()  # of the weights that are kept
        self.met = torch.zeros_like(self.lowest, dtype=torch.bool)  # by these weights
        # so many that a look at all of these items costs a third of the steps between at most
        self.every = max(EVERY, min(len(self.held_out), ITEMS) // settings.batch_size)

    @property
    def prices(self) -> Tensor:
        """λ, (G, L)."""
        return self.multipliers.prices

    def losses(self, costs: Costs, step: int) -> Tensor:
        means = mean(costs)
        self.seen = means.rates.detach()
        return self.multipliers.loss(means, step)

    def value(self, means: Costs, step: int) -> Tensor:
        """D as it would be at the target, to first order, and the penalty of not being there."""
        settings, target = self.multipliers.settings, self.multipliers.target
        return lagrangian(means, self.prices, target, settings.penalty)

    def better(self, found: Tensor, means: Costs, step: int) -> Tensor:
        """The lowest value with rates that are met, once held-out items correct them.

        Rates meet their targets as the learning rate falls to 0. So the last weights are kept as
        long as there are none such. Where items are few, D on other ones rises again before the
        end.
        """
        off = (means.rates - self.multipliers.target).abs()
        allowed = (RELATIVE * self.multipliers.target).clamp(min=ABSOLUTE)
        met = (off <= WELL * allowed).all(-1) & found.isfinite() & self.multipliers.corrects(step)
        better = torch.where(met, ~self.met | (found < self.lowest), ~self.met & found.isfinite())
        self.met.logical_or_(met)
        return better

    def keep(self, better: Tensor, found: Tensor) -> None:
        super().keep(better, found)
        self.kept_prices.copy_(torch.where(better[:, None], self.prices, self.kept_prices))

    def step(self, step: int) -> None:
        super().step(step)
        self.multipliers.update(self.seen, step)
        if self.multipliers.corrects(step) and step % self.every == 0:
            self.multipliers.correct(self._validation_rates(step))

    def _validation_rates(self, step: int) -> Tensor:
        """Of some held-out items, (G, L): other ones at each step where there are many."""
        work = self.work
        source = generator(Stream.VALIDATION, work.seed, step)
        chosen = torch.randperm(len(self.held_out), generator=source)[:ITEMS]
        noise = draw(work.model.latents, len(chosen), source, work.data.device)
        x = self.held_out[chosen.to(work.data.device)]
        return mean_costs(self.spend, self.weights, x, noise).rates

    def reached(self) -> Tensor:
        """The rates of the weights that are kept, on all held-out items, (G, L)."""
        source = generator(Stream.VALIDATION, self.work.seed, 0)
        found = []
        for _ in range(DRAWS):
            noise = draw(self.work.model.latents, len(self.held_out), source, self.held_out.device)
            found.append(mean_costs(self.spend, self.best, self.held_out, noise).rates)
        return total(found) / DRAWS

    def state(self) -> State:
        own = {"kept_prices": self.kept_prices, "met": self.met}
        return super().state() | self.multipliers.state() | own
