"""`mnist`, `binary-mnist`, `fashion-mnist`: 70,000 grey images of 28×28 pixels.

The last 10,000 are the test set.

LeCun, Cortes & Burges, "The MNIST database of handwritten digits" (1998); Xiao, Rasul & Vollgraf,
"Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms" (2017).

There are three binary versions of MNIST (Burda et al. 2016, appendix D). One has a threshold. In
the other two, a pixel is white with its grey value as the probability (Salakhutdinov & Murray
2008), sampled once (Larochelle & Murray 2011) or again whenever an item is read. Here pixels have a
threshold (`binary: threshold`), as Xiao & Bamler (ICLR 2023) have it, or are sampled once, from the
experiment's seed, so that every model and table is about the same items.
Larochelle's sample is not used, since it is published without labels.

The files are in IDX. All numbers are big-endian, and the last axis of the values runs fastest:

    0, 0, type (8: unsigned bytes), number of axes | their sizes, 4 bytes each | the values
"""

import math
import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hvae.config.data import BinaryMnist, FashionMnist, Mnist, Published
from hvae.data.archives import File, gunzip, obtain, published, verify
from hvae.data.seeded import Stream, stream
from hvae.data.source import Source
from hvae.errors import InputError

BYTES = b"\0\0\x08"
MOST_AXES = 4
HALF = 128  # of 255: the least grey value that is nearer to white
NAMES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)
DIGITS = tuple("0123456789")
CLOTHES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


def _files(
    mirrors: Sequence[str], archives: Sequence[str], contents: Sequence[str]
) -> tuple[File, ...]:
    """The four files, at each mirror, with the SHA-256 of each and of its content."""
    return tuple(
        File(name, tuple(mirror + name for mirror in mirrors), archive, {"": content})
        for name, archive, content in zip(NAMES, archives, contents, strict=True)
    )


MNIST_FILES = _files(
    (
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
    archives=(
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    ),
    contents=(
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
)
FASHION_FILES = _files(
    (
        "https://fashion-mnist.s3.eu-central-1.amazonaws.com/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ),
    archives=(
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    ),
    contents=(
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ),
)


def load(options: Mnist | BinaryMnist, _seed: int) -> Source:
    """The digits with 256 levels of grey. No part is random."""
    return _load(MNIST_FILES, DIGITS, options)


def load_binary(options: BinaryMnist, seed: int) -> Source:
    """The digits with P(pixel = 1) = its grey value in [0, 1], or with grey values rounded.

    Black and white do not change. Only what is drawn is random.
    """
    source = load(options, seed)
    if options.binary == "threshold":
        return source._replace(x=(source.x >= HALF).astype(np.uint8), levels=2)
    uniform = stream(seed, Stream.PIXELS).integers(0, 255, size=source.x.shape, dtype=np.uint8)
    return source._replace(x=(uniform < source.x).astype(np.uint8), levels=2)


def load_fashion(options: FashionMnist, _seed: int) -> Source:
    """The clothes with 256 levels of grey. No part is random."""
    return _load(FASHION_FILES, CLOTHES, options)


def _load(files: Sequence[File], classes: tuple[str, ...], options: Published) -> Source:
    """A source from four files: training images and labels, test images and labels."""
    arrays = [_read(file, axes, options) for file, axes in zip(files, (3, 1, 3, 1), strict=True)]
    images, labels = arrays[::2], arrays[1::2]
    for part, named, file in zip(images, labels, files[::2], strict=True):
        if len(part) != len(named):
            raise InputError(
                f"{options.home / file.name} has {len(part)} images for {len(named)} labels: "
                "download both files again"
            )
    return published(
        [part.reshape(len(part), -1) for part in images],
        labels,
        shape=images[0].shape[1:],
        classes=classes,
        origin=options.home,
    )


def _read(file: File, axes: int, options: Published) -> NDArray[np.uint8]:
    """The array of a published file; InputError if it has another number of axes."""
    path = obtain(file, options)
    content = gunzip(path)
    verify(path, file, {"": content})
    values = parse_idx(content, path)
    if values.ndim != axes:
        raise InputError(f"{path} has {values.ndim} axes instead of {axes}: download it again")
    return values


def parse_idx(content: bytes, origin: object) -> NDArray[np.uint8]:
    """The array in the content of an IDX file; InputError if it does not hold bytes."""
    axes = content[3] if len(content) > 3 else MOST_AXES + 1
    if content[:3] != BYTES or axes > MOST_AXES or len(content) < 4 + 4 * axes:
        raise InputError(f"{origin} is not an IDX file of unsigned bytes: download it again")
    start = 4 + 4 * axes
    sizes = struct.unpack(f">{axes}I", content[4:start])
    if len(content) - start != math.prod(sizes):
        raise InputError(
            f"{origin} says that it holds {'×'.join(map(str, sizes))} values, "
            f"but holds {len(content) - start}: download it again"
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(sizes)
