"""The list of sources: each has a function `load(options, seed)`, a line here, a class of options.

One source takes its items from another source: `independent-labels`, whose labels are random and
independent of the items. Whatever a latent says about x, it says nothing about y: I(y; z) = 0, and
no classifier does better than the largest share, except by luck. The default items are the digits.
They fall into classes, but not into these: a latent that holds the digit must not count as knowing
the label.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from hvae.config.data import Data
from hvae.config.sources.synthetic import IndependentLabels, listed
from hvae.data import (
    array_files,
    bundled,
    colour_images,
    gaussian,
    image_folder,
    mnist,
)
from hvae.data.seeded import labels
from hvae.data.source import Source
from hvae.statistics.estimate import Floats


def load(data: Data, seed: int) -> Source:
    """The whole source that `data` names, with its options; random parts come from `seed`."""
    return LOADERS[data.source](data, seed)


def load_independent_labels(options: IndependentLabels, seed: int) -> Source:
    """The items and the target of the other source, with labels of their own."""
    source = load(options.origin, seed)
    own = labels(listed(options.shares), len(source.x), seed)
    names = tuple(f"label {k}" for k in range(len(independent_shares(options))))
    return source._replace(labels=own, classes=names)


def independent_shares(options: IndependentLabels) -> Floats:
    """The probabilities of the labels, (M,)."""
    return np.asarray(listed(options.shares))


LOADERS: Mapping[str, Callable[[Any, int], Source]] = {
    "digits": bundled.load_digits,
    "gaussian": gaussian.load,
    "gaussian-mixture": gaussian.load_mixture,
    "independent-labels": load_independent_labels,
    "photo-patches": bundled.load_photo_patches,
    "mnist": mnist.load,
    "binary-mnist": mnist.load_binary,
    "fashion-mnist": mnist.load_fashion,
    "svhn": colour_images.load_svhn,
    "cifar10": colour_images.load_cifar10,
    "image-folder": image_folder.load,
    "npz": array_files.load_npz,
    "parquet": array_files.load_parquet,
}
