"""The key `model.top` of `params.yaml`: which family the top layer z_L is of, and its options."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Discriminator, Field, PositiveFloat, PositiveInt, Tag

from hvae.config.base import Section, group_or_name


class Categorical(Section):
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
    Annotated[Categorical, Tag("group")] | Annotated[Literal["gaussian"], Tag("name")],
    Discriminator(group_or_name),
]
