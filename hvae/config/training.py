"""The `training`, `certification` and `baseline` sections of `params.yaml`.

Beside them, when a model has the rates that it is trained to.
"""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from hvae.config.base import Section, Seed
from hvae.config.grid import Axis, Grid, Point, beta_rows, ends_and_middle, rate_rows
from hvae.statistics.estimate import number

Floats = NDArray[np.float64]
RELATIVE, ABSOLUTE = 0.02, 0.05  # a rate is reached within 2 % or 0.05 nats, what is larger
OFFSET = ABSOLUTE / RELATIVE
FAR = 2.5  # times as much: what misses its target by more could not be trained to it


LearningRate = Literal["linear", "constant"]
Kept = Literal["best", "last"]
Rise = Literal["log", "linear"]
Batches = Literal["drawn", "epochs"]
Axes = Annotated[list[Axis], Field(min_length=1)]


class Schedule(Section):
    """AdamW for a number of steps.

    steps: how many batches are trained on. batch_size: items in a batch. learning_rate: its start.
    validate_every: steps between evaluations on validation data.
    batches: items are drawn with replacement, or each comes once an epoch, whose last batch may be
    smaller.
    schedule: the learning rate falls linearly to zero, or is constant.
    keep: the weights with the lowest objective on validation data, or the last ones.
    warm_up: β rises to its value over this fraction of the steps.
    rise: evenly in log β, from a small part of it, or evenly in β, from 0.
    weight_decay: in a step a weight loses this fraction of itself, times the learning rate. The
    hypernetwork has no decay, which would pull all β towards one model.
    """

    steps: PositiveInt = 2000
    batch_size: PositiveInt = 128
    batches: Batches = "drawn"
    learning_rate: PositiveFloat = 4e-3
    schedule: LearningRate = "linear"
    weight_decay: NonNegativeFloat = 0
    warm_up: Annotated[float, Field(ge=0, lt=1)] = 0.25
    rise: Rise = "log"
    validate_every: PositiveInt = 100
    keep: Kept = "best"

    def at_beta(self) -> dict[str, Any]:
        """The part that a training job at β depends on."""
        return self.model_dump(include=set(Schedule.model_fields))


class RateSchedule(Schedule):
    """The same for models that are trained to rates, by the method of multipliers.

    The weight of the penalty rises over the first `warm_up` of the steps, and the step of the
    multipliers over a third of that. `penalty`: ρ, and `price_step`: η, where the price λ_l is at
    most 1; they are λ_l times as large where it is more. `memory`: of the moving average of a
    batch's rates, a step. `first_price`: λ_l at the start, where there is no β to start from. All
    are dimensionless.
    """

    steps: PositiveInt = 8000
    validate_every: PositiveInt = 200
    warm_up: Annotated[float, Field(ge=0, lt=1)] = 0.3
    penalty: PositiveFloat = 10
    price_step: PositiveFloat = 0.05
    memory: Annotated[float, Field(ge=0, lt=1)] = 0.95
    first_price: NonNegativeFloat = 0.05


class Polish(Schedule):
    """The same for plain models that go on from an amortized one, each at its own β.

    β does not rise at first, since the amortized model knows it. beta: their axes, as in `grid`,
    within its box; null takes the ends and the middle of each axis.
    """

    beta: Axes | None = None
    steps: PositiveInt = 1500
    learning_rate: PositiveFloat = 1e-3
    weight_decay: NonNegativeFloat = 0.3
    warm_up: Annotated[float, Field(ge=0, lt=1)] = 0

    def axes(self, grid: Grid) -> list[list[float]]:
        """The values of β_1, …, β_L."""
        if self.beta is not None:
            return Grid(beta=self.beta).axes()
        return [ends_and_middle(axis) for axis in grid.axes()]

    def rows(self, grid: Grid) -> dict[str, list[Point]]:
        """The job units by name: a point for each β, all of one seed."""
        return beta_rows(self.axes(grid), grid.seeds, "polished")


class Schedules(Schedule):
    """Of models at β; rates: of models that are trained to given rates."""

    rates: RateSchedule


