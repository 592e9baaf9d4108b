"""`mnist` and `binary-mnist`: 70,000 grey images of 28×28 pixels, the last 10,000 the test set.

LeCun, Cortes & Burges, "The MNIST database of handwritten digits" (1998).

The field has three binary versions of it (Burda et al. 2016, appendix D): each pixel black or white
with its grey value as the probability (Salakhutdinov & Murray 2008), drawn once for all (Larochelle
& Murray 2011) or anew whenever an item is looked at; and a threshold. Here it is drawn once, from
the experiment's seed: the data set is fixed, so that every model and table is about the same items.
Larochelle's own draw is not used, since it is published without labels.
"""

import numpy as np

from hvae.config.data import BinaryMnist, Mnist
from hvae.data import idx
from hvae.data.archives import mirrored
from hvae.data.seeded import Purpose, stream
from hvae.data.source import Source

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
CLASSES = tuple("0123456789")


FILES = (
    mirrored(
        MIRRORS,
        "train-images-idx3-ubyte.gz",
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    mirrored(
        MIRRORS,
        "train-labels-idx1-ubyte.gz",
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    mirrored(
        MIRRORS,
        "t10k-images-idx3-ubyte.gz",
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    mirrored(
        MIRRORS,
        "t10k-labels-idx1-ubyte.gz",
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
)


def load(options: Mnist | BinaryMnist, _seed: int) -> Source:
    """The images as 256 levels of grey; nothing about them is chosen or random."""
    return idx.load(FILES, CLASSES, options)


def load_binary(options: BinaryMnist, seed: int) -> Source:
    """P(pixel = 1) = its grey value in [0, 1]: black stays black, and white stays white."""
    source = load(options, seed)
    drawn = stream(seed, Purpose.PIXELS).integers(0, 255, size=source.x.shape, dtype=np.uint8)
    return source._replace(x=(drawn < source.x).astype(np.uint8), levels=2)
