"""Differences between places, from the scores of the same items and over several trainings.

A place p of S trainings has pseudo-values u_psi, one an item i, whose mean over the items is the
value of the place in training s: the scores themselves of a mean, n T − (n − 1) T_(−i) of any other
statistic T, whose bias of order 1/n their mean does not have (Tukey, 1958). With
u_psi = μ_p + α_s + τ_ps + (items) the error of a difference of two means over trainings is

    se²(p, q) = s²_items(p, q) + (τ²_p + τ²_q)/S

* s_items is the paired error of the items: that of u_p·i − u_q·i, averaged over trainings. One more
  item that is as far off as the farthest is counted with it, so that a few rare differences have
  an error (of hits this is Agresti & Min, Statistics in Medicine 2005).
* α_s is what a training does to all places at once: one lattice starts from one network, and noise
  is common. It cancels in pairs, and is removed before τ² is estimated.
* τ²_p is half the variance of the residuals of all places, which has many degrees of freedom, and
  half that of p alone, since places differ in it: pooled alone, 95 % intervals of places whose
  trainings vary three times as much covered 81 % in a simulation, and so 90 %. The residuals have
  some of the items' error, too, which s_items has already: it is subtracted, as in a crossed
  analysis of variance.

The degrees of freedom of τ²_p + τ²_q are Satterthwaite's (1946). In se² the inverses of those of
its parts are weighted by the parts (as Cochran, 1964, weighs quantiles); weighted by squares, a τ²
that happens to come out small was overlooked. With one training τ² is unknown: the degrees are 0,
every interval is infinite, and nothing is decided.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
from scipy.special import nctdtr, ndtri, stdtr, stdtrit

from hvae.statistics.estimate import Floats
from hvae.statistics.intervals import holm

LEVEL = 0.05

Verdict = Literal["more", "less", "undecided", "undecided: one training"]
ONE_TRAINING: Verdict = "undecided: one training"


class Difference(NamedTuple):
    """First less second, in the unit of the scores: arrays of one shape (…).

    degrees: those of freedom of the standard error; 0 where only one training is known, and the
    standard error is then that of the items alone.
    """

    value: Floats
    std_error: Floats
    degrees: Floats

    @property
    def t(self) -> Floats:
        """value / std_error; 0 for no difference without an error."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.value == 0, 0.0, self.value / self.std_error)

    @property
    def z(self) -> Floats:
        """The normal quantile that is as probable as t; 0 with one training."""
        tail = stdtr(np.maximum(self.degrees, 1), -np.abs(self.t))
        return np.where(self.degrees > 0, -np.sign(self.value) * ndtri(tail), 0.0)

    @property
    def p_value(self) -> Floats:
        """Two-sided; 1 with one training."""
        tail = stdtr(np.maximum(self.degrees, 1), -np.abs(self.t))
        return np.where(self.degrees > 0, 2 * tail, 1.0)

    def interval(self, level: float = LEVEL) -> tuple[Floats, Floats]:
        """The ends of the 1 − `level` interval, each (…); infinite with one training."""
        reach = stdtrit(np.maximum(self.degrees, 1), 1 - level / 2) * self.std_error
        half = np.where(self.degrees > 0, reach, math.inf)
        return self.value - half, self.value + half


def verdicts(
    differences: Sequence[Difference], level: float = LEVEL, tries: Sequence[int] | None = None
) -> list[Verdict]:
    """One for each of what is reported together; any error in them has probability `level` (Holm).

    Each difference is a single number. tries: of how many places the first one of each was chosen,
    any of which may be best by luck (Bonferroni); 1 if not given.
    """
    times = [1] * len(differences) if tries is None else tries
    pairs = zip(differences, times, strict=True)
    adjusted = holm([min(1.0, many * float(one.p_value)) for one, many in pairs])
    return [_verdict(one, p <= level) for one, p in zip(differences, adjusted, strict=True)]


def _verdict(difference: Difference, significant: bool) -> Verdict:
    if difference.degrees == 0:
        return ONE_TRAINING
    if not significant:
        return "undecided"
    return "more" if difference.value > 0 else "less"


def power(effect: float, degrees: float, level: float = LEVEL) -> float:
    """How often a true difference of `effect` standard errors is found, at a two-sided `level`."""
    reach = stdtrit(degrees, 1 - level / 2)
    found = 1 - nctdtr(degrees, effect, reach) + nctdtr(degrees, effect, -reach)
    return float(found)


class Part(NamedTuple):
    """A variance, and how well it is known: arrays of one shape."""

    variance: Floats
    degrees: Floats


