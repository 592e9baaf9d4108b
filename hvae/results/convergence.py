"""Points whose training stopped too early: which they are, and how many steps to try.

A training is unconverged where its J° on held-out data still fell by more than 1 % over the last
tenth of its steps (`hvae.training.history`). What is measured of its points is of models that more
steps would change, so conclusions wait for them.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from hvae.config import baseline
from hvae.config.params import Params
from hvae.results.experiment import Experiment, split
from hvae.statistics.estimate import Row
from hvae.training.history import STILL, fall, steps_to_try

NAMED = 5  # points that are named
WHAT = {  # models, by the parameter that says how many steps they have
    "training.rates.steps": "models at given rates",
    "certification.training.steps": "independent models",
    "certification.training.rates.steps": "models from scratch",
    "baseline.rates.steps": "single-layer models",
}


class Short(NamedTuple):
    """Trainings of one kind that stopped too early.

    key: the parameter that says how many steps there were; points: those of these models, of
    `total`; fallen: the largest part by which J° fell over the last tenth, None where no curve is
    at hand. what: points, where these are of one model for the plane, or which models.
    """

    key: str
    steps: int
    points: Sequence[str]
    total: int
    fallen: float | None
    what: str = "models"

    @property
    def sentence(self) -> str:
        """What to do about it."""
        count = len(self.points)
        which = ", ".join(self.points[:NAMED]) + (", …" if count > NAMED else "")
        named = f" ({which})" if count < self.total else ""
        verb, whose = ("is", "its") if count == 1 else ("are", "their")
        much = (
            f"more than {100 * STILL:.0f} %"
            if self.fallen is None
            else f"up to {100 * self.fallen:.1f} %"
        )
        asked = steps_to_try(self.steps, self.fallen or 0.0)
        return (
            f"{count} of {self.total} {self.what} {verb} unconverged: {whose} objective still fell "
            f"by {much} over the last tenth of {self.steps:,} steps{named}. Try {self.key}: {asked}"
        )


class Trainings(NamedTuple):
    """Rows of `points` and of `history`, of models that are trained for one experiment."""

    points: Sequence[Row]
    history: Sequence[Row]


NONE = Trainings([], [])


def shortfalls(params: Params, own: Trainings, single: Trainings = NONE) -> list[Short]:
    """Of the grid, polished, at given rates, of what these stand beside, and of the baseline."""
    grid, anchors, rated, polished = (
        Trainings(rows, own.history) for rows in split(params, own.points)
    )
    training, beside = params.training, params.certification.training
    scratch = Trainings(list(_from_scratch(params, own.history)), own.history)
    part = "rates" if params.grid.totals() else "training"
    alone = baseline.rate_schedule(params) if part == "rates" else baseline.schedule(params)
    polish = training.polish.steps if training.polish else 0
    found = [
        _short("training.steps", training.steps, grid, params),
        _short("training.polish.steps", polish, polished, params),
        _short("training.rates.steps", training.rates.steps, rated, params),
        _short("certification.training.steps", beside.steps, anchors, params),
        _short("certification.training.rates.steps", beside.rates.steps, scratch, params),
        _short(f"baseline.{part}.steps", alone.get("steps", 0), single, params),
    ]
    return [one for one in found if one is not None]


def _from_scratch(params: Params, looks: Iterable[Row]) -> Iterator[Row]:
    """Of the models from scratch at given rates what their curves say: they are no points."""
    falls = _falls(looks)
    for point in (point for row in params.scratch_rows().values() for point in row):
        if point.name in falls:
            status = "unconverged" if falls[point.name] > STILL else "ok"
            yield {"point": point.name, "seed": point.seed, "status": status}


def _short(key: str, steps: int, of: Trainings, params: Params) -> Short | None:
    lost = [row for row in of.points if row["status"] == "unconverged"]
    if not lost:
        return None
    falls, shared = _falls(of.history), params.grid.shared()
    names = [row["point"] if row["point"] in falls else shared.get(row["seed"]) for row in lost]
    most = max((falls[name] for name in names if name in falls), default=None)
    what = "points" if any(row["point"] not in falls for row in lost) else WHAT.get(key, "models")
    return Short(key, steps, [row["point"] for row in lost], len(of.points), most, what)


def _falls(history: Iterable[Row]) -> dict[str, float]:
    """By how much each model's J° fell over the last tenth of its steps."""
    looks: dict[str, dict[int, float]] = {}
    for row in history:
        looks.setdefault(row["point"], {})[row["step"]] = row["objective"]
    return {name: fall(of) for name, of in looks.items()}


def sentences(params: Params, results: Path) -> Iterator[str]:
    """About an experiment in a folder of results; nothing where its tables are not there yet."""
    own = Experiment(results, params)
    alone = own.baseline
    single = _trainings(alone, alone.parts("history"))
    for one in shortfalls(
        params, _trainings(own, own.history if own.has("history") else []), single
    ):
        yield one.sentence


def _trainings(of: Experiment, history: Sequence[Row]) -> Trainings:
    return Trainings(of.points, history) if of.has("points") else NONE
