"""Options of the field's published image sets, which come with a test set of their own.

Their files are downloaded, or read from the folder `raw_dir` without any network.
"""

from pathlib import Path
from typing import ClassVar, Literal

from hvae.source_options.common import Common, Extent

MNIST = Extent(60_000, 10_000, (28, 28))  # and of those made in its image

IDX_FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


class Published(Common):
    """A source whose files have these names, and under `data/raw/` this folder.

    published: how many training and test items they hold, and the shape of one.
    """

    files: ClassVar[tuple[str, ...]]
    cache: ClassVar[str]
    published: ClassVar[Extent]

    @property
    def extent(self) -> Extent:
        return self.published

    def raw_files(self) -> list[Path]:
        return [] if self.folder is None else [self.folder / name for name in self.files]

    @property
    def home(self) -> Path:
        """The folder where the files are, or will be once they are downloaded."""
        return self.folder or Path("data/raw") / self.cache


class Mnist(Published):
    """28×28 grey images of handwritten digits: no options of its own."""

    source: Literal["mnist"]
    files = IDX_FILES
    cache = "mnist"
    published = MNIST


class BinaryMnist(Published):
    """The same, each pixel drawn black or white once, with its grey value as the probability."""

    source: Literal["binary-mnist"]
    files = IDX_FILES
    cache = "mnist"
    published = MNIST


class FashionMnist(Published):
    """28×28 grey images of clothes: no options of its own."""

    source: Literal["fashion-mnist"]
    files = IDX_FILES
    cache = "fashion-mnist"
    published = MNIST


class Svhn(Published):
    """32×32 colour images of house numbers' digits: no options of its own."""

    source: Literal["svhn"]
    files = ("train_32x32.mat", "test_32x32.mat")
    cache = "svhn"
    published = Extent(73_257, 26_032, (32, 32, 3))


class Cifar10(Published):
    """32×32 colour images of ten kinds of things: no options of its own."""

    source: Literal["cifar10"]
    files = ("cifar-10-binary.tar.gz",)
    cache = "cifar10"
    published = Extent(50_000, 10_000, (32, 32, 3))
