"""Does a measured value respect its limit? Checks with their evidence, and verdicts on them.

A check *holds*, is *violated* or is *undecided*. "Violated" needs evidence at a family-wise level
of 1 % over the experiment (Holm 1979). "Holds" needs a one-sided 95 % lower end of the slack that
is not negative. A limit that cannot bind, or hardly, is *vacuous* and is left out of the family.
"""

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

from scipy.special import ndtr, ndtri

from hvae.statistics import arguments
from hvae.statistics.intervals import holm
from hvae.statistics.proportion import at_least, clopper_pearson

__all__ = [
    "Check",
    "Verdict",
    "accuracy_check",
    "judge",
    "normal_check",
    "squared_error_check",
    "trivial",
]

Verdict = Literal["holds", "violated", "undecided", "vacuous"]

ONE_SIDED = 0.95
TRIVIAL = 0.99  # of the most that can be measured: an upper limit from there on says nothing
ROUNDING = 1e-12  # a relative deficit below this is arithmetic, not evidence


class Check(NamedTuple):
    """A measured value against its limit, in the units of the measured value."""

    bound: str  # its name, for the reader
    measured: float
    measured_se: float
    limit: float
    limit_se: float
    slack: float  # distance to the limit, on the allowed side when >= 0
    slack_low: float  # one-sided 95 % lower end of the slack
    p_value: float  # of "the bound holds"; small values are evidence against it
    vacuous: bool  # the limit cannot bind, or is trivial


def trivial(limit: float, most: float) -> bool:
    """Whether an upper limit is above 0.99 of the most that can be measured, in the same unit."""
    return limit > TRIVIAL * most


def accuracy_check(
    correct: int, n: int, limit: float, limit_se: float, *, bound: str = "accuracy"
) -> Check:
    """Is the accuracy, `correct` of `n` independent items, at most `limit`? By exact tests.

    p = P[Binomial(n, limit + 3 limit_se) >= correct], 1 where that probability reaches 1.
    The slack's lower end is limit - 1.645 limit_se minus the one-sided Clopper-Pearson upper end.
    Raises ValueError unless 0 <= correct <= n, n >= 1, limit >= 0 and limit_se >= 0.
    """
    high = clopper_pearson(correct, n, level=2 * ONE_SIDED - 1)[1]
    limit = arguments.not_negative("limit", arguments.finite("limit", limit))
    limit_se = arguments.not_negative("limit_se", arguments.finite("limit_se", limit_se))
    accuracy = correct / n
    return Check(
        bound,
        measured=accuracy,
        measured_se=math.sqrt(accuracy * (1 - accuracy) / n),
        limit=limit,
        limit_se=limit_se,
        slack=limit - accuracy,
        slack_low=limit - float(ndtri(ONE_SIDED)) * limit_se - high,
        p_value=at_least(correct, n, min(limit + 3 * limit_se, 1.0)),
        vacuous=trivial(limit, 1.0),
    )


def normal_check(
    measured: float,
    measured_se: float,
    limit: float,
    limit_se: float,
    upper: bool,
    *,
    bound: str = "",
    vacuous: bool = False,
    independent: bool = True,
) -> Check:
    """A value against a limit, both with a standard error, by a normal test of the slack.

    upper: measured <= limit, slack = limit - measured; otherwise the other way round.
    p = Phi(slack / se), se^2 = measured_se^2 + limit_se^2; without any error, p is 1 or 0. If both
    come from the same items, and so are not `independent`, se has its largest possible value,
    measured_se + limit_se. The most that can be measured depends on what it is, so the caller says
    whether the limit is `vacuous`.
    Raises ValueError for NaN, infinities and negative standard errors.
    """
    for name, value in {"measured": measured, "limit": limit}.items():
        arguments.finite(name, value)
    for name, value in {"measured_se": measured_se, "limit_se": limit_se}.items():
        arguments.not_negative(name, arguments.finite(name, value))
    slack = float(limit - measured if upper else measured - limit)
    se = math.hypot(measured_se, limit_se) if independent else measured_se + limit_se
    if se > 0:
        p_value = float(ndtr(slack / se))
    else:
        p_value = float(slack >= -ROUNDING * max(1.0, abs(measured), abs(limit)))
    low = slack - float(ndtri(ONE_SIDED)) * se
    return Check(bound, measured, measured_se, limit, limit_se, slack, low, p_value, vacuous)


def squared_error_check(
    measured: float, measured_se: float, limit: float, limit_se: float, *, bound: str
) -> Check:
    """A mean squared error against a lower limit, both from the same items, by a normal test.

    The standard error of a mean of squares grows with the mean, so a low value has too low an error
    and would look too certain. Below the limit, the test uses the error that would go with the
    limit, measured_se * limit / measured. Raises the errors of `normal_check`.
    """
    scale = max(1.0, limit / measured) if measured > 0 else 1.0
    numbers = (measured, scale * measured_se, limit, limit_se)
    check = normal_check(*numbers, upper=False, bound=bound, independent=False)
    return check._replace(measured_se=measured_se)


def judge(checks: Sequence[Check], level: float = 0.01) -> list[Verdict]:
    """A verdict for each check of one experiment, in the order given.

    Holm's correction covers the checks that can bind. Raises ValueError unless 0 < level < 1.
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}")
    adjusted = iter(holm([check.p_value for check in checks if not check.vacuous]))
    return [
        "vacuous" if check.vacuous else _verdict(check, next(adjusted) <= level) for check in checks
    ]


def _verdict(check: Check, rejected: bool) -> Verdict:
    if rejected:
        return "violated"
    return "holds" if check.slack_low >= 0 else "undecided"
