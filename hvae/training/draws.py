"""Which β the items of a batch are given when one model is trained for a box; their weights."""

import math

import torch
from torch import Tensor

from hvae.config.params import Schedule
from hvae.training import schedule

FLOOR = 0.03  # of the least β_l of an item, when warming up starts
BEYOND = 1.6  # how far draws reach before they are brought back to the edges of the box


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

    From there it rises to β, evenly in log β, the ratios of an item's β_l as they are. So dear
    layers learn to carry something before they close, and each in the layer that it belongs in.
    """
    left = schedule.warming(settings, step)
    return beta * (FLOOR / beta.amin(-1, keepdim=True)) ** left


def weight(beta: Tensor) -> Tensor:
    """w(β) = 1 / (1 + Σ_l β_l), of shape (...) for β of (..., L)."""
    return 1 / (1 + beta.sum(-1))
