"""The claims of the paper (Xiao & Bamler, 2023), each beside this experiment's number for it."""

from collections import Counter
from collections.abc import Mapping, Sequence

from hvae.config.guidance import Name
from hvae.guidance.claim import Claim, Verdict
from hvae.guidance.deciding import deciding
from hvae.guidance.differing import differing
from hvae.guidance.splitting import splitting
from hvae.guidance.surface import Surface
from hvae.results.places import Place, Row

CLAIM = "What is measured keeps to its limit in the rates"
RULE = (
    "Reproduced where some checks hold and none is violated, at 1 % over all of them (Holm); not "
    "reproduced where any is violated."
)


def scorecard(
    plane: Sequence[Place], bounds: Sequence[Row], surfaces: Mapping[Name, Surface]
) -> list[Claim]:
    """All claims, in the paper's order."""
    return [splitting(plane), limits(bounds), differing(surfaces), deciding(surfaces)]


def limits(bounds: Sequence[Row]) -> Claim:
    """Held against the verdicts of `bounds.parquet`."""
    count = Counter(check["verdict"] for check in bounds)
    ours = (
        f"{count['holds']} checks hold, {count['violated']} are violated, {count['undecided']} are "
        f"undecided and {count['vacuous']} cannot bind"
    )
    numbers = {name: count[name] for name in ("holds", "violated", "undecided", "vacuous")}
    return Claim(CLAIM, ours, _kept(count), numbers, RULE)


def _kept(count: Mapping[str, int]) -> Verdict:
    if count["violated"]:
        return "not reproduced"
    return "reproduced" if count["holds"] else "undecided"
