"""Losses, gains and pairs: two places compared in the application's own metric, on test items.

A loss is what an application gives up at the best place for another one: the price of one model for
two uses. A gain is what several layers add to one. Pairs are any two places. All are paired over
items and trainings (`hvae.statistics.comparison`).
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from hvae.config.task import Name
from hvae.guidance.applications import BUDGETED
from hvae.guidance.choose import Choice, same_total, spend_alike
from hvae.guidance.surface import Spot, Surface
from hvae.results.rates import Place
from hvae.statistics.comparison import LEVEL, Difference, Verdict, differences, verdicts

# why there is no loss
SAME, OVER, UNMEASURED = "the same point", "over the budget", "not measured"
UNEQUAL, RESIZED = "another total rate", "files of another size"
MOST = 64  # places of which every pair is compared: there are about half as many squared


class Loss(NamedTuple):
    """In the application's own metric, on test items: its value at its best place, less that there.

    Positive is worse for every metric; a negative loss means that test items contradict the choice.
    verdict: at 5 % over all losses (Holm, 1979); "more" is a loss. Where the place is the same, or
    may not be chosen, or has no value, or spends otherwise of a budget, a note is in place of
    numbers.
    """

    application: Name
    optimum: Name
    loss: float | None
    std_error: float | None
    verdict: Verdict | None = None
    note: str = ""


def losses(surfaces: Mapping[Name, Surface], choices: Mapping[Name, Choice]) -> list[Loss]:
    """Rows by application; in each, a loss for the best place of every one, its own included."""
    found = {
        (mine, other): _loss(surfaces[mine], choices[mine], choices[other].best.place)
        for mine in choices
        for other in choices
    }
    known = {pair: one for pair, one in found.items() if isinstance(one, Difference)}
    judged = dict(zip(known, verdicts(list(known.values())), strict=True))
    return [
        Loss(*pair, None, None, note=one)
        if isinstance(one, str)
        else Loss(*pair, float(one.value), float(one.std_error), judged[pair])
        for pair, one in found.items()
    ]


def _loss(surface: Surface, choice: Choice, place: Place) -> Difference | str:
    """The loss at the place, or why there is none."""
    spot = surface.at(place)
    if spot is None:
        barred = any(one.place == place for one in surface.barred)
        return OVER if barred else UNMEASURED
    if spot == choice.best:
        return SAME
    if not _of_one_budget(surface, place, choice.best.place):
        return RESIZED if surface.costs else UNEQUAL
    return surface.better(choice.best, spot)


def _of_one_budget(surface: Surface, *places: Place) -> bool:
    """Whether two places spend about as much, of an application that has a budget."""
    return surface.application.name != BUDGETED or spend_alike(*map(surface.spent, places))


class Pair(NamedTuple):
    """Two places of an application, on test items.

    difference: the first less the second, above 0 where the first is better. half: of its interval,
    infinite with one training. Intervals and verdicts are at 5 % over all applications of these two
    places (Bonferroni), so that a verdict says on which side of 0 the interval lies. None of these
    where the places spend otherwise of a budget.
    """

    first: Spot
    second: Spot
    difference: Difference | None = None
    half: float | None = None
    verdict: Verdict | None = None


def pairs(surface: Surface, together: int) -> Iterator[Pair]:
    """Every two places in order, barred ones too; none where there are more than `MOST` places.

    together: of how many applications the same two places are told.
    """
    spots, scores = surface.everywhere, surface.test.scores
    rows = [surface.test.row(spot.way) for spot in spots]
    for number, first in enumerate(spots if len(spots) <= MOST else ()):
        found = differences(scores, rows[number])
        for second, row in zip(spots[number + 1 :], rows[number + 1 :], strict=True):
            if _of_one_budget(surface, first.place, second.place):
                one = Difference(*(part[row] for part in found))
                better = one._replace(value=-surface.metric.sign * one.value)
                yield _pair(first, second, better, together)
            else:
                yield Pair(first, second)


def _pair(first: Spot, second: Spot, difference: Difference, together: int) -> Pair:
    low, high = difference.interval(LEVEL / together)
    (verdict,) = verdicts([difference], tries=[together])
    return Pair(first, second, difference, float(high - low) / 2, verdict)


class Against(NamedTuple):
    """The gain over the baseline of one width, in the application's own metric, on test items.

    Above 0 more layers are better. candidates: how many of ours one was chosen from: those at the
    total rate of the other side, or all where totals were not given. comparable: where rates were
    given or are the price, only if both sides spend about as much, since each has only the points
    that were measured; and only if they have the same test items and as many trainings. If not,
    there is no difference.
    """

    width: int
    ours: Spot
    single: Spot
    difference: Difference | None
    candidates: int

    @property
    def comparable(self) -> bool:
        return self.difference is not None

    @property
    def p_value(self) -> float:
        """Times the number of candidates: one of them may be best by luck (Bonferroni)."""
        if self.difference is None:
            return 1.0
        return min(1.0, self.candidates * float(self.difference.p_value))


class Gain(NamedTuple):
    """What more than one layer gives for an application: a gain has to beat every baseline.

    verdict: "more" for a gain, at 5 % over all applications (Holm, 1979), by the comparison with
    the least evidence, since all of them must hold; None where sides are not comparable.
    """

    application: Name
    against: tuple[Against, ...]
    verdict: Verdict | None = None

    @property
    def weakest(self) -> Against:
        """The comparison with the least evidence: a gain, or a loss, is at least as sure."""
        return max(self.against, key=lambda one: one.p_value)

    @property
    def comparable(self) -> bool:
        return all(one.comparable for one in self.against)

    @property
    def evidence(self) -> Difference:
        """That of the weakest comparison; no difference where they disagree in their sign."""
        found = [one.difference for one in self.against if one.difference is not None]
        weakest = max(found, key=lambda one: float(one.p_value))
        agreed = len({bool(one.value > 0) for one in found}) == 1
        return weakest if agreed else weakest._replace(value=np.zeros(()))


Chosen = Mapping[Name, tuple[Surface, Choice]]


def gains(ours: Chosen, singles: Mapping[int, Chosen]) -> list[Gain]:
    """One for each application that all sides have by the same metric; `singles` are by width."""
    found = [
        Gain(
            name,
            tuple(_against(surface, choice, width, *of[name]) for width, of in singles.items()),
        )
        for name, (surface, choice) in ours.items()
        if singles and all(_same(surface, of.get(name)) for of in singles.values())
    ]
    judged = [gain for gain in found if gain.comparable]
    tries = [gain.weakest.candidates for gain in judged]
    words = verdicts([gain.evidence for gain in judged], tries=tries)
    by_name = {gain.application: word for gain, word in zip(judged, words, strict=True)}
    return [gain._replace(verdict=by_name.get(gain.application)) for gain in found]


def _same(surface: Surface, other: tuple[Surface, Choice] | None) -> bool:
    return other is not None and other[0].metric == surface.metric


def _against(
    surface: Surface, choice: Choice, width: int, other: Surface, single: Choice
) -> Against:
    """Against the baseline at the point that is best for it on validation.

    Where rates were given, that says the total at which both sides are compared, which favours the
    baseline: it had as many candidates as there are totals. Ours are the splits of that total, of
    which the best on validation is taken.
    """
    theirs = single.best
    if theirs.place.target:
        splits = [one for one in surface.spots if _equal_total(surface, one, other, theirs)]
        best = max(splits, key=lambda spot: spot.score, default=choice.best)
        comparable = bool(splits)
    else:
        splits, best = [*surface.spots], choice.best
        priced = surface.application.name == BUDGETED or bool(best.place.target)
        comparable = not priced or _as_much(surface, best, other, theirs)
    found = surface.test.across(best.way, other.test, theirs.way) if comparable else None
    if found is not None:
        found = found._replace(value=surface.metric.sign * found.value)
    return Against(width, best, theirs, found, max(len(splits), 1))


def _equal_total(surface: Surface, ours: Spot, other: Surface, single: Spot) -> bool:
    """Whether both were trained to the same total, and spend about as much on test items."""
    return same_total(ours.place, single.place) and _as_much(surface, ours, other, single)


def _as_much(surface: Surface, ours: Spot, other: Surface, single: Spot) -> bool:
    """Whether both spend about as much: rates on test items, or bytes on validation items."""
    alike = spend_alike(surface.spent(ours.place), other.spent(single.place))
    return alike and bool(surface.costs) == bool(other.costs)
