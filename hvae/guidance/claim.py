"""A claim of the paper, beside what this experiment says about it."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Verdict = Literal["reproduced", "not reproduced", "undecided"]
LEVEL = 0.05


class Claim(NamedTuple):
    """In words, with our number for it; numbers are what the words are made of.

    rule: what the verdict takes, in a sentence or two.
    """

    claim: str
    ours: str
    verdict: Verdict
    numbers: Mapping[str, float]
    rule: str
