"""The `model` section of `params.yaml`: sizes, the likelihood p(x | z), and the family of z_L.

An overlay is merged over the default experiment, whose σ then stays beside the name of another
family. A family without σ refuses it, since it would have no effect, and takes `sigma: null`.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, Self, get_args

from pydantic import (
    AfterValidator,
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
from hvae.config.plugins import EXAMPLES, Options, Reference, is_path, is_reference, wanted
from hvae.config.sizes import FLAT
from hvae.errors import meant


class FamilyOptions(Section):
    """What every family takes; words: what it is, with its options in braces."""

    family: str
    words: ClassVar[str]

    @property
    def told(self) -> str:
        """In words, with its options."""
        return self.words.format(**self.model_dump())

    @classmethod
    def _owner(cls) -> str:
        return f"family {cls._named()!r} "

    @classmethod
    def _named(cls) -> str:
        (name,) = get_args(cls.model_fields["family"].annotation)
        return str(name)


class DiscreteOptions(FamilyOptions):
    """A family of probabilities, which has no σ."""

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
    words = "Gaussian likelihood with σ = {sigma:g}"
    sigma: PositiveFloat


class LearnedGaussianOptions(FamilyOptions):
    """Normal with one σ for all data dimensions, learned with the weights; it starts at `sigma`."""

    family: Literal["gaussian-learned"]
    words = "Gaussian likelihood with a learned σ"
    sigma: Annotated[float, Field(ge=0.01, le=100)]


class BernoulliOptions(DiscreteOptions):
    """A probability of 1 in each data dimension, for data of zeros and ones."""

    family: Literal["bernoulli"]
    words = "Bernoulli likelihood"


class MixtureOfLogisticsOptions(DiscreteOptions):
    """Grey levels or colours of a pixel from a mixture of `components` discretised logistics.

    components: of the mixture.
    """

    family: Literal["mixture-of-logistics"]
    words = "mixture of {components} discretised logistics"
    components: Annotated[int, Field(ge=1, le=100)] = 10


class PluginLikelihoodOptions(Section):
    """A likelihood of the user's own, `module:Class`, called with its options.

    σ is among them where the class takes it; else it is that of the default, and has no effect.
    """

    family: Reference
    options: Options = Field(default={})
    sigma: PositiveFloat | None = None

    @property
    def told(self) -> str:
        """In words, with its options."""
        values = ", ".join(f"{name} = {value}" for name, value in self.options.items())
        return f"likelihood {self.family}{f' with {values}' if values else ''}"


def _own_family(value: Any) -> str:
    """The tag of a likelihood: of the user's own, or one that is listed here."""
    given = value.get("family") if isinstance(value, Mapping) else getattr(value, "family", None)
    return "plug-in" if is_reference(given) else "listed"


ListedLikelihood = Annotated[
    GaussianOptions | LearnedGaussianOptions | BernoulliOptions | MixtureOfLogisticsOptions,
    Field(discriminator="family"),
]
Likelihood = Annotated[
    Annotated[PluginLikelihoodOptions, Tag("plug-in")] | Annotated[ListedLikelihood, Tag("listed")],
    Discriminator(_own_family),
]


class CategoricalOptions(Section):
    """`variables` one-hot vectors of `categories` entries side by side, with a uniform prior.

    Gradients are those of a relaxation at `temperature`; values do not depend on it.

    family: of z_L. variables: V, how many one-hot variables. categories: K, of each. temperature:
    of the relaxation.
    """

    family: Literal["categorical"]
    variables: PositiveInt
    categories: Annotated[int, Field(ge=2)]
    temperature: PositiveFloat = 1.0

    @property
    def width(self) -> int:
        """V · K, the length of a sample."""
        return self.variables * self.categories

    def check(self, latents: Sequence[int], backbone: str) -> None:
        """ValueError unless it fits the last of `latents`, and `backbone` makes that a vector."""
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


def _known(backbone: str) -> str:
    if backbone not in FLAT and not is_reference(backbone):
        if is_path(backbone):
            raise ValueError(wanted(backbone, EXAMPLES["backbone"]))
        raise ValueError(
            f"must be one of {', '.join(FLAT)}, or one of your own, 'module:name', "
            f"got {backbone!r}{meant(backbone, FLAT)}"
        )
    return backbone


class Conditioning(Section):
    """How freely a model for the whole plane can change with β. Larger is better and slower.

    `rank` is the largest rank of the low-rank adapter of a matrix. `units` is the width of the
    hypernetwork's two layers.
    """

    rank: PositiveInt
    units: PositiveInt


class Model(Section):
    """Sizes and choices of a `HierarchicalVAE`.

    latents: the width of each z_l, or its number of maps where the backbone keeps it spatial.
    width: of hidden layers, or the base channels of a convolutional backbone.
    skip: whether z_{>1} feed the decoder too.
    shortcut: whether heads and decoder of perceptrons are linear beside their hidden layer, too:
    W_2 SiLU(W_1 x) + W_3 x.
    top: the family of z_L; all layers below it are Gaussian.
    options: of a backbone of the user's own, which finds them in its plan.
    conditioning: for a model of the whole plane; a model of a single β does not use it.
    """

    latents: Annotated[list[PositiveInt], Field(min_length=1)] = Field(default=[32, 8])
    inference: Annotated[Literal["top-down", "ladder"], BeforeValidator(_splits_the_rate)] = (
        "top-down"
    )
    backbone: Annotated[str, AfterValidator(_known)] = "mlp"
    width: PositiveInt = 128
    skip: bool = False
    shortcut: bool = False
    likelihood: Likelihood = GaussianOptions(family="gaussian", sigma=0.2)
    top: Top = "gaussian"
    options: Options = Field(default={})
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
    def _options_have_a_reader(self) -> Self:
        if self.options and not is_reference(self.backbone):
            raise ValueError(
                f"options must be empty, since backbone {self.backbone!r} has none, got "
                f"{self.options}"
            )
        return self

    @model_validator(mode="after")
    def _top_fits(self) -> Self:
        if isinstance(self.top, CategoricalOptions):
            self.top.check(self.latents, self.backbone)
        return self
