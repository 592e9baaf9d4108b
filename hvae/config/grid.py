"""The `grid` section of `params.yaml`: the points that are measured, given by β or by rates.

Every list over layers runs bottom to top (z_1 first). β is dimensionless, rates are in nats.
"""

import itertools
from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import Discriminator, Field, NonNegativeFloat, PositiveFloat, Tag, model_validator

from hvae.config.base import Section, Seed, group_or_list


class LogRange(Section):
    """`points` values of β, evenly spaced in log β.

    `axes` rounds them, so that a finer range contains the values of a coarser one.
    """

    from_: Annotated[float, Field(gt=0, alias="from")]
    to: PositiveFloat
    points: Annotated[int, Field(ge=1, le=1000)]

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if self.points == 1 and self.from_ != self.to:
            raise ValueError("points must be at least 2 where `from` and `to` differ, got 1")
        return self

    def values(self) -> list[float]:
        steps = max(self.points - 1, 1)
        return [self.from_ * (self.to / self.from_) ** (i / steps) for i in range(self.points)]


Values = Annotated[list[PositiveFloat], Field(min_length=1)]
Axis = Annotated[
    Annotated[LogRange, Tag("group")] | Annotated[Values, Tag("list")],
    Discriminator(group_or_list),
]


def thinned(axis: Sequence[float], every: int) -> list[float]:
    """Every `every`-th value of an axis, and always its lowest, middle and highest value.

    So the ends and the middle are evaluated, however few values an axis has.
    """
    ranked = sorted(axis)
    kept = {*axis[::every], ranked[0], ranked[len(ranked) // 2], ranked[-1]}
    return [value for value in axis if value in kept]


class Point(Section):
    """One point of the plane: its name in every table, its (β_1, …, β_L), and its training seed.

    `model` names the files of its weights, which may be those of one model for the whole plane.
    """

    name: str
    beta: list[PositiveFloat]
    seed: Seed
    model: str


class Target(Section):
    """A point given by its rates (R_1, …, R_L) in nats; its β is solved for."""

    name: str
    rates: list[NonNegativeFloat]
    seed: Seed


class Grid(Section):
    """An axis for each layer, a range or a list of β; every combination is a point.

    rates: further points, given by their rates (R_1, …, R_L) in nats.
    """

    beta: Annotated[list[Axis], Field(min_length=1)]
    rates: list[list[NonNegativeFloat]] = Field(default=[])
    seeds: Annotated[list[Seed], Field(min_length=1)]

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        for name, values in [("seeds", self.seeds), *self._named_axes(), ("rates", self._rates())]:
            if len(set(values)) < len(values):
                raise ValueError(f"{name} must not repeat a value, got {values}")
        return self

    def _named_axes(self) -> list[tuple[str, Sequence[float]]]:
        return [(f"beta[{i}]", axis) for i, axis in enumerate(self.axes())]

    def _rates(self) -> list[tuple[float, ...]]:
        return [tuple(rates) for rates in self.rates]

    def axes(self) -> list[list[float]]:
        """The values of β_1, …, β_L, to the six digits that a point's name shows."""
        return [
            [float(f"{v:.6g}") for v in (a.values() if isinstance(a, LogRange) else a)]
            for a in self.beta
        ]

    def box(self) -> list[tuple[float, float]]:
        """The lowest and the highest β_l of each layer."""
        return [(min(axis), max(axis)) for axis in self.axes()]

    def rows(self, amortized: bool = False, every: int = 1) -> dict[str, list[Point]]:
        """The points of each job, by a name that ends the names of all its points.

        Independent models train together in a row: all β_1 for one (β_2, …, β_L) and one seed. The
        points of an amortized model are all in one job a seed, since they have nothing to train.

        amortized: whether all points of a seed share a model. every: each axis is reduced to the
        values that `thinned` keeps.
        """
        lowest, *upper = (thinned(axis, every) for axis in self.axes())
        found: dict[str, list[Point]] = {}
        for seed, shared in self.shared().items():
            for rest in itertools.product(*upper):
                end = "_".join([*(f"{b:g}" for b in rest), f"s{seed}"])
                points = [
                    Point(
                        name=name, beta=[b, *rest], seed=seed, model=shared if amortized else name
                    )
                    for b in lowest
                    for name in [f"b{b:g}_{end}"]
                ]
                found.setdefault(f"s{seed}" if amortized else end, []).extend(points)
        return found

    def shared(self) -> dict[int, str]:
        """The name of the model for the whole plane, for each seed."""
        return {seed: f"amortized_s{seed}" for seed in self.seeds}

    def targets(self) -> dict[str, list[Target]]:
        """The job units of `rates` by name: all targets of one seed."""
        return {
            row: [
                Target(
                    name=f"r{'_'.join(f'{rate:g}' for rate in rates)}_{row}", rates=rates, seed=seed
                )
                for rates in self.rates
            ]
            for seed in (self.seeds if self.rates else [])
            for row in [f"targets_s{seed}"]
        }
