"""One choice against another, in the application's own metric on test items.

Losses: the price of one model for two uses, that is what an application loses at the best place for
another. Gains: what more than one layer buys, against models of one layer.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

from hvae.config.tasks import Name
from hvae.guidance.applications import BUDGETED
from hvae.guidance.choose import LEVEL, Choice
from hvae.guidance.surface import Spot, Surface
from hvae.results.places import Place
from hvae.statistics.estimate import Estimate
from hvae.statistics.intervals import holm, two_sided

OVER, UNMEASURED = "over the budget", "not measured"  # why there is no loss
APART = 0.05  # part of the larger total rate by which two sides may differ and still compare
ROUNDING = 1e-5  # of a total, whose parts are told to six digits


class Loss(NamedTuple):
    """In the application's own metric, on test items: its value at its best place, less that there.

    Positive is worse, whichever way the metric goes; below 0 the test items contradict the choice.
    Its standard error takes both errors to be independent, which errs on the safe side. Where the
    place may not be chosen, or has no value, there is a note in place of a number.
    """

    application: Name
    optimum: Name
    loss: float | None
    std_error: float | None
    note: str = ""


def losses(surfaces: Mapping[Name, Surface], choices: Mapping[Name, Choice]) -> list[Loss]:
    """Rows by application; in each, a loss for the best place of every one, its own included."""
    return [
        _loss(surfaces[mine], choices[mine], other, choices[other].best.place)
        for mine in choices
        for other in choices
    ]


def _loss(surface: Surface, choice: Choice, other: Name, place: Place) -> Loss:
    mine, spot = surface.application.name, surface.at(place)
    if spot is None:
        barred = any(one.place == place for one in surface.barred)
        return Loss(mine, other, None, None, OVER if barred else UNMEASURED)
    if spot == choice.best:
        return Loss(mine, other, 0.0, 0.0)
    lost = surface.metric.sign * (choice.best.test.value - spot.test.value)
    return Loss(mine, other, lost, math.hypot(choice.best.test.std_error, spot.test.std_error))


class Against(NamedTuple):
    """The gain over the baseline of one width, in the application's own metric, on test items.

    Above 0 more layers are better. candidates: how many of ours one was chosen from at the total
    rate of the other side; 1 where totals were not given. comparable: where rates were given or are
    the price, only if both sides spend about as much: each has only the points that were measured.
    """

    width: int
    ours: Spot
    single: Spot
    gain: float
    std_error: float
    p_value: float
    candidates: int
    comparable: bool


class Gain(NamedTuple):
    """What more than one layer buys for an application: a gain has to beat every baseline.

    p_value: two-sided, that of the comparison with the least evidence, since all of them must hold;
    1 where they disagree in their sign. significant: at 5 % over all applications (Holm, 1979).
    What is not comparable is not significant.
    """

    application: Name
    against: tuple[Against, ...]
    p_value: float
    significant: bool = False

    @property
    def weakest(self) -> Against:
        """The comparison with the least evidence: a gain, or a loss, is at least as sure."""
        return max(self.against, key=lambda one: one.p_value)

    @property
    def comparable(self) -> bool:
        return all(one.comparable for one in self.against)


Chosen = Mapping[Name, tuple[Surface, Choice]]


def gains(ours: Chosen, singles: Mapping[int, Chosen]) -> list[Gain]:
    """One for each application that all sides have by the same metric; `singles` are by width."""
    found = [
        _gain(name, surface, choice, {width: of[name] for width, of in singles.items()})
        for name, (surface, choice) in ours.items()
        if singles and all(_same(surface, of.get(name)) for of in singles.values())
    ]
    judged = [gain for gain in found if gain.comparable]
    adjusted = holm([gain.p_value for gain in judged])
    significant = {gain.application: p <= LEVEL for gain, p in zip(judged, adjusted, strict=True)}
    return [gain._replace(significant=significant.get(gain.application, False)) for gain in found]


def _same(surface: Surface, other: tuple[Surface, Choice] | None) -> bool:
    return other is not None and other[0].metric == surface.metric


def _gain(
    name: Name, surface: Surface, choice: Choice, singles: Mapping[int, tuple[Surface, Choice]]
) -> Gain:
    against = tuple(
        _against(surface, choice, width, single.best) for width, (_, single) in singles.items()
    )
    agreed = len({one.gain > 0 for one in against}) == 1
    return Gain(name, against, max(one.p_value for one in against) if agreed else 1.0)


def _against(surface: Surface, choice: Choice, width: int, single: Spot) -> Against:
    """Against the baseline at the point that is best for it on validation.

    Where rates were given, that says the total at which both sides are compared, which favours the
    baseline: it had as many candidates as there are totals. Ours are the splits of that total, of
    which the best on validation is taken. One of several trainings may be best by luck, on test as
    on validation, so its p-value is multiplied by their number (Bonferroni).
    """
    best, many, comparable = choice.best, 1, True
    if single.place.target:
        splits = [spot for spot in surface.spots if _equal_total(spot, single)]
        best = max(splits, key=lambda spot: spot.score, default=best)
        many, comparable = max(len(splits), 1), bool(splits)
    elif surface.application.name == BUDGETED or best.place.target:
        comparable = _spend_alike(best, single)
    gain = _difference(surface, best, single)
    p_value = min(1.0, many * two_sided(*gain))
    return Against(width, best, single, *gain, p_value, many, comparable)


def _difference(surface: Surface, ours: Spot, single: Spot) -> Estimate:
    """Both errors are taken to be independent, which errs on the safe side."""
    value = surface.metric.sign * (ours.test.value - single.test.value)
    return Estimate(value, math.hypot(ours.test.std_error, single.test.std_error))


def _equal_total(ours: Spot, single: Spot) -> bool:
    """Whether both were trained to the same total, and spend about as much on test items."""
    wanted = math.isclose(sum(ours.place.target), sum(single.place.target), rel_tol=ROUNDING)
    return wanted and _spend_alike(ours, single)


def _spend_alike(ours: Spot, single: Spot) -> bool:
    totals = [spot.place.total.value for spot in (ours, single)]
    return max(totals) - min(totals) <= APART * max(totals)