@dataclass(frozen=True, eq=False)
class Scores:
    """Pseudo-values of one application: (places, trainings, items).

    Items and trainings are in the same order at every place. Of a statistic of two samples of n and
    m items, N in all, they are T + N/n (…) and T + N/m (…), so that the mean's error is their
    spread over √N, as it is of one sample. Raises ValueError for other shapes, less than two items,
    or values that are not finite.
    """

    values: Floats

    def __post_init__(self) -> None:
        if self.values.ndim != 3 or min(self.values.shape, default=0) < 1:
            raise ValueError(f"scores must be (places, trainings, items): {self.values.shape}")
        if self.items < 2:
            raise ValueError("scores of one item have no error")
        if not np.isfinite(self.values).all():
            raise ValueError("scores must be finite")

    @property
    def places(self) -> int:
        """How many there are."""
        return self.values.shape[0]

    @property
    def trainings(self) -> int:
        """S."""
        return self.values.shape[1]

    @property
    def items(self) -> int:
        """Independent units: items, or parts of a sample that are left out together."""
        return self.values.shape[2]

    @cached_property
    def by_item(self) -> Floats:
        """Means over trainings, (places, items)."""
        return self.values.mean(1)

    @cached_property
    def value(self) -> Floats:
        """Means over trainings and items, (places,)."""
        return self.by_item.mean(1)

    @cached_property
    def own(self) -> tuple[Floats, Floats]:
        """s²_p, the variance over trainings without α_s, and what items add to it: (places,)."""
        unbiased = self.places / max(self.places - 1, 1)
        spread, noise = _over_trainings(self.values - self.values.mean(0))
        return unbiased * spread, unbiased * noise

    @cached_property
    def common(self) -> tuple[Floats, Floats]:
        """The variance over trainings of the mean over places, α_s, and the items' part: (1,)."""
        return _over_trainings(self.values.mean(0, keepdims=True))

    @cached_property
    def tau(self) -> Floats:
        """τ²_p, (places,)."""
        spread, noise = self.own
        return np.maximum((spread.mean() + spread) / 2 - noise, 0)


def _over_trainings(values: Floats) -> tuple[Floats, Floats]:
    """The variance over trainings of each place's value, and what items add to it: (places,)."""
    _, trainings, items = values.shape
    away = values - values.mean(1, keepdims=True)
    means = away.mean(2, keepdims=True)
    freedom = max(trainings - 1, 1)
    spread = np.square(means).sum((1, 2)) / freedom
    crossed = np.square(away - means).sum((1, 2)) / freedom / (items - 1)
    return spread, crossed / items


def difference(scores: Scores, first: int, second: int) -> Difference:
    """Of two places of one lattice, by their numbers from 0; a single number."""
    return Difference(*(part[first] for part in differences(scores, second)))


def differences(scores: Scores, second: int) -> Difference:
    """Every place of a lattice less the second, (places,)."""
    by_item = scores.by_item - scores.by_item[second]
    return _difference(by_item, _paired(scores, second), scores.trainings)


def _paired(scores: Scores, second: int) -> Part:
    """τ²_p + τ²_q, with q the second: Σ_r (1/P + ½ [r ∈ {p, q}]) s²_r less the items' part.

    The s²_r have S − 1 degrees of freedom each, and all of them (S − 1)(P − 1). The sum has no more
    than it has where all s²_r are alike: two that happen to be small tell little.
    """
    spread, _ = scores.own
    count, freedom = scores.places, max(scores.trainings - 1, 1)
    total = spread.mean() + (spread + spread[second]) / 2
    squares = np.square(spread)
    weak = squares.mean() / count + (1 / 4 + 1 / count) * (squares + squares[second])
    alike = min(4 / (1 / 2 + 3 / count), max(count - 1, 1))
    degrees = freedom * np.minimum(_ratio(total**2, weak), alike)
    return Part(scores.tau + scores.tau[second], degrees)


def single(scores: Scores, place: int) -> Difference:
    """The value of one place, less nothing: how far other items and trainings may be from it.

    α_s does not cancel, so that the degrees of freedom may be as few as S − 1.
    """
    return _difference(scores.by_item[place], _whole(scores, place), scores.trainings)


def across(first: Scores, p: int, second: Scores, q: int) -> Difference:
    """Of place p of one lattice less place q of another, such as a baseline, on the same items.

    Trainings of the two are independent, so that α_s counts, of which each lattice has S values.
    Raises ValueError where items or trainings differ in number.
    """
    if first.values.shape[1:] != second.values.shape[1:]:
        raise ValueError("both sides must have the same items and trainings")
    one, other = _whole(first, p), _whole(second, q)
    variance = one.variance + other.variance
    weak = one.variance**2 / one.degrees + other.variance**2 / other.degrees
    spread = Part(variance, _ratio(variance**2, weak))
    return _difference(first.by_item[p] - second.by_item[q], spread, first.trainings)


def _whole(scores: Scores, place: int) -> Part:
    """τ²_p (1 − 1/P) and the variance of the mean over places, which has α_s."""
    (common,), (noise,) = scores.common
    spread = scores.own[0]
    share, freedom = 1 - 1 / scores.places, max(scores.trainings - 1, 1)
    own = share * (spread.mean() + spread[place]) / 2
    weak = (common**2 + own**2) / freedom
    variance = max(common - noise, 0) + share * scores.tau[place]
    return Part(variance, _ratio((common + own) ** 2, weak))


def _difference(by_item: Floats, training: Part, trainings: int) -> Difference:
    """by_item: (…, items), averaged over trainings."""
    items = by_item.shape[-1]
    value = by_item.mean(-1)
    away = by_item - value[..., None]
    within = np.square(away).sum(-1) / (items * (items - 1))
    within = within + np.square(np.abs(away).max(-1) / items)
    if trainings == 1:
        return Difference(value, np.sqrt(within), np.zeros_like(within))
    between = training.variance / trainings
    total, weak = within + between, within / (items - 1) + between / training.degrees
    return Difference(value, np.sqrt(total), _ratio(total, weak))


def _ratio(total: Floats, weak: Floats) -> Floats:
    """Degrees of freedom; infinite for what has no variance."""
    return np.where(weak > 0, total / np.where(weak > 0, weak, 1), math.inf)
