"""Options of the sources that read the user's own files, from the folder `raw_dir`."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from hvae.source_options.common import Common, Extent, Split

FileName = Annotated[str, Field(pattern=r"^[^/\\\x00]+$")]
Axis = Annotated[int, Field(ge=1, le=100_000)]


class Own(Common):
    """A source that needs `raw_dir`, since its files are the user's."""

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


class ImageFolder(Own):
    """Images in a folder a class, or in `raw_dir` itself where there are no classes.

    With `resize`, an image's shorter side is scaled to `size` and the middle cut out; without, an
    image of another size is refused. Colour images are turned to grey where grey is asked for.
    """

    source: Literal["image-folder"]
    size: Annotated[int, Field(ge=1, le=1024)] = 32
    channels: Literal["colour", "grey"] = "colour"
    resize: bool = True

    @property
    def extent(self) -> Extent:
        colours = {"colour": (3,), "grey": ()}[self.channels]
        return Extent(shape=(self.size, self.size, *colours))

    def raw_files(self) -> list[Path]:
        found = (path for path in self.root.rglob("*") if path.is_file())
        return sorted(path for path in found if not path.name.startswith("."))


class Arrays(Own):
    """One file with x, labels and a target, the last two optional.

    Whole numbers in x are one of `levels` levels, 0 … levels − 1; floats lie in [0, 1] if `bounded`
    and are any real numbers if not. `shape` is an item's own where the file does not tell it.
    """

    file: FileName
    levels: Annotated[int, Field(ge=2, le=256)] = 256
    bounded: bool = True
    shape: Annotated[list[Axis], Field(min_length=1, max_length=3)] | None = None

    @property
    def extent(self) -> Extent:
        return Extent(shape=tuple(self.shape) if self.shape else None)

    @property
    def path(self) -> Path:
        """The file."""
        return self.root / self.file

    def raw_files(self) -> list[Path]:
        return [self.path]


class Npz(Arrays):
    """Arrays `x` (items first, channels last), and perhaps `labels` and `target`."""

    source: Literal["npz"]
    file: FileName = "data.npz"


class Parquet(Arrays):
    """Columns `x` (lists of one length), and perhaps `label` and `target`."""

    source: Literal["parquet"]
    file: FileName = "data.parquet"
