"""Trainings that stopped too early or went wrong: which they are, and how many steps to try.

A training is unconverged where its J° on held-out data still fell by more than 1 % over the last
tenth of its steps (`hvae.training.history`). What is measured of its points is of models that more
steps would change, so conclusions wait for them.

A model at given rates is outdone where another one has less distortion with no more rate in any
layer. The least distortion never rises with rate, so the first was trained badly, or overfits.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from hvae.config import baseline
from hvae.config.params import Params
from hvae.io.tables import MET, over_layers
from hvae.results.experiment import Experiment, split
from hvae.statistics.estimate import Row
from hvae.training.history import STILL, fall, steps_to_try

NAMED = 5  # points that are named
SURE = 3  # standard errors of a difference of D between two models
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


class Outdone(NamedTuple):
    """A model at given rates, and the best of those that outdo it; D in nats."""

    point: str
    distortion: float
    by: str
    least: float


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


def outdone(rated: Sequence[Row]) -> list[Outdone]:
    """The models at given rates that have more D than one with no more rate in any layer.

    Of those that have the rates that they were trained to.
    """
    met = [row for row in rated if row["status"] in MET]
    found = []
    for one in met:
        better = [other for other in met if _outdoes(other, one)]
        if better:
            best = min(better, key=lambda row: float(row["distortion"]))
            found.append(
                Outdone(one["point"], one["distortion"], best["point"], best["distortion"])
            )
    return found


def _outdoes(one: Row, other: Row) -> bool:
    """Whether it was to spend and spends no more, and has less D by more than chance.

    By errors of either alone: in pairs over items they would be smaller, so few are named wrongly.
    """
    layers = sum(name.startswith("target_") for name in one)
    asked, most = over_layers(one, "target", layers), over_layers(other, "target", layers)
    cheaper = all(a <= b for a, b in zip(asked, most, strict=True))
    spends_less = one["rate_total"] <= other["rate_total"]
    error = math.hypot(one["distortion_se"], other["distortion_se"])
    less = one["distortion"] < other["distortion"] - SURE * error
    return one["seed"] == other["seed"] and cheaper and spends_less and less


def _told(found: Sequence[Outdone], total: int) -> str:
    named = "; ".join(
        f"{one.point} has {one.distortion - one.least:.1f} nats more than {one.by}"
        for one in found[:NAMED]
    )
    have = "has" if len(found) == 1 else "have"
    return (
        f"{len(found)} of {total} models at given rates {have} more distortion than another one "
        f"with no more rate in any layer, a sign of bad training or overfitting: {named}"
        f"{'; …' * (len(found) > NAMED)}"
    )


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
    if params.grid.totals() and own.has("points"):
        rated = split(params, own.points).rated
        if found := outdone(rated):
            yield _told(found, len(rated))


def _trainings(of: Experiment, history: Sequence[Row]) -> Trainings:
    return Trainings(of.points, history) if of.has("points") else NONE
