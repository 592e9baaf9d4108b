"""How far each point is from each limit: of every bound, the most telling of its checks there."""

import math
from collections import Counter
from typing import Any

from hvae.reports.charts.theme import sub
from hvae.reports.sections.bounds import counted, evidence
from hvae.results.quantities import checked_unit
from hvae.results.run import Run
from hvae.statistics.estimate import Row

DIGITS = 4


def described(run: Run) -> dict[str, str]:
    """What each bound of this run says, by name."""
    return {one.name: one.bound.meaning for one in counted(run.bounds) if one.verdicts}


def limits(run: Run) -> dict[str, dict[str, Any]]:
    """By point: how many of its checks have each verdict, and one check a bound."""
    by_point: dict[str, list[Row]] = {}
    for check in run.bounds:
        by_point.setdefault(check["point"], []).append(check)
    return {point: _summary(checks) for point, checks in by_point.items()}


def _summary(checks: list[Row]) -> dict[str, Any]:
    ordered = sorted(checks, key=_telling)
    first = {check["bound"]: check for check in reversed(ordered)}
    counts = Counter(check["verdict"] for check in checks)
    return {
        "counts": dict(counts),
        "checks": [_shown(check) for check in sorted(first.values(), key=_telling)],
    }


def _telling(check: Row) -> tuple[bool, float, float]:
    """Those that can bind first, with the most evidence against them."""
    return check["verdict"] == "vacuous", *evidence(check)


def _shown(check: Row) -> dict[str, Any]:
    """± of the slack is one standard error."""
    numbers = {name: check[name] for name in ("measured", "limit", "slack")}
    numbers["slack_se"] = math.hypot(check["measured_se"], check["limit_se"])
    rounded = {name: float(f"{value:.{DIGITS}g}") for name, value in numbers.items()}
    names = {name: check[name] for name in ("bound", "method", "verdict")}
    names["layers"] = latents(check["layers"])
    return names | rounded | {"unit": checked_unit(check["metric"])}


def latents(layers: str) -> str:
    """`z1+z2` of the tables as z₁, z₂."""
    numbers = [int(part.removeprefix("z")) for part in layers.split("+") if part]
    return ", ".join(f"z{sub(number)}" for number in numbers)
