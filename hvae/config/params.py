"""The one typed definition of `params.yaml`: which keys and values are allowed.

Every list over layers runs bottom to top (z_1 first). β is dimensionless, rates are in nats.
"""

from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    model_validator,
)

from hvae.config.base import Section, Seed
from hvae.config.data import Data
from hvae.config.grid import Grid, Lattice, Point
from hvae.config.model import Model
from hvae.config.plugins import is_reference
from hvae.config.task import Name, named
from hvae.config.tasks import TASKS, Tasks
from hvae.config.training import Baseline, Certification, Training
from hvae.errors import meant


def _known(name: Name) -> Name:
    if name not in TASKS and not is_reference(name):
        raise ValueError(f"must be one of {', '.join(TASKS)}, got {name!r}{meant(name, TASKS)}")
    return name


Application = Annotated[Name, AfterValidator(_known)]


class Guidance(Section):
    """How recommendations are made.

    weights: what each application counts in the compromise; 1 where it is not named, 0 leaves it
    out; a task of the user's own is named as in `tasks`. compression_bits: the most bits per data
    dimension that a point for compression may take.
    """

    weights: dict[Application, NonNegativeFloat] = Field(default={})
    compression_bits: PositiveFloat = 0.5

    @model_validator(mode="after")
    def _something_counts(self) -> Self:
        if not any(self.weight(name) for name in TASKS):
            raise ValueError(f"weights must not all be 0, got {dict(self.weights)}")
        return self

    def weight(self, name: Name) -> float:
        """What one application counts."""
        known = {named(key): weight for key, weight in self.weights.items()}
        return known.get(name, 1.0)


class Extraction(Section):
    """How rates, distortions and latents are measured.

    samples: z samples for each item. max_items: the items of each split, at most.
    """

    samples: PositiveInt
    max_items: Annotated[int, Field(ge=10)]


class Evaluation(Extraction):
    """How points are evaluated.

    every: latents, information and tasks are restricted to each `every`-th value of an axis of β,
    its ends and its middle (`grid.thinned`), or to the points of `grid.rates` if there are any.
    information_items: the test items that I(x; z) compares in pairs. importance_samples: z samples
    for each item for −log p(x). closed_below: in nats; a dimension of a latent whose KL is less, on
    average over train items, is closed, and probes, clusters, regressions and embeddings leave it
    out ("active units", Burda et al., ICLR 2016).
    """

    every: PositiveInt = 1
    information_items: Annotated[int, Field(ge=3)]
    importance_samples: PositiveInt
    closed_below: NonNegativeFloat = 0.01

    def extraction(self) -> dict[str, Any]:
        """The part that measurement and extraction depend on."""
        return self.model_dump(include=set(Extraction.model_fields))


class Report(Section):
    """What the report says of the experiment as a whole.

    title: the heading of its page. figures: whether its charts are files, too.
    """

    title: str
    figures: bool = True


class Params(Section):
    """All of `params.yaml`, with an overlay merged over it.

    experiment: the name of its folders in `results/` and `reports/`; letters, digits, hyphens.
    seed: of the division of the data, and of what is drawn in evaluation.
    """

    experiment: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    seed: Seed
    data: Data
    model: Model
    grid: Grid
    training: Training
    certification: Certification
    baseline: Baseline | None = None
    evaluation: Evaluation
    tasks: Tasks
    guidance: Guidance = Guidance()
    report: Report

    @model_validator(mode="after")
    def _an_axis_a_layer(self) -> Self:
        layers = len(self.model.latents)
        named = {"grid.beta": self.grid.axes(), "certification.beta": self._anchor_axes}
        for name, axes in (named | self._polished_axes).items():
            if len(axes) != layers:
                raise ValueError(
                    f"model.latents and {name} must name the same layers: "
                    f"got {layers} latents and {len(axes)} β axes"
                )
        return self

    @model_validator(mode="after")
    def _a_rate_a_layer(self) -> Self:
        layers = len(self.model.latents)
        rates = self.grid.rates
        if isinstance(rates, Lattice) and not rates.splits(layers):
            raise ValueError(
                f"grid.rates.shares must hold {layers} that add up to 1, got {rates.shares}"
            )
        for target in self.grid.targets():
            if len(target) != layers:
                raise ValueError(
                    f"grid.rates must list a rate for each of {layers} layers, got {target}"
                )
        return self

    @model_validator(mode="after")
    def _polished_from_an_amortized_model(self) -> Self:
        if self.training.polish and not self.amortized:
            raise ValueError(
                "training.polish trains on from an amortized model, so it needs training.strategy: "
                f"amortized, got {self.training.strategy!r}"
            )
        return self

    @model_validator(mode="after")
    def _in_the_box(self) -> Self:
        named = {"certification.beta": self._anchor_axes} | self._polished_axes
        for name, axes in (named if self.amortized else {}).items():
            for layer, (axis, (low, high)) in enumerate(zip(axes, self.grid.box(), strict=True)):
                if min(axis) < low or max(axis) > high:
                    raise ValueError(
                        f"{name}[{layer}] must lie where the amortized model is trained, "
                        f"from {low:g} to {high:g}, got {axis}"
                    )
        return self

    @property
    def _anchor_axes(self) -> list[list[float]]:
        return self.certification.axes(self.grid)

    @property
    def _polished_axes(self) -> dict[str, list[list[float]]]:
        """By the name of their key; nothing where there are none."""
        polish = self.training.polish
        return {"training.polish.beta": polish.axes(self.grid)} if polish else {}

    @model_validator(mode="after")
    def _compared_rates_of_the_grid(self) -> Self:
        chosen = (self.certification.rates or []) if self.amortized else []
        known = self.grid.targets()
        for target in chosen:
            if target not in known:
                raise ValueError(f"certification.rates must be some of grid.rates, got {target}")
        if any(chosen.count(target) > 1 for target in chosen):
            raise ValueError(f"certification.rates must not repeat a value, got {chosen}")
        return self

    @model_validator(mode="after")
    def _weights_of_own_tasks(self) -> Self:
        for name in self.guidance.weights:
            if name not in TASKS and name not in self.tasks.own:
                raise ValueError(f"guidance.weights: tasks has no {name!r}, got {name!r}")
        return self

    @property
    def amortized(self) -> bool:
        """Whether one model serves the whole plane."""
        return self.training.strategy == "amortized"

    def rows(self) -> dict[str, list[Point]]:
        """The job units of the grid."""
        return self.grid.rows(self.amortized)

    def rate_rows(self) -> dict[str, list[Point]]:
        """The job units of the points that are trained to given rates."""
        return self.grid.rate_rows()

    def evaluated_rows(self) -> dict[str, list[Point]]:
        """Those that have latents, information and tasks: at given rates, where there are any."""
        return self.rate_rows() or self.grid.rows(self.amortized, self.evaluation.every)

    def anchors(self) -> dict[str, list[Point]]:
        """The job units of the anchors, independent models beside an amortized plane, if any."""
        return self.certification.rows(self.grid) if self.amortized else {}

    def polished_rows(self) -> dict[str, list[Point]]:
        """The job units of plain models that go on from the amortized one at some β, if any."""
        return self.training.polish.rows(self.grid) if self.training.polish else {}

    def scratch_rows(self) -> dict[str, list[Point]]:
        """The job units of models from scratch that those at given rates are compared with."""
        return self.certification.rate_rows(self.grid) if self.amortized else {}
