"""Where sources are added: a file with a `load(options, seed)`, a line here, a class in options."""

from collections.abc import Callable, Mapping
from typing import Any

from hvae.data import digits, gaussian, gaussian_mixture, independent_labels
from hvae.data.source import Source
from hvae.options import Data

LOADERS: Mapping[str, Callable[[Any, int], Source]] = {
    "digits": digits.load,
    "gaussian": gaussian.load,
    "gaussian-mixture": gaussian_mixture.load,
    "independent-labels": independent_labels.load,
}


def load(data: Data, seed: int) -> Source:
    """The whole source that `data` names, under its options; made sources are drawn from `seed`."""
    return LOADERS[data.source](data, seed)
