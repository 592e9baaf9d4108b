"""Seeded randomness of the made sources: a stream for each purpose, so that none shifts another."""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Purpose(IntEnum):
    """What a stream is drawn for."""

    BASIS = 1
    ITEMS = 2
    LABELS = 3
    TARGET = 4
    ENTROPY = 5
    ORDER = 6
    PIXELS = 7
    PLACES = 8


def stream(seed: int, purpose: Purpose) -> np.random.Generator:
    """The generator for one purpose under the experiment's seed."""
    return np.random.default_rng([seed, purpose])


def basis(dimension: int, seed: int) -> Floats:
    """A random rotation or reflection Q (n, n), uniform over all of them; columns are orthonormal.

    The QR decomposition of a normal matrix, with signs that make it unique (Mezzadri 2007).
    """
    q, r = np.linalg.qr(stream(seed, Purpose.BASIS).standard_normal((dimension, dimension)))
    return np.asarray(q * np.sign(np.diag(r)))


def labels(shares: list[float], items: int, seed: int) -> Integers:
    """`items` independent labels 0, 1, … with the given probabilities."""
    chosen = stream(seed, Purpose.LABELS).choice(len(shares), size=items, p=shares)
    return np.asarray(chosen, dtype=np.int64)
