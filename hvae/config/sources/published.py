"""Options of the field's published image sets, which come with a test set of their own.

Their files are downloaded, or read from the folder `raw_dir` without any network.
"""

from pathlib import Path
from typing import ClassVar, Literal

from hvae.config.sources.common import Common, Extent

MNIST = Extent(60_000, 10_000, (28, 28))  # and of the sets in its form


class Published(Common):
    """A source whose files lie in this folder under `data/raw/`, unless `raw_dir` has them.

    published: how many training and test items they hold, and the shape of one.
    """

    cache: ClassVar[str]
    published: ClassVar[Extent]

    @property
    def extent(self) -> Extent:
        return self.published

    @property
    def home(self) -> Path:
        """The folder where the files are, or will be once they are downloaded."""
        return self.folder or Path("data/raw") / self.cache


class Mnist(Published):
    """28×28 grey images of handwritten digits: no options of its own."""

    source: Literal["mnist"]
    cache = "mnist"
    published = MNIST


class BinaryMnist(Published):
    """The same, each pixel drawn black or white once, with its grey value as the probability."""

    source: Literal["binary-mnist"]
    cache = "mnist"
    published = MNIST


class FashionMnist(Published):
    """28×28 grey images of clothes: no options of its own."""

    source: Literal["fashion-mnist"]
    cache = "fashion-mnist"
    published = MNIST


class Svhn(Published):
    """32×32 colour images of house numbers' digits: no options of its own."""

    source: Literal["svhn"]
    cache = "svhn"
    published = Extent(73_257, 26_032, (32, 32, 3))


class Cifar10(Published):
    """32×32 colour images of ten kinds of things: no options of its own."""

    source: Literal["cifar10"]
    cache = "cifar10"
    published = Extent(50_000, 10_000, (32, 32, 3))


PublishedData = Mnist | BinaryMnist | FashionMnist | Svhn | Cifar10
