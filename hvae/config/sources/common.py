"""The options that all sources share: size, division into splits, and where files come from."""

import math
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, Self, get_args

from pydantic import Field, PositiveInt, model_validator

from hvae.config.base import Section

Fraction = Annotated[float, Field(gt=0, lt=1)]
Images = Literal[  # sources that need no folder
    "digits", "photo-patches", "mnist", "binary-mnist", "fashion-mnist", "svhn", "cifar10"
]
PHOTOGRAPHS: Literal["photographs"] = "photographs"  # outliers in the form of any images


class Division(Section):
    """The division of a source that comes with a test set.

    Its training items are divided in the proportion train : validation; `test` is not used. Or its
    test items are, in the proportion validation : test.

    train: the fraction that models and probes are fitted on. validation: the fraction that choices
    are made on. test: the fraction that is reported on, where the source has no test set.
    """

    train: Fraction
    validation: Fraction
    test: Fraction

    def share(self, name: str, whole: str = "train") -> float:
        """The fraction of the published items of the split `whole` that the split `name` gets."""
        part: float = getattr(self, name)
        return part / (part + getattr(self, whole))


class Split(Division):
    """Fractions of the items; every class is divided in these proportions."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        total = self.train + self.validation + self.test
        if not math.isclose(total, 1, abs_tol=1e-6):
            raise ValueError(f"train + validation + test must be 1, got {total:g}")
        return self


class Extent(NamedTuple):
    """What is known about a source before it is read; None for what is unknown.

    items: the number of items to divide. test: the further items of a published test set, 0 where
    `split` takes the test set from the items. shape: of an item.
    """

    items: int | None = None
    test: int = 0
    shape: tuple[int, ...] | None = None


class Common(Section):
    """The options of every source.

    max_items: use a random, stratified part of the source, of this size.
    held_out: a class whose items are removed from every split, for anomaly detection.
    outliers: another data set with items of the same form, also for anomaly detection; it has its
    default options. Or `photographs`: patches of them in the form of the items, where these are
    images (`hvae.data.bundled`).
    """

    source: str
    raw_dir: str | None = None
    max_items: PositiveInt | None = None
    held_out: str | None = None
    outliers: Literal[Images, "photographs"] | None = None
    split: Division

    @model_validator(mode="after")
    def _outliers_are_others(self) -> Self:
        if self.outliers == self.source:
            raise ValueError(f"outliers must be of another source, got {self.outliers!r}")
        return self

    @classmethod
    def _owner(cls) -> str:
        (name,) = get_args(cls.model_fields["source"].annotation)
        return f"source {name!r} "

    @property
    def whole(self) -> str:
        """Where a source comes with a test set, the split that validation items are taken from."""
        return "train"

    @property
    def labelled(self) -> bool:
        """Whether the items may have classes, so that labels can be read from their latents."""
        return True

    @property
    def targeted(self) -> bool:
        """Whether the items may have a target, a real number to be read from their latents."""
        return False

    @property
    def pictured(self) -> bool:
        """Whether items are known to be images, with statistics to be read from their latents."""
        shape = self.extent.shape
        return shape is not None and len(shape) > 1

    @property
    def extent(self) -> Extent:
        """How many items there are, and of what shape."""
        return Extent()

    @property
    def folder(self) -> Path | None:
        """`raw_dir` as a folder, if it is given."""
        return None if self.raw_dir is None else Path(self.raw_dir).expanduser()


class Synthetic(Common):
    """A source that needs no files: its items are drawn, or ship with a library."""

    split: Split

    @model_validator(mode="after")
    def _reads_no_files(self) -> Self:
        if self.raw_dir is not None:
            raise ValueError(
                f"raw_dir must be null, since source {self.source!r} reads no files, "
                f"got {self.raw_dir!r}"
            )
        return self
