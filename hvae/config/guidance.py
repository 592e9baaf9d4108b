"""The `guidance` section of `params.yaml`: what applications are worth, what a code may cost."""

from typing import Literal, Self, get_args

from pydantic import Field, NonNegativeFloat, PositiveFloat, model_validator

from hvae.config.base import Section

Name = Literal[
    "reconstruction",
    "denoising",
    "inpainting",
    "upscaling",
    "compression",
    "classification",
    "regression",
    "clustering",
    "anomaly",
    "generation",
]
NAMES: tuple[Name, ...] = get_args(Name)


class Guidance(Section):
    """How recommendations are made.

    weights: what each application counts in the compromise; 1 where it is not named, 0 leaves it
    out. compression_bits: the most bits per data dimension that a point for compression may take.
    """

    weights: dict[Name, NonNegativeFloat] = Field(default={})
    compression_bits: PositiveFloat = 0.5

    @model_validator(mode="after")
    def _something_counts(self) -> Self:
        if not any(self.weight(name) for name in NAMES):
            raise ValueError(f"weights must not all be 0, got {dict(self.weights)}")
        return self

    def weight(self, name: Name) -> float:
        """What one application counts."""
        return self.weights.get(name, 1.0)
