"""Every bound of an experiment: what it says, how its checks went, and the most telling of them."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from hvae.reports.sections.bounds import evidence
from hvae.results.checks.catalogue import BOUNDS, Bound
from hvae.results.experiment import Run
from hvae.results.kinds import Row

TELLING = 4  # checks a bound in the table
UNKNOWN = Bound("–", "Not described in this version.")


class Counted(NamedTuple):
    """A bound with the counts of its verdicts, none where it has no check."""

    name: str
    bound: Bound
    verdicts: Counter[str]

    @property
    def judged(self) -> bool:
        """Whether some check of it can bind."""
        return self.verdicts.total() > self.verdicts["vacuous"]


def counted(checks: Sequence[Row]) -> list[Counted]:
    """The catalogue, and after it the bounds that another version of it described."""
    others = sorted({check["bound"] for check in checks} - BOUNDS.keys())
    every = {**BOUNDS, **dict.fromkeys(others, UNKNOWN)}
    return [Counted(name, bound, _verdicts(checks, name)) for name, bound in every.items()]


def _verdicts(checks: Sequence[Row], bound: str) -> Counter[str]:
    return Counter(check["verdict"] for check in checks if check["bound"] == bound)


def telling(run: Run) -> list[Row]:
    """Of each bound, the checks that can bind and have the most evidence against them."""
    judged = sorted((c for c in run.bounds if c["verdict"] != "vacuous"), key=evidence)
    names = [bound.name for bound in counted(judged)]
    return [c for name in names for c in [c for c in judged if c["bound"] == name][:TELLING]]