class Training(Schedules):
    """A model for each point (independent), or one for the box that the grid spans (amortized).

    polish: at some β, plain models that go on from the amortized one; null for none.
    """

    strategy: Literal["independent", "amortized"]
    rates: RateSchedule = RateSchedule(
        steps=1500, batch_size=128, learning_rate=2e-3, validate_every=100
    )
    polish: Polish | None = None


class FromScratch(Schedules):
    """Of the models that others are compared with, which all start from scratch."""

    rates: RateSchedule = RateSchedule(
        steps=8000, batch_size=128, learning_rate=4e-3, validate_every=200
    )


class Certification(Section):
    """Models trained from scratch that an amortized plane is compared with, where there is one.

    beta: axes of the independent models (anchors), as in `grid`; null takes the ends of each grid
    axis, and its middle as well where no rates are compared. rates: those of `grid.rates` at which
    a model is trained from scratch as well; null takes nine at most, [] none. seeds: restarts at
    each β and at each of these rates, of which the best on validation data is compared. tolerance:
    by which fraction J° and D° may exceed theirs.
    """

    beta: Axes | None = None
    rates: list[list[NonNegativeFloat]] | None = None
    seeds: Annotated[list[Seed], Field(min_length=1)]
    tolerance: PositiveFloat
    training: FromScratch

    def axes(self, grid: Grid) -> list[list[float]]:
        """The values of β_1, …, β_L of the anchors."""
        if self.beta is not None:
            return Grid(beta=self.beta, seeds=self.seeds).axes()
        axes = [ends_and_middle(axis) for axis in grid.axes()]
        return [list(dict.fromkeys((a[0], a[-1]))) for a in axes] if self.targets(grid) else axes

    def rows(self, grid: Grid) -> dict[str, list[Point]]:
        """The job units by name: the anchors of one seed."""
        return beta_rows(self.axes(grid), self.seeds, "anchors")

    def targets(self, grid: Grid) -> list[list[float]]:
        """The rates (R_1, …, R_L) in nats, in the order of the grid, that are compared at."""
        return grid.some_targets() if self.rates is None else self.rates

    def rate_rows(self, grid: Grid) -> dict[str, list[Point]]:
        """The job units by name: of one seed, a model from scratch for each of these rates."""
        return rate_rows(self.targets(grid), self.seeds, "scratch")


class Changes(Section):
    """What differs from another schedule; null for no difference."""

    steps: PositiveInt | None = None
    batch_size: PositiveInt | None = None
    batches: Batches | None = None
    learning_rate: PositiveFloat | None = None
    schedule: LearningRate | None = None
    weight_decay: NonNegativeFloat | None = None
    warm_up: Annotated[float, Field(ge=0, lt=1)] | None = None
    rise: Rise | None = None
    validate_every: PositiveInt | None = None
    keep: Kept | None = None


class Baseline(Section):
    """Models with one layer, on which all tasks are measured as well.

    training: what differs from the schedule in the section `training`. rates: what differs from
    `training.rates`, where there are target rates, to whose totals they are then trained.
    """

    training: Changes = Changes()
    rates: Changes = Changes()

    def schedule(self, training: Training) -> dict[str, Any]:
        """The schedule of its training."""
        return training.at_beta() | self.training.model_dump(exclude_none=True)

    def rate_schedule(self, training: Training) -> dict[str, Any]:
        """The schedule of its training to total rates."""
        return training.rates.model_dump() | self.rates.model_dump(exclude_none=True)


def residuals(rates: Floats, wanted: Floats) -> Floats:
    """log[(R_l + c) / (r_l + c)] with c = 2.5 nats, of shape (..., L).

    0.02 is 2 % of a large rate or 0.05 nats of a small one.
    """
    return np.log((rates + OFFSET) / (wanted + OFFSET))


def miss(rates: Floats, wanted: Floats) -> float:
    """The largest deviation of a layer's rate as a multiple of what is allowed."""
    return float((np.abs(rates - wanted) / np.maximum(RELATIVE * wanted, ABSOLUTE)).max())


def shown(values: Iterable[float]) -> str:
    """(5, 2.31)."""
    return f"({', '.join(map(number, values))})"
