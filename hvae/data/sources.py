"""Where sources are added: a file with a `load(options, seed)`, a line here, a class of options."""

from collections.abc import Callable, Mapping
from typing import Any

from hvae.config.data import Data
from hvae.data import (
    array_files,
    cifar10,
    digits,
    gaussian,
    gaussian_mixture,
    image_folder,
    independent_labels,
    mnist,
    photo_patches,
    svhn,
)
from hvae.data.source import Source

LOADERS: Mapping[str, Callable[[Any, int], Source]] = {
    "digits": digits.load,
    "gaussian": gaussian.load,
    "gaussian-mixture": gaussian_mixture.load,
    "independent-labels": independent_labels.load,
    "photo-patches": photo_patches.load,
    "mnist": mnist.load,
    "binary-mnist": mnist.load_binary,
    "fashion-mnist": mnist.load_fashion,
    "svhn": svhn.load,
    "cifar10": cifar10.load,
    "image-folder": image_folder.load,
    "npz": array_files.load_npz,
    "parquet": array_files.load_parquet,
}


def load(data: Data, seed: int) -> Source:
    """The whole source that `data` names, with its options; what is drawn is drawn from `seed`."""
    return LOADERS[data.source](data, seed)
