"""Validation curves: when training looks at held-out data, whether it has converged, as stored.

Nothing here needs torch, so that reports can say what became of a training.
"""

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from hvae.config.training import Schedule
from hvae.io import tables

HALF = 0.5  # of the steps, before which λ and β move so much that looks do not compare
LATE = 0.9  # of the steps, after which a trained model's objective hardly falls any more
STILL = 0.01  # the part of J° that it may still fall by
LEAST, MOST = 2, 20  # times as many steps are worth a trial


def looks(settings: Schedule) -> list[int]:
    """The steps after which training looks at held-out data: the last one always."""
    return [step for step in range(1, settings.steps + 1) if looks_at(settings, step)]


def looks_at(settings: Schedule, step: int) -> bool:
    """Whether training looks at held-out data after a step: also where its last tenth begins."""
    return step % settings.validate_every == 0 or step in (late(settings.steps), settings.steps)


def late(steps: int) -> int:
    """The step after which the last tenth of the training begins."""
    return max(1, round(LATE * steps))


def status(looks: Mapping[int, float], diverged: bool) -> Literal["ok", "unconverged", "diverged"]:
    """What became of a training, by its J° on held-out data in nats at each step of a look."""
    if diverged:
        return "diverged"
    return "unconverged" if fall(looks) > STILL else "ok"


def fall(looks: Mapping[int, float]) -> float:
    """The part of the lowest J° that was won in the last tenth of the steps; 0 of fewer looks.

    Of the looks in the second half.
    """
    last = max(looks)
    second = {step: value for step, value in looks.items() if step >= HALF * last}
    early = [value for step, value in second.items() if step <= late(last)]
    before, after = (
        min(filter(math.isfinite, some), default=math.inf) for some in (early, second.values())
    )
    return (before - after) / before if 0 < before < math.inf else 0.0


def steps_to_try(steps: int, fallen: float) -> int:
    """How many steps may suffice where J° fell by that part f in the last tenth of `steps`.

    Where what is left to win shrinks as 1/steps, it was e = 9 f / (1 − 10 f) of the least J° at the
    end, and a fall of 1 % takes e = 0.1. So 90 f / (1 − 10 f) times the steps, but 2 times at least
    and 20 at most; to two digits.
    """
    left = 1 - 10 * fallen
    wanted = steps * min(max(LEAST, 90 * fallen / left), MOST) if left > 0 else steps * MOST
    unit = 10 ** max(0, math.floor(math.log10(wanted)) - 1)
    return math.ceil(wanted / unit) * unit


class Curve(NamedTuple):
    """looks: by step, an objective on held-out data with the likelihood's constant; in nats."""

    point: str
    looks: Mapping[int, float]
    constant: float

    @property
    def objective(self) -> dict[int, float]:
        """J° by step, in nats."""
        return {step: value - self.constant for step, value in self.looks.items()}


def save(path: Path, curves: Iterable[Curve]) -> None:
    """Write a row a look, its objective without the constant: a part of `history.parquet`."""
    rows = [
        {"point": curve.point, "step": step, "objective": value}
        for curve in curves
        for step, value in curve.objective.items()
    ]
    tables.write(tables.from_rows(rows, tables.history()), path)
