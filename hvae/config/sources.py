"""The options of sources: those that all share, and those of the sources that read files.

All share the size, the division into splits, and where files come from. The user's own files are
read from the folder `raw_dir`.
"""

import math
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, Self, get_args

from pydantic import AfterValidator, Field, PositiveInt, model_validator

from hvae.config.base import Section

Fraction = Annotated[float, Field(gt=0, lt=1)]
Images = Literal[  # sources that need no folder
    "digits", "photo-patches", "mnist", "binary-mnist", "fashion-mnist", "svhn", "cifar10"
]
PHOTOGRAPHS: Literal["photographs"] = "photographs"  # outliers in the form of any images
FileName = Annotated[str, Field(pattern=r"^[^/\\\x00]+$")]
Axis = Annotated[int, Field(ge=1, le=100_000)]
Levels = Annotated[int, Field(ge=2, le=256)]


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


def _opaque(name: str) -> str:
    """A colour that Pillow knows, without transparency; ValueError for any other."""
    from PIL import ImageColor  # here, since it is slow to load and most runs do not need it

    try:
        *colour, opacity = (*ImageColor.getrgb(name), 255)[:4]
    except ValueError:
        colour, opacity = [], 0
    if opacity != 255 or not colour or max(colour) > 255:
        raise ValueError(f"must be an opaque colour, as white, black or '#ff8800', got {name!r}")
    return name


class OwnFiles(Common):
    """A source of the user's own files, which needs `raw_dir`."""

    split: Split

    @model_validator(mode="after")
    def _needs_a_folder(self) -> Self:
        if not self.raw_dir:
            raise ValueError(
                f"raw_dir must name a folder, since source {self.source!r} reads your own files, "
                f"got {self.raw_dir!r}"
            )
        return self

    @property
    def targeted(self) -> bool:
        return True

    @property
    def root(self) -> Path:
        """The folder."""
        return Path(self.raw_dir or "").expanduser()


class ImageFolder(OwnFiles):
    """Images in a folder for each class, or in `raw_dir` itself where there are no classes.

    With `resize`, an image's shorter side is scaled to `size` and the middle is cut out; without
    it, an image of another size is refused. Images are converted to grey or colour as `channels`
    says. Transparent images are put on `background`.

    size: height and width in pixels. channels: what images are converted to. resize: whether images
    of another size are scaled and cropped. background: an opaque colour, by name or as `#ff8800`.
    """

    source: Literal["image-folder"]
    size: Annotated[int, Field(ge=1, le=1024)] = 32
    channels: Literal["colour", "grey"] = "colour"
    resize: bool = True
    background: Annotated[str, AfterValidator(_opaque)] = "white"

    @property
    def extent(self) -> Extent:
        colours = {"colour": (3,), "grey": ()}[self.channels]
        return Extent(shape=(self.size, self.size, *colours))


class Arrays(OwnFiles):
    """One file with x and, optionally, labels and a target.

    Whole numbers in x are levels, 0 … levels − 1. Where `levels` is null, True and False have 2
    levels and other whole numbers 256. Floats lie in [0, 1] if `bounded`; otherwise they are any
    real numbers. `shape` is the shape of an item where the file does not have it. Items without a
    label are refused, or left out if `unlabelled` is drop.

    file: its name in `raw_dir`. levels: how many equally spaced values whole numbers stand for.
    bounded: whether floats lie in [0, 1]. unlabelled: what happens to items without a label. shape:
    of an item, where the file has flat ones.
    """

    file: FileName
    levels: Levels | None = None
    bounded: bool = True
    unlabelled: Literal["refuse", "drop"] = "refuse"
    shape: Annotated[list[Axis], Field(min_length=1, max_length=3)] | None = None

    @property
    def extent(self) -> Extent:
        return Extent(shape=tuple(self.shape) if self.shape else None)

    @property
    def path(self) -> Path:
        """The file."""
        return self.root / self.file


class Npz(Arrays):
    """Arrays `x` (items first, channels last), and perhaps `labels` and `target`."""

    source: Literal["npz"]
    file: FileName = "data.npz"


class Parquet(Arrays):
    """Columns `x` (lists of one length), and perhaps `label` and `target`."""

    source: Literal["parquet"]
    file: FileName = "data.parquet"


FileData = ImageFolder | Npz | Parquet
