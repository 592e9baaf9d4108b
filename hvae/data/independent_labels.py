"""`independent-labels`: items of another source, under labels drawn without looking at them.

Whatever a latent says about x, it says nothing about y: I(y; z) = 0, and no classifier does better
than the largest share but by luck. The default items are the digits, which do fall into classes,
only not into these: a latent that holds the digit must still not be read as knowing the label.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from hvae.config.sources.synthetic import IndependentLabels, listed
from hvae.data import digits, gaussian
from hvae.data.seeded import labels
from hvae.data.source import Source
from hvae.statistics.estimate import Floats

LOADERS: Mapping[str, Callable[[Any, int], Source]] = {
    "digits": digits.load,
    "gaussian": gaussian.load,
}


def load(options: IndependentLabels, seed: int) -> Source:
    """The other source's items and target, and labels of their own."""
    source = LOADERS[options.of](options.origin, seed)
    drawn = labels(listed(options.shares), len(source.x), seed)
    names = tuple(f"label {k}" for k in range(len(shares(options))))
    return source._replace(labels=drawn, classes=names)


def shares(options: IndependentLabels) -> Floats:
    """The probabilities of the labels, (M,)."""
    return np.asarray(listed(options.shares))
