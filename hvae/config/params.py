"""The one typed definition of `params.yaml`: what may be asked for, and what is refused.

Every list over layers runs bottom to top (z_1 first). β is dimensionless, rates are in nats.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PositiveInt, model_validator

from hvae.config.base import Section, Seed, parse
from hvae.config.data import Data, Split
from hvae.config.grid import Grid, Point
from hvae.config.guidance import Guidance
from hvae.config.model import Likelihood
from hvae.config.tasks import Tasks
from hvae.config.top import Categorical, Top
from hvae.config.training import Baseline, Certification, Schedule, Training

__all__ = [  # what the rest of the library reads here
    "Baseline",
    "Certification",
    "Conditioning",
    "Data",
    "Grid",
    "Point",
    "Schedule",
    "Section",
    "Seed",
    "Split",
    "Training",
    "parse",
]


def _splits_the_rate(inference: object) -> object:
    if inference == "bottom-up":
        raise ValueError(
            "must be 'top-down' or 'ladder'; a bottom-up posterior q(z_1|x) q(z_2|z_1) is refused, "
            "since its rates cannot be tuned apart: its upper KL bounds I(z_1; z_2) instead of "
            "I(x; z_2), and its lower term cannot be tuned on its own, got 'bottom-up'"
        )
    return inference


class Conditioning(Section):
    """How freely one model for a plane may change with β: cheaper or better.

    `rank` is that of the part of each matrix that changes, at most; `units` those of each of the
    perceptron's two layers, which tells the others of β.
    """

    rank: PositiveInt
    units: PositiveInt


class Model(Section):
    """Sizes and choices of a `HierarchicalVAE`; `skip` lets z_{>1} feed the decoder too.

    `latents` are widths of vectors or, for layers that the backbone keeps spatial, numbers of maps.
    `width` is that of hidden layers, or the number of base channels of a convolutional backbone.
    `top` is the family of z_L; all layers below it are Gaussian. `conditioning` is of a model that
    is trained for a whole plane; one of a single β has nothing of it.
    """

    latents: Annotated[list[PositiveInt], Field(min_length=1)]
    inference: Annotated[Literal["top-down", "ladder"], BeforeValidator(_splits_the_rate)]
    backbone: Literal["mlp", "conv", "conv-spatial"]
    width: PositiveInt
    skip: bool
    likelihood: Likelihood
    top: Top = "gaussian"
    conditioning: Conditioning = Conditioning(rank=16, units=32)

    @model_validator(mode="after")
    def _top_fits(self) -> Self:
        if isinstance(self.top, Categorical):
            self.top.check(self.latents, self.backbone)
        return self


class Extraction(Section):
    """z samples an item for rates and distortions; at most `max_items` items of each split."""

    samples: PositiveInt
    max_items: Annotated[int, Field(ge=10)]


class Evaluation(Extraction):
    """Beside it, test items that I(x; z) compares in pairs, and z samples an item for −log p(x).

    every: latents, information and tasks are of each so-manieth value of every axis of β alone, and
    of its ends and its middle (`grid_options.thinned`).
    """

    every: PositiveInt = 1
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
    certification: Certification
    baseline: Baseline | None = None
    evaluation: Evaluation
    tasks: Tasks
    guidance: Guidance = Guidance()
    report: Report

    @model_validator(mode="after")
    def _an_axis_a_layer(self) -> Self:
        layers = len(self.model.latents)
        anchors = len(self.certification.axes(self.grid))
        for name, axes in [("grid.beta", len(self.grid.beta)), ("certification.beta", anchors)]:
            if axes != layers:
                raise ValueError(
                    f"model.latents and {name} must name the same layers: "
                    f"got {layers} latents and {axes} β axes"
                )
        return self

    @model_validator(mode="after")
    def _rates_of_a_plane(self) -> Self:
        if self.grid.rates and not self.amortized:
            raise ValueError(
                "grid.rates needs training.strategy amortized: independent models have the rates "
                f"that their β gives them, got {self.grid.rates}"
            )
        for wanted in self.grid.rates:
            if len(wanted) != len(self.model.latents):
                raise ValueError(
                    f"grid.rates must list a rate for each of {len(self.model.latents)} layers, "
                    f"got {wanted}"
                )
        return self

    @model_validator(mode="after")
    def _anchors_in_the_box(self) -> Self:
        axes = self.certification.axes(self.grid) if self.amortized else []
        for layer, (axis, (low, high)) in enumerate(zip(axes, self.grid.box(), strict=False)):
            if min(axis) < low or max(axis) > high:
                raise ValueError(
                    f"certification.beta[{layer}] must lie where the amortized model is trained, "
                    f"from {low:g} to {high:g}, got {axis}"
                )
        return self

    @property
    def amortized(self) -> bool:
        """Whether one model serves the whole plane."""
        return self.training.strategy == "amortized"

    def rows(self) -> dict[str, list[Point]]:
        """The job units of the grid."""
        return self.grid.rows(self.amortized)

    def looked_into(self) -> dict[str, list[Point]]:
        """The part of `rows` of which there are latents, information and tasks."""
        return self.grid.rows(self.amortized, self.evaluation.every)

    def anchors(self) -> dict[str, list[Point]]:
        """The job units of the independent models beside an amortised plane; none without one."""
        return self.certification.rows(self.grid) if self.amortized else {}
