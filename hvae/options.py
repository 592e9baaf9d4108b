"""The `data` section of `params.yaml`: which source, its own options, and how it is divided.

`source` decides which options there are; a source refuses the options of another one by name.
Every option has a default, so that a source's name alone is enough, and the folder of one's own
files.
"""

from typing import Annotated

from pydantic import Field

from hvae.source_options.common import Common, Division, Split
from hvae.source_options.made import (
    Digits,
    Gaussian,
    GaussianMixture,
    IndependentLabels,
    PhotoPatches,
    PowerShares,
    PowerSpectrum,
    listed,
)
from hvae.source_options.own import Arrays, ImageFolder, Npz, Own, Parquet
from hvae.source_options.published import (
    BinaryMnist,
    Cifar10,
    FashionMnist,
    Mnist,
    Published,
    Svhn,
)

Data = Annotated[
    Digits
    | Gaussian
    | GaussianMixture
    | IndependentLabels
    | PhotoPatches
    | Mnist
    | BinaryMnist
    | FashionMnist
    | Svhn
    | Cifar10
    | ImageFolder
    | Npz
    | Parquet,
    Field(discriminator="source"),
]

__all__ = [
    "Arrays",
    "BinaryMnist",
    "Cifar10",
    "Common",
    "Data",
    "Digits",
    "Division",
    "FashionMnist",
    "Gaussian",
    "GaussianMixture",
    "ImageFolder",
    "IndependentLabels",
    "Mnist",
    "Npz",
    "Own",
    "Parquet",
    "PhotoPatches",
    "PowerShares",
    "PowerSpectrum",
    "Published",
    "Split",
    "Svhn",
    "listed",
]
