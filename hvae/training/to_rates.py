"""Many models at once, each trained to rates of its own: D falls, subject to R_l = r_l.

The multipliers λ of that constraint are the prices of rate: at the optimum λ_l = −∂D/∂R_l, and λ is
the β at which the unconstrained optimum has these rates, where there is such a β. For targets r and
a step η, with r_total = Σ_l r_l::

    λ_l ← λ_l + η max(λ_l, 1) ⟨R_l − r_l⟩ / r_total

and for a layer that is to be closed, r_l = 0, with min(⟨R_l⟩, 1 nat) in place of the fraction. η
rises at first, falls with the learning rate, and is four times as large in the second half.

⟨·⟩ is a moving average over batches (method of multipliers: Hestenes 1969, Powell 1969; of one
constraint on a VAE's reconstruction: Rezende & Viola 2018). Batches are of training items, whose
rates are lower than those of others. So validation items set what is required of batches in the
second half of the steps.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from hvae.config.training import ABSOLUTE, RELATIVE, RateSchedule
from hvae.data.seeded import Stream
from hvae.models.distributions import draw, generator
from hvae.models.hierarchical import HierarchicalVAE
from hvae.training import loop
from hvae.training.loop import Checkpoints
from hvae.training.members import Start, State, mean, mean_costs, total
from hvae.training.objective import Costs, lagrangian, learning_rate, unit
from hvae.training.together import Members, TrainedModels, Work, joined

SECOND_HALF = 0.5  # of the steps: from here on validation items correct what is asked
SLOWER = 3  # the penalty's weight rises over so many times the steps that η rises over
QUICKER = 4  # times as large η is from there on
ITEMS = 4096  # of the validation split, at most, whose rates are looked at at a time
EVERY = 10  # steps, at least, from one such look to the next
WELL = 0.5  # of the deviation within which rates are reached, where the best weights are kept
DRAWS = 8  # of z for each held-out item, for the rates that a model is said to have
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

    def penalty(self, step: int) -> Tensor:
        """ρ at a step, (G, L): it rises to its own value at first."""
        return self.settings.penalty * self._risen(step) * self.scale

    @property
    def scale(self) -> Tensor:
        """max(λ, 1), (G, L), of ρ and η: where a price is high, D bends as much in the rates."""
        return self.prices.clamp(min=1)

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
        self.prices.add_(by * self.scale * self._deviation())

    def _deviation(self) -> Tensor:
        """Of a closed layer in nats: a part of a large total would take thousands of steps."""
        off = self.batches - self.asked
        return torch.where(self.target > 0, off / unit(self.target), off.clamp(max=1))

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
        super().__init__(work, starts, goes_on=prices is not None)
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
        known = self.multipliers
        return lagrangian(means, known.prices, known.target, known.penalty(known.settings.steps))

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
        """The rates of the weights that are kept, on all held-out items, (G, L).

        By other noise than that by which they were chosen.
        """
        source = generator(Stream.REACHED, self.work.seed)
        found = []
        for _ in range(DRAWS):
            noise = draw(self.work.model.latents, len(self.held_out), source, self.held_out.device)
            found.append(mean_costs(self.spend, self.best, self.held_out, noise).rates)
        return total(found) / DRAWS

    def state(self) -> State:
        own = {"kept_prices": self.kept_prices, "met": self.met}
        return super().state() | self.multipliers.state() | own
