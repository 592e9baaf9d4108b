"""What training minimises, and how that changes over its steps.

Of one model it is J_β = D + Σ_l β_l R_l, in nats per item (β dimensionless). Of one model for a box
of β it is w(β) J_β, with a β of its own for each item. Of a model that is asked for rates it is D,
subject to these rates: the augmented Lagrangian. The learning rate falls; β and ρ rise at first.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from hvae.config.training import Schedule
from hvae.models.hierarchical import Terms

FIRST = 0.01  # the part of β that training starts with
FLOOR = 0.03  # of the least β_l of an item, when warming up starts
BEYOND = 1.6  # how far draws reach before they are brought back to the edges of the box
LEAST_TOTAL = 1.0  # nats: of a smaller total, a deviation counts as one of this


class Costs(NamedTuple):
    """What items cost in nats, each of them or on average: D (...), and R_1 … R_L (..., L)."""

    distortion: Tensor
    rates: Tensor


def objective(terms: Terms | Costs, beta: Tensor) -> Tensor:
    """J_β = D + Σ_l β_l R_l of each item, (...), for β of (L,) or (..., L)."""
    return terms.distortion + (terms.rates * beta).sum(-1)


def lagrangian(means: Costs, prices: Tensor, target: Tensor, penalty: Tensor | float) -> Tensor:
    """L = D + Σ_l λ_l (R_l − r_l) + Σ_l (ρ_l/2) (R_l − r_l)² / r_total, in nats: (...).

    means: D and R_l, averages over items; prices: λ, target: r in nats, both (..., L); penalty: ρ,
    one or (..., L). Its gradient is that of J_β at β_l = λ_l + ρ_l (R_l − r_l) / r_total. The
    method of multipliers: Hestenes (1969), Powell (1969).
    """
    excess = means.rates - target
    squares = excess.square() / unit(target)
    return means.distortion + (prices * excess + penalty / 2 * squares).sum(-1)


def unit(target: Tensor) -> Tensor:
    """r_total = Σ_l r_l, (..., 1), that deviations are measured in; 1 nat where it is less."""
    return target.sum(-1, keepdim=True).clamp(min=LEAST_TOTAL)


def learning_rate(settings: Schedule, step: int) -> float:
    """The rate of step 1, …, `steps`.

    Where it falls linearly to (nearly) zero, noise dies out.
    """
    falling = settings.schedule == "linear"
    return settings.learning_rate * (1 - falling * (step - 1) / settings.steps)


def rising(settings: Schedule, step: int, part: float) -> float:
    """The same after an even rise over the first `part` of the steps.

    At first Adam moves every weight as far as the rate lets it, whatever the gradient's size.
    """
    return learning_rate(settings, step) * min(1, step / (part * settings.steps))


def beta_factor(settings: Schedule, step: int) -> float:
    """What multiplies every β_l at a step: from 1/100 up to 1, evenly in log β, while warming up.

    Or from 0, evenly in β, where `rise` says so.

    While β is small every direction of the data is worth its rate, so latents learn to carry them
    all before costly ones close. Without this, whatever a layer does not pick up early stays lost:
    a latent that carries nothing gives its decoder no reason to listen (Bowman et al. 2016;
    Sønderby et al. 2016). The ratios of the β_l, which say what belongs in which layer, hold
    throughout.
    """
    left = warming(settings, step)
    return 1 - left if settings.rise == "linear" else FIRST**left


def warming(settings: Schedule, step: int) -> float:
    """How much of the warm-up is left: from 1 at the start to 0, where there is one."""
    steps = settings.warm_up * settings.steps
    return max(1 - step / steps, 0) if steps > 0 else 0.0


def draw_beta(box: Tensor, items: int, source: torch.Generator) -> Tensor:
    """A β for each item, (items, L): log β_l within its range, denser towards the ends of it.

    s = 1.6 sin(π/2 · u), u uniform, with what lies beyond the ends brought back to them. There the
    model has neighbours on one side only, and the objective is at its most extreme.
    """
    low, high = box.log().unbind(-1)
    u = 2 * torch.rand(items, len(box), generator=source) - 1
    s = (BEYOND * (u * math.pi / 2).sin()).clamp(-1, 1).to(box)
    return (low + (high - low) * (1 + s) / 2).exp()


def warmed(beta: Tensor, settings: Schedule, step: int) -> Tensor:
    """What stands for β (items, L) in the objective at a step: at first its least β_l is `FLOOR`.

    From there it rises to β, evenly in log β, the ratios of an item's β_l as they are. So costly
    layers learn to carry something before they close, and each in the layer that it belongs in.
    Or it rises from 0, evenly in β.
    """
    left = warming(settings, step)
    if settings.rise == "linear":
        return beta * (1 - left)
    least = beta.amin(-1, keepdim=True).clamp(min=FLOOR)  # a smaller one stays as it is
    return beta * (FLOOR / least) ** left


def weight(beta: Tensor) -> Tensor:
    """w(β) = 1 / (1 + Σ_l β_l), of shape (...) for β of (..., L)."""
    return 1 / (1 + beta.sum(-1))
