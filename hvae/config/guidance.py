"""The section `guidance` of `params.yaml`: what applications are worth, what a code may cost."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, NonNegativeFloat, PositiveFloat, model_validator

from hvae.config.base import Section
from hvae.config.tasks import TASKS, Name


def _known(name: Name) -> Name:
    if name not in TASKS:
        raise ValueError(f"must be one of {', '.join(TASKS)}, got {name!r}")
    return name


Application = Annotated[Name, AfterValidator(_known)]


class Guidance(Section):
    """How recommendations are made.

    weights: what each application counts in the compromise; 1 where it is not named, 0 leaves it
    out. compression_bits: the most bits per data dimension that a point for compression may take.
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
        return self.weights.get(name, 1.0)
