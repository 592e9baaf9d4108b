"""The `model.likelihood` section of `params.yaml`: which family p(x | z) is of, and its options.

An overlay is merged over the default experiment, whose σ then stands beside another family's name.
A family that has no σ refuses one rather than leave it without effect: it takes `sigma: null`.
"""

from typing import Annotated, Any, Literal, get_args

from pydantic import Field, PositiveFloat, field_validator

from hvae.config.base import Section


class Family(Section):
    """What every family takes."""

    family: str

    @classmethod
    def _owner(cls) -> str:
        return f"family {cls._named()!r} "

    @classmethod
    def _named(cls) -> str:
        (name,) = get_args(cls.model_fields["family"].annotation)
        return str(name)


class Discrete(Family):
    """A family of probabilities, which have no σ."""

    sigma: None = None

    @field_validator("sigma", mode="before")
    @classmethod
    def _no_sigma(cls, value: Any) -> Any:
        if value is not None:
            raise ValueError(
                f"must be null, since family {cls._named()!r} has no σ: "
                f"write `sigma: null` beside it, got {value!r}"
            )
        return value


class Gaussian(Family):
    """Normal with a fixed standard deviation σ, in units of the prepared data."""

    family: Literal["gaussian"]
    sigma: PositiveFloat


class LearnedGaussian(Family):
    """Normal with one σ for all data dimensions, learned with the weights; it starts at `sigma`."""

    family: Literal["gaussian-learned"]
    sigma: Annotated[float, Field(ge=0.01, le=100)]


class Bernoulli(Discrete):
    """A probability of 1 in each data dimension, for data of zeros and ones."""

    family: Literal["bernoulli"]


class MixtureOfLogistics(Discrete):
    """Grey levels or colours of a pixel from a mixture of `components` discretised logistics."""

    family: Literal["mixture-of-logistics"]
    components: Annotated[int, Field(ge=1, le=100)] = 10


Likelihood = Annotated[
    Gaussian | LearnedGaussian | Bernoulli | MixtureOfLogistics, Field(discriminator="family")
]
