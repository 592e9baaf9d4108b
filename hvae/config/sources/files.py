"""Options of the sources that read the user's own files, from the folder `raw_dir`."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from hvae.config.sources.common import Common, Extent, Split

FileName = Annotated[str, Field(pattern=r"^[^/\\\x00]+$")]
Axis = Annotated[int, Field(ge=1, le=100_000)]
Levels = Annotated[int, Field(ge=2, le=256)]


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
