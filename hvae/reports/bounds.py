"""Every bound of an experiment: what it says, how its checks went, and the most telling of them."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from hvae.reports.run import Row, Run
from hvae.reports.slack import evidence, rows
from hvae.results.checks.catalogue import BOUNDS, Bound

TELLING = 4  # checks a bound in the table
UNKNOWN = Bound("–", "Not described in this version.")


class Listed(NamedTuple):
    """A bound with the counts of its verdicts; `shown` where some point of it is judged."""

    name: str
    bound: Bound
    verdicts: Counter[str]
    shown: bool


def listed(run: Run) -> list[Listed]:
    """Every bound of the catalogue, and of this run."""
    return [
        Listed(name, bound, verdicts(run.bounds, name), bool(rows(run, name)))
        for name, bound in described(run.bounds).items()
    ]


def described(checks: Sequence[Row]) -> dict[str, Bound]:
    """The catalogue, and after it the bounds that another version of it described."""
    others = sorted({check["bound"] for check in checks} - BOUNDS.keys())
    return {**BOUNDS, **dict.fromkeys(others, UNKNOWN)}


def verdicts(checks: Sequence[Row], bound: str) -> Counter[str]:
    """How many checks of this bound hold, are violated, undecided or vacuous."""
    return Counter(check["verdict"] for check in checks if check["bound"] == bound)


def telling(run: Run) -> list[Row]:
    """Of each bound, the checks that can bind and have the most evidence against them."""
    judged = sorted((c for c in run.bounds if c["verdict"] != "vacuous"), key=evidence)
    names = described(judged)
    return [c for name in names for c in [c for c in judged if c["bound"] == name][:TELLING]]
