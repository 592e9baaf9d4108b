"""The one typed definition of `params.yaml`: what may be asked for, and what is refused.

Every list over layers runs bottom to top (z_1 first). β is dimensionless, rates are in nats.
"""

import itertools
import json
import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    PositiveFloat,
    PositiveInt,
    Tag,
    ValidationError,
    model_validator,
)

from hvae.errors import InputError, sentences

Seed = Annotated[int, Field(ge=0, lt=2**32)]
Fraction = Annotated[float, Field(gt=0, lt=1)]


class Section(BaseModel):
    """A group of keys; unknown keys, wrong types, NaN and infinity are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, values: Any) -> Any:
        known = [field.alias or name for name, field in cls.model_fields.items()]
        for key in set(values) - set(known) if isinstance(values, Mapping) else ():
            raise ValueError(f"has no key {key!r} (known: {', '.join(known)}), got {values[key]!r}")
        return values

    def job(self, *keys: str, **extra: Any) -> str:
        """The keys that one job depends on, as canonical JSON: its argument and its fingerprint."""
        chosen = self.model_dump(mode="json", by_alias=True, include=set(keys))
        return json.dumps(chosen | extra, sort_keys=True)


class Split(Section):
    """Fractions of the items; every class is spread over the three in these proportions."""

    train: Fraction
    validation: Fraction
    test: Fraction

    @model_validator(mode="after")
    def _whole(self) -> Self:
        total = self.train + self.validation + self.test
        if not math.isclose(total, 1, abs_tol=1e-6):
            raise ValueError(f"train + validation + test must be 1, got {total:g}")
        return self


class Data(Section):
    """What to learn from; `max_items` keeps a random, stratified part of the source."""

    source: Literal["digits"]
    raw_dir: str | None = None
    max_items: PositiveInt | None = None
    split: Split

    @model_validator(mode="after")
    def _reads_no_files(self) -> Self:
        if self.raw_dir is not None:
            raise ValueError(
                f"raw_dir must be null, since source {self.source!r} reads no files, "
                f"got {self.raw_dir!r}"
            )
        return self


class Likelihood(Section):
    """p(x | z): a Gaussian of fixed standard deviation σ, in units of the data scaled to [0, 1]."""

    family: Literal["gaussian"]
    sigma: PositiveFloat


class Model(Section):
    """Sizes and choices of a `HierarchicalVAE`; `skip` lets z_{>1} feed the decoder too."""

    latents: Annotated[list[PositiveInt], Field(min_length=1)]
    inference: Literal["top-down"]
    backbone: Literal["mlp"]
    width: PositiveInt
    skip: bool
    likelihood: Likelihood


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


def _kind(axis: object) -> str:
    return "range" if isinstance(axis, Mapping | LogRange) else "list"


Values = Annotated[list[PositiveFloat], Field(min_length=1)]
Axis = Annotated[
    Annotated[LogRange, Tag("range")] | Annotated[Values, Tag("list")], Discriminator(_kind)
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
    """Adam on J_β; the kept weights are those of the lowest J_β on validation data."""

    strategy: Literal["independent"]
    steps: PositiveInt
    batch_size: PositiveInt
    learning_rate: PositiveFloat
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


class Classification(Section):
    """Probes of the label, fitted on at most `max_train` train latents."""

    probes: Annotated[
        list[Literal["logistic", "svm-linear", "svm-rbf", "knn"]], Field(min_length=1)
    ]
    max_train: Annotated[int, Field(ge=10)]

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if len(set(self.probes)) < len(self.probes):
            raise ValueError(f"probes must not repeat a name, got {self.probes}")
        return self


class Tasks(Section):
    classification: Classification


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


S = TypeVar("S", bound=Section)


def parse(section: type[S], values: Mapping[str, Any] | str) -> S:
    """`values` (a mapping or JSON text) as a checked section; InputError with a line a problem."""
    text = values if isinstance(values, str) else json.dumps(values, default=str)
    try:
        return section.model_validate_json(text)
    except ValidationError as error:
        raise InputError(sentences(error)) from None
