"""What more than one layer buys: the best of the plane against the best β-VAE of one layer."""

import math
from collections.abc import Mapping
from typing import NamedTuple

from scipy.stats import norm

from hvae.bounds.verdicts import holm
from hvae.config.guidance import Name
from hvae.guidance.choose import Choice
from hvae.guidance.study import BUDGETED
from hvae.guidance.surface import Surface

LEVEL = 0.05
APART = 0.05  # part of the larger total rate by which two sides may differ and still compare


class Gain(NamedTuple):
    """In the application's own metric, on test items; above 0 more layers are the better choice.

    Both sides were chosen on validation. significant: two-sided, at 5 % over all applications
    (Holm, 1979), with both errors taken to be independent, which errs on the safe side. comparable:
    where rates are the price, only if both sides spend about as much: each has but the points that
    were measured, and what one leaves unspent is no want of layers. What is not is not significant.
    """

    application: Name
    ours: Choice
    single: Choice
    gain: float
    std_error: float
    p_value: float
    significant: bool
    comparable: bool


Chosen = Mapping[Name, tuple[Surface, Choice]]


def gains(ours: Chosen, single: Chosen) -> list[Gain]:
    """One for each application that both have by the same metric."""
    shared = [n for n in ours if n in single and ours[n][0].metric == single[n][0].metric]
    found = [_gain(name, *ours[name], single[name][1]) for name in shared]
    judged = [gain for gain in found if gain.comparable]
    adjusted = holm([gain.p_value for gain in judged])
    significant = {gain.application: p <= LEVEL for gain, p in zip(judged, adjusted, strict=True)}
    return [gain._replace(significant=significant.get(gain.application, False)) for gain in found]


def _gain(name: Name, surface: Surface, ours: Choice, single: Choice) -> Gain:
    first, second = ours.best.test, single.best.test
    value = surface.metric.sign * (first.value - second.value)
    error = math.hypot(first.std_error, second.std_error)
    comparable = name != BUDGETED or _spend_alike(ours, single)
    p_value = two_sided(value, error)
    return Gain(name, ours, single, value, error, p_value, False, comparable)


def _spend_alike(ours: Choice, single: Choice) -> bool:
    totals = [choice.best.place.total.value for choice in (ours, single)]
    return max(totals) - min(totals) <= APART * max(totals)


def two_sided(difference: float, error: float) -> float:
    """P of a difference as large either way where there is none; without any error, 0 or 1."""
    if error == 0:
        return float(difference == 0)
    return float(2 * norm.sf(abs(difference) / error))
