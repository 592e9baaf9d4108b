"""`svhn`: 99,289 colour images of 32×32 pixels of digits, the last 26,032 the test set.

Netzer et al., "Reading Digits in Natural Images with Unsupervised Feature Learning" (2011): cropped
digits of house numbers, without the `extra` images. The files are MATLAB's, version 5, with
X (32, 32, 3, images) and y, where 10 stands for the digit 0. A broken file can crash the whole
process inside SciPy, so only the published files are parsed.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.io import loadmat

from hvae.config.data import Svhn
from hvae.data.archives import File, is_published, obtain, published, unknown
from hvae.data.source import Source

SHAPE = (32, 32, 3)
CLASSES = tuple("0123456789")
URL = "http://ufldl.stanford.edu/housenumbers/"
FILES = tuple(
    File(name, (URL + name,), sha256, {})
    for name, sha256 in (
        (
            "train_32x32.mat",
            "435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8",
        ),
        (
            "test_32x32.mat",
            "cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b",
        ),
    )
)


def load(options: Svhn, _seed: int) -> Source:
    """The images, channel last, with 256 levels for each colour. No part is random."""
    parts = [read(file, options) for file in FILES]
    return published(
        [images for images, _ in parts],
        [labels for _, labels in parts],
        shape=SHAPE,
        classes=CLASSES,
        origin=options.home,
    )


def read(file: File, options: Svhn) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Images (items, 3,072) and labels of one file; InputError where it is not as published."""
    path = obtain(file, options)
    if not is_published(path, file):
        raise unknown(path, file)
    found = loadmat(path, variable_names=("X", "y"))
    images, digits = np.moveaxis(found["X"], -1, 0), found["y"].reshape(-1)
    return images.reshape(len(digits), -1), digits % len(CLASSES)
