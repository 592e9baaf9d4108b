"""The `grid` section of `params.yaml`: the points that are measured, given by β or by rates.

Every list over layers runs bottom to top (z_1 first). β is dimensionless, rates are in nats.
"""

import itertools
import math
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Self, TypeVar

from pydantic import Discriminator, Field, NonNegativeFloat, PositiveFloat, Tag, model_validator

from hvae.config.base import Section, Seed, group_or_list

T = TypeVar("T")
SOME = 9  # of the given rates at most, where others are chosen from them


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


def ends_and_middle(values: Sequence[T]) -> list[T]:
    """The first, middle and last of some values; fewer where there are fewer."""
    places = dict.fromkeys([0, len(values) // 2, len(values) - 1])
    return [values[place] for place in places] if values else []


class Point(Section):
    """One point of rate space: its name in every table, what it is trained for, its training seed.

    beta: (β_1, …, β_L), of a point of the plane of β; rates: (R_1, …, R_L) in nats, of a point that
    is trained to given rates. The other one is empty. `model` names the files of its weights: its
    own, or those of one model for the whole plane.
    """

    name: str
    beta: list[PositiveFloat] = Field(default=[])
    rates: list[NonNegativeFloat] = Field(default=[])
    seed: Seed
    model: str

    @property
    def layers(self) -> int:
        return len(self.beta or self.rates)


class Lattice(Section):
    """Totals of rate in nats, each split over the layers in every way that `shares` allow.

    A split gives each layer one of the shares, and they add up to 1: shares of 0, ¼, ½, ¾ and 1
    make five splits of two layers and fifteen of three.
    """

    totals: Annotated[list[PositiveFloat], Field(min_length=1)]
    shares: Annotated[list[Annotated[float, Field(ge=0, le=1)]], Field(min_length=1)]

    def splits(self, layers: int) -> list[tuple[float, ...]]:
        """(s_1, …, s_L), from all in z_1 to all in z_L."""
        found = itertools.product(sorted(self.shares, reverse=True), repeat=layers)
        return [split for split in found if math.isclose(sum(split), 1)]

    def rates(self, layers: int) -> list[list[float]]:
        """(R_1, …, R_L) in nats of all totals and splits."""
        return _rates(self.totals, self.splits(layers))

    def some(self, layers: int) -> list[list[float]]:
        """Nine of these rates at most: first, middle and last total, with three such splits."""
        return _rates(ends_and_middle(self.totals), ends_and_middle(self.splits(layers)))


def _rates(totals: Iterable[float], splits: Sequence[tuple[float, ...]]) -> list[list[float]]:
    """Each total with each split, to the six digits of a point's name."""
    return [
        [float(f"{total * share:.6g}") for share in split] for total in totals for split in splits
    ]


Rates = Annotated[
    Annotated[Lattice, Tag("group")] | Annotated[list[list[NonNegativeFloat]], Tag("list")],
    Discriminator(group_or_list),
]


SEVEN = LogRange.model_validate({"from": 0.1, "to": 10.0, "points": 7})


class Grid(Section):
    """An axis for each layer, a range or a list of β; every combination is a point.

    rates: further points, by the rates that they are trained to: a lattice, or a list of
    (R_1, …, R_L) in nats.
    """

    beta: Annotated[list[Axis], Field(min_length=1)] = Field(default=[SEVEN, SEVEN])
    rates: Rates = Field(default=[])
    seeds: Annotated[list[Seed], Field(min_length=1)] = Field(default=[0])

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        for name, values in [("seeds", self.seeds), *self._named_axes(), *self._named_rates()]:
            if len(set(values)) < len(values):
                raise ValueError(f"{name} must not repeat a value, got {values}")
        return self

    def _named_axes(self) -> list[tuple[str, Sequence[float]]]:
        return [(f"beta[{i}]", axis) for i, axis in enumerate(self.axes())]

    def _named_rates(self) -> list[tuple[str, Sequence[Any]]]:
        if isinstance(self.rates, Lattice):
            return [("rates.totals", self.rates.totals), ("rates.shares", self.rates.shares)]
        return [("rates", [tuple(rates) for rates in self.rates])]

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

    def targets(self) -> list[list[float]]:
        """The rates that models are trained to, (R_1, …, R_L) in nats each."""
        if isinstance(self.rates, Lattice):
            return self.rates.rates(len(self.beta))
        return self.rates

    def some_targets(self) -> list[list[float]]:
        """Nine of them at most: of a lattice `Lattice.some`, of a list evenly spaced ones."""
        if isinstance(self.rates, Lattice):
            return self.rates.some(len(self.beta))
        steps = min(len(self.rates), SOME)
        last = len(self.rates) - 1
        return [self.rates[round(i * last / max(steps - 1, 1))] for i in range(steps)]

    def totals(self) -> list[float]:
        """What the targets add up to, each once and from the least on, to six digits; but for 0."""
        found = {float(f"{sum(rates):.6g}") for rates in self.targets()}
        return sorted(found - {0.0})

    def rate_rows(self) -> dict[str, list[Point]]:
        """The points that are trained to given rates: all of a seed in one job, by its name."""
        return rate_rows(self.targets(), self.seeds, "rates")


def beta_rows(
    axes: Sequence[Sequence[float]], seeds: Iterable[int], kind: str
) -> dict[str, list[Point]]:
    """A point for each β of some axes and each seed: all of a seed in one job, named by both."""
    return {
        row: [
            Point(name=name, beta=list(beta), seed=seed, model=name)
            for beta in itertools.product(*axes)
            for name in [f"b{'_'.join(f'{b:g}' for b in beta)}_{row}"]
        ]
        for seed in seeds
        for row in [f"{kind}_s{seed}"]
    }


def rate_rows(
    targets: Sequence[list[float]], seeds: Iterable[int], kind: str
) -> dict[str, list[Point]]:
    """A point for each target and seed: all of a seed in one job, which its kind and seed name."""
    return {
        row: [
            Point(name=name, rates=rates, seed=seed, model=name)
            for rates in targets
            for name in [f"r{'_'.join(f'{rate:g}' for rate in rates)}_{row}"]
        ]
        for seed in (seeds if targets else [])
        for row in [f"{kind}_s{seed}"]
    }
