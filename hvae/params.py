"""The one typed definition of `params.yaml`: what may be asked for, and what is refused.

Every list over layers runs bottom to top (z_1 first). β is dimensionless, rates are in nats.
"""

import itertools
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    PositiveFloat,
    PositiveInt,
    Tag,
    model_validator,
)

from hvae.likelihood_options import Likelihood
from hvae.options import Data, Split
from hvae.section import Section, Seed, group_or_list, parse
from hvae.task_options import Tasks
from hvae.top_options import Categorical, Top

__all__ = ["Data", "Section", "Seed", "Split", "parse"]  # what the rest of the library reads here


def _splits_the_rate(inference: object) -> object:
    if inference == "bottom-up":
        raise ValueError(
            "must be 'top-down' or 'ladder'; a bottom-up posterior q(z_1|x) q(z_2|z_1) is refused, "
            "since its rates cannot be tuned apart: its upper KL bounds I(z_1; z_2) instead of "
            "I(x; z_2), and its lower term cannot be tuned on its own, got 'bottom-up'"
        )
    return inference


class Model(Section):
    """Sizes and choices of a `HierarchicalVAE`; `skip` lets z_{>1} feed the decoder too.

    `latents` are widths of vectors or, for layers that the backbone keeps spatial, numbers of maps.
    `width` is that of hidden layers, or the number of base channels of a convolutional backbone.
    `top` is the family of z_L; all layers below it are Gaussian.
    """

    latents: Annotated[list[PositiveInt], Field(min_length=1)]
    inference: Annotated[Literal["top-down", "ladder"], BeforeValidator(_splits_the_rate)]
    backbone: Literal["mlp", "conv", "conv-spatial"]
    width: PositiveInt
    skip: bool
    likelihood: Likelihood
    top: Top = "gaussian"

    @model_validator(mode="after")
    def _top_fits(self) -> Self:
        if isinstance(self.top, Categorical):
            self.top.check(self.latents, self.backbone)
        return self


class LogRange(Section):
    """`points` values of β, evenly spaced in log β; rounded so that finer ranges nest coarser."""

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


class Point(Section):
    """One model of the grid: its name in every table, its (β_1, …, β_L), its training seed."""

    name: str
    beta: list[PositiveFloat]
    seed: Seed


class Grid(Section):
    """One axis a layer, a range or a list of β values; every combination is a point."""

    beta: Annotated[list[Axis], Field(min_length=1)]
    seeds: Annotated[list[Seed], Field(min_length=1)]

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        for name, values in [("seeds", self.seeds), *self._named_axes()]:
            if len(set(values)) < len(values):
                raise ValueError(f"{name} must not repeat a value, got {values}")
        return self

    def _named_axes(self) -> list[tuple[str, Sequence[float]]]:
        return [(f"beta[{i}]", axis) for i, axis in enumerate(self.axes())]

    def axes(self) -> list[list[float]]:
        """The values of β_1, …, β_L, to the six digits that a point's name shows."""
        return [
            [float(f"{v:.6g}") for v in (a.values() if isinstance(a, LogRange) else a)]
            for a in self.beta
        ]

    def rows(self) -> dict[str, list[Point]]:
        """The job units: all β_1 for one (β_2, …, β_L) and one seed, by name."""
        lowest, *upper = self.axes()
        return {
            row: [Point(name=f"b{b:g}_{row}", beta=[b, *rest], seed=seed) for b in lowest]
            for seed in self.seeds
            for rest in itertools.product(*upper)
            for row in ["_".join([*(f"{b:g}" for b in rest), f"s{seed}"])]
        }


class Training(Section):
    """Adam on J_β, its learning rate falling linearly to zero; β rises over the first `warm_up` of
    the steps. The kept weights are those of the lowest J_β on validation data.
    """

    strategy: Literal["independent"]
    steps: PositiveInt
    batch_size: PositiveInt
    learning_rate: PositiveFloat
    warm_up: Annotated[float, Field(ge=0, lt=1)] = 0.25
    validate_every: PositiveInt


class Extraction(Section):
    """z samples an item for rates and distortions; at most `max_items` items of each split."""

    samples: PositiveInt
    max_items: Annotated[int, Field(ge=10)]


class Evaluation(Extraction):
    """Beside it, test items that I(x; z) compares in pairs, and z samples an item for −log p(x)."""

    information_items: Annotated[int, Field(ge=3)]
    importance_samples: PositiveInt

    def extraction(self) -> dict[str, Any]:
        """The part that extracting the latents depends on."""
        return self.model_dump(include=set(Extraction.model_fields))


class Report(Section):
    title: str


class Params(Section):
    """The whole of `params.yaml`, an overlay merged in."""

    experiment: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    seed: Seed
    data: Data
    model: Model
    grid: Grid
    training: Training
    evaluation: Evaluation
    tasks: Tasks
    report: Report

    @model_validator(mode="after")
    def _an_axis_a_layer(self) -> Self:
        layers, axes = len(self.model.latents), len(self.grid.beta)
        if layers != axes:
            raise ValueError(
                f"model.latents and grid.beta must name the same layers: "
                f"got {layers} latents and {axes} β axes"
            )
        return self
