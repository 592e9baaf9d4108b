"""Options of the sources that ship with a library or are drawn from a known law."""

import math
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    Tag,
    model_validator,
)

from hvae.config.base import Section, group_or_list
from hvae.config.sources import Extent, Fraction, Synthetic

Count = Annotated[int, Field(ge=2, le=10_000_000)]
Dimension = Annotated[int, Field(ge=1, le=4096)]
Exponent = Annotated[float, Field(ge=0, le=10)]


class PowerSpectrum(Section):
    """Eigenvalues λ_i = scale · i^−exponent, i = 1 … dimension; all equal where exponent is 0."""

    dimension: Dimension = 8
    scale: PositiveFloat = 1.0
    exponent: Exponent = 1.0

    def values(self) -> list[float]:
        return [self.scale * i**-self.exponent for i in range(1, self.dimension + 1)]


class PowerShares(Section):
    """Class shares p_k ∝ k^−exponent, k = 1 … classes; equal where exponent is 0."""

    classes: Annotated[int, Field(ge=2, le=1000)] = 5
    exponent: Exponent = 1.0

    def values(self) -> list[float]:
        weights = [k**-self.exponent for k in range(1, self.classes + 1)]
        return [weight / math.fsum(weights) for weight in weights]


def _sum_to_one(shares: list[float]) -> list[float]:
    if not math.isclose(math.fsum(shares), 1, abs_tol=1e-6):
        raise ValueError(f"must sum to 1, got {shares}")
    return shares


ListedSpectrum = Annotated[list[PositiveFloat], Field(min_length=1, max_length=4096)]
ListedShares = Annotated[list[Fraction], Field(min_length=2), AfterValidator(_sum_to_one)]
Spectrum = Annotated[
    Annotated[PowerSpectrum, Tag("group")] | Annotated[ListedSpectrum, Tag("list")],
    Discriminator(group_or_list),
]
Shares = Annotated[
    Annotated[PowerShares, Tag("group")] | Annotated[ListedShares, Tag("list")],
    Discriminator(group_or_list),
]


def listed(values: PowerSpectrum | PowerShares | list[float]) -> list[float]:
    """A spectrum or shares as a list of numbers."""
    return values if isinstance(values, list) else values.values()


class Digits(Synthetic):
    """8×8 images of handwritten digits."""

    source: Literal["digits"]

    @property
    def extent(self) -> Extent:
        return Extent(1797, shape=(8, 8))


class PhotoPatches(Synthetic):
    """`items` patches of 32×32 colour pixels.

    items: how many patches. photographs: half of the patches are from each of two, which are the
    classes; or they are from nine, each in one split alone, and have no classes; then train patches
    are turned, mirrored and have their colours in another order.
    """

    source: Literal["photo-patches"]
    items: Annotated[int, Field(ge=20, le=100_000)] = 20_000
    photographs: Literal["two", "all"] = "two"

    @property
    def labelled(self) -> bool:
        return self.photographs == "two"

    @property
    def extent(self) -> Extent:
        return Extent(self.items, shape=(32, 32, 3))


class KnownLaw(Synthetic):
    """A source with a known law, which covers all items, so that no class can be held out."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.held_out is not None:
            raise ValueError(
                f"held_out must be null, since the known law of source {self.source!r} covers all "
                f"its items, got {self.held_out!r}"
            )
        return self


class Gaussian(KnownLaw):
    """x ~ N(0, Q diag(λ) Qᵀ), Q a random rotation, with a target t = wᵀx + N(0, target_noise²).

    The spectrum λ is a power law or a list. wᵀx has variance 1, so the noise is relative to it.

    items: how many are drawn. spectrum: λ_i = scale · i^−exponent for i = 1 … dimension, or a list.
    target_noise: standard deviation of the noise of the target.
    """

    source: Literal["gaussian"]
    items: Count = 20_000
    spectrum: Spectrum = PowerSpectrum()
    target_noise: NonNegativeFloat = 0.1

    @property
    def extent(self) -> Extent:
        return Extent(self.items, shape=(len(listed(self.spectrum)),))

    @property
    def labelled(self) -> bool:
        return False

    @property
    def targeted(self) -> bool:
        return True


class GaussianMixture(KnownLaw):
    """Each class is a component N(μ_k, std² I); all means are `separation` times std apart.

    items: how many are drawn. dimension: of an item. shares: of the classes, p_k ∝ k^−exponent, or
    a list that adds up to 1. std: of a component in each dimension. separation: of means, in std.
    """

    source: Literal["gaussian-mixture"]
    items: Count = 20_000
    dimension: Dimension = 8
    shares: Shares = PowerShares()
    std: PositiveFloat = 0.3
    separation: NonNegativeFloat = 8.0

    @property
    def extent(self) -> Extent:
        return Extent(self.items, shape=(self.dimension,))

    @model_validator(mode="after")
    def _room_for_the_means(self) -> Self:
        if len(listed(self.shares)) > self.dimension:
            raise ValueError(
                f"dimension must be at least the number of components, "
                f"{len(listed(self.shares))}, got {self.dimension}"
            )
        return self


class IndependentLabels(Synthetic):
    """Items of another source, with its default options and labels independent of the items.

    of: the other source. shares: of the labels' classes, p_k ∝ k^−exponent, or a list.
    """

    source: Literal["independent-labels"]
    of: Literal["digits", "gaussian"] = "digits"
    shares: Shares = PowerShares()

    @property
    def origin(self) -> Digits | Gaussian:
        """The other source, with its defaults."""
        if self.of == "digits":
            return Digits(source="digits", split=self.split)
        return Gaussian(source="gaussian", split=self.split)

    @property
    def extent(self) -> Extent:
        return self.origin.extent

    @property
    def targeted(self) -> bool:
        return self.origin.targeted


SyntheticData = Digits | Gaussian | GaussianMixture | IndependentLabels | PhotoPatches
