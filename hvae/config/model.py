"""The `model` section of `params.yaml`: sizes, the likelihood p(x | z), and the family of z_L.

An overlay is merged over the default experiment, whose σ then stands beside another family's name.
A family that has no σ refuses one rather than leave it without effect: it takes `sigma: null`.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    PositiveFloat,
    PositiveInt,
    Tag,
    field_validator,
    model_validator,
)

from hvae.config.base import Section, group_or_name


class FamilyOptions(Section):
    """What every family takes."""

    family: str

    @classmethod
    def _owner(cls) -> str:
        return f"family {cls._named()!r} "

    @classmethod
    def _named(cls) -> str:
        (name,) = get_args(cls.model_fields["family"].annotation)
        return str(name)


class DiscreteOptions(FamilyOptions):
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


class GaussianOptions(FamilyOptions):
    """Normal with a fixed standard deviation σ, in units of the prepared data."""

    family: Literal["gaussian"]
    sigma: PositiveFloat


class LearnedGaussianOptions(FamilyOptions):
    """Normal with one σ for all data dimensions, learned with the weights; it starts at `sigma`."""

    family: Literal["gaussian-learned"]
    sigma: Annotated[float, Field(ge=0.01, le=100)]


class BernoulliOptions(DiscreteOptions):
    """A probability of 1 in each data dimension, for data of zeros and ones."""

    family: Literal["bernoulli"]


class MixtureOfLogisticsOptions(DiscreteOptions):
    """Grey levels or colours of a pixel from a mixture of `components` discretised logistics."""

    family: Literal["mixture-of-logistics"]
    components: Annotated[int, Field(ge=1, le=100)] = 10


Likelihood = Annotated[
    GaussianOptions | LearnedGaussianOptions | BernoulliOptions | MixtureOfLogisticsOptions,
    Field(discriminator="family"),
]


class CategoricalOptions(Section):
    """`variables` one-hot vectors of so many `categories` side by side, with a uniform prior.

    Gradients pass as those of a relaxation at `temperature`; values do not depend on it.
    """

    family: Literal["categorical"]
    variables: PositiveInt
    categories: Annotated[int, Field(ge=2)]
    temperature: PositiveFloat = 1.0

    @property
    def width(self) -> int:
        """V · K, the numbers that hold a sample."""
        return self.variables * self.categories

    def check(self, latents: Sequence[int], backbone: str) -> None:
        """ValueError unless it is the vector on top of `latents` that this backbone makes."""
        if latents[-1] != self.width:
            raise ValueError(
                f"latents must end in top.variables · top.categories, {self.variables} · "
                f"{self.categories} = {self.width}, got {latents[-1]}"
            )
        if backbone == "conv-spatial" or (backbone == "conv" and len(latents) == 1):
            raise ValueError(
                "top must be gaussian where the backbone keeps the top layer spatial, since a "
                f"categorical one is a vector, got backbone {backbone!r} of {len(latents)} layers"
            )


Top = Annotated[
    Annotated[CategoricalOptions, Tag("group")] | Annotated[Literal["gaussian"], Tag("name")],
    Discriminator(group_or_name),
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

    `rank` is that of the low-rank adapter of each matrix, at most; `units` those of each of the
    hypernetwork's two layers, which conditions the others on β.
    """

    rank: PositiveInt
    units: PositiveInt


class Model(Section):
    """Sizes and choices of a `HierarchicalVAE`; `skip` lets z_{>1} feed the decoder too.

    `latents` are widths of vectors or, for layers that the backbone keeps spatial, numbers of maps.
    `width` is that of hidden layers, or the number of base channels of a convolutional backbone.
    `top` is the family of z_L; all layers below it are Gaussian. `conditioning` is for a model
    that is trained for a whole plane; a model of a single β has none. `shortcut` makes heads and
    decoder of perceptrons linear beside their hidden layer, too: W_2 SiLU(W_1 x) + W_3 x. All
    features of an item then have the item beside them.
    """

    latents: Annotated[list[PositiveInt], Field(min_length=1)]
    inference: Annotated[Literal["top-down", "ladder"], BeforeValidator(_splits_the_rate)]
    backbone: Literal["mlp", "conv", "conv-spatial"]
    width: PositiveInt
    skip: bool
    shortcut: bool = False
    likelihood: Likelihood
    top: Top = "gaussian"
    conditioning: Conditioning = Conditioning(rank=16, units=32)

    @model_validator(mode="after")
    def _shortcut_fits(self) -> Self:
        if self.shortcut and self.backbone != "mlp":
            raise ValueError(
                "shortcut must be false unless the backbone is 'mlp', whose heads and decoder are "
                f"perceptrons, got backbone {self.backbone!r}"
            )
        return self

    @model_validator(mode="after")
    def _top_fits(self) -> Self:
        if isinstance(self.top, CategoricalOptions):
            self.top.check(self.latents, self.backbone)
        return self
