"""The `data` section of `params.yaml`: which source, its own options, and how it is divided.

`source` decides which options there are; an option of another source is refused by name. Every
option has a default, except the folder of your own files. The sources of each kind are listed at
the end of its file in `sources/`.

The published image sets are here. They come with a test set of their own and have no options. Their
files are downloaded, or read from the folder `raw_dir` without a network.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Discriminator, Field, NonNegativeInt, PositiveInt, Tag, TypeAdapter

from hvae.config.plugins import Options, Reference, is_reference
from hvae.config.sources import PHOTOGRAPHS, Common, Extent, FileData, Split
from hvae.config.synthetic import SyntheticData

MNIST = Extent(60_000, 10_000, (28, 28))  # also of the sets in its format


class Published(Common):
    """A source whose files lie in the folder `cache` of `data/raw/`, unless `raw_dir` is set.

    published: how many training and test items the files hold, and the shape of an item.
    validation_of: which of these the validation items are taken from. Where they are test items,
    all training items train, and `split` divides test items in the proportion validation : test.
    """

    cache: ClassVar[str]
    published: ClassVar[Extent]
    validation_of: Literal["train", "test"] = "train"

    @property
    def whole(self) -> str:
        return self.validation_of

    @property
    def extent(self) -> Extent:
        return self.published

    @property
    def home(self) -> Path:
        """The folder where the files are, or will be once they are downloaded."""
        return self.folder or Path("data/raw") / self.cache


class Mnist(Published):
    """28×28 grey images of handwritten digits."""

    source: Literal["mnist"]
    cache = "mnist"
    published = MNIST


class BinaryMnist(Published):
    """The same in black and white.

    binary: each pixel is drawn once, its grey value the probability of white; or it is white from
    half of the greatest grey value on, which is 128 of 255.
    """

    source: Literal["binary-mnist"]
    binary: Literal["drawn", "threshold"] = "drawn"
    cache = "mnist"
    published = MNIST


class FashionMnist(Published):
    """28×28 grey images of clothes."""

    source: Literal["fashion-mnist"]
    cache = "fashion-mnist"
    published = MNIST


class Svhn(Published):
    """32×32 colour images of the digits of house numbers."""

    source: Literal["svhn"]
    cache = "svhn"
    published = Extent(73_257, 26_032, (32, 32, 3))


class Cifar10(Published):
    """32×32 colour images of ten kinds of animals and vehicles."""

    source: Literal["cifar10"]
    cache = "cifar10"
    published = Extent(50_000, 10_000, (32, 32, 3))


PublishedData = Mnist | BinaryMnist | FashionMnist | Svhn | Cifar10


class PluginData(Common):
    """A source of the user's own, `module:load`, called with its options and the seed.

    items, shape: how many items it gives and of which shape, so that they are known before they are
    read; test: how many of these are a test set of its own.
    """

    source: Reference
    options: Options = Field(default={})
    items: PositiveInt | None = None
    test: NonNegativeInt = 0
    shape: Annotated[list[PositiveInt], Field(min_length=1, max_length=3)] | None = None
    split: Split

    @classmethod
    def _owner(cls) -> str:
        return "a source of your own "

    @property
    def targeted(self) -> bool:
        return True

    @property
    def extent(self) -> Extent:
        items = None if self.items is None else self.items - self.test
        return Extent(items, self.test, tuple(self.shape) if self.shape else None)


def _own_source(value: Any) -> str:
    """The tag of a source: of the user's own, or one that is listed here."""
    given = value.get("source") if isinstance(value, Mapping) else getattr(value, "source", None)
    return "plug-in" if is_reference(given) else "listed"


ListedData = Annotated[SyntheticData | PublishedData | FileData, Field(discriminator="source")]
Data = Annotated[
    Annotated[PluginData, Tag("plug-in")] | Annotated[ListedData, Tag("listed")],
    Discriminator(_own_source),
]


def other(data: Data) -> Data | None:
    """The data set that `outliers` names, with default options and the division of `data`."""
    if data.outliers in (None, PHOTOGRAPHS):
        return None
    fractions = data.split.model_dump()  # of a published set they need not sum to 1
    total = sum(fractions.values())
    split = {name: part / total for name, part in fractions.items()}
    values = {"source": data.outliers, "max_items": data.max_items, "split": split}
    chosen: Data = TypeAdapter(Data).validate_python(values)
    return chosen
