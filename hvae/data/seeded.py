"""Seeded randomness: one enumeration of all purposes of random numbers.

A stream depends only on its name and on a key of integers, such as (seed, step). It does not depend
on the job that uses it, or on earlier random numbers. Data use numpy's generators, which are here.
Models and their measurements use torch's (`hvae.models.distributions.generator`).
"""

from enum import Enum

import numpy as np

from hvae.statistics.estimate import Floats, Integers


class Stream(Enum):
    """The purpose of random numbers; no two members share any numbers.

    A member adds one or two numbers to the key that seeds a generator: the first before the key,
    the second after the key's first two numbers, which are (seed, split) in a long key.
    """

    # data
    BASIS = None, 1
    ITEMS = None, 2
    LABELS = None, 3
    TARGET = None, 4
    ENTROPY = None, 5
    ORDER = None, 6
    PIXELS = None, 7
    PLACES = None, 8
    PHOTOGRAPHS = None, 9
    # models and their measurements
    WEIGHTS = 1, None
    TRAINING = 2, None
    VALIDATION = 3, None
    EVALUATION = 4, None
    GALLERY = 5, None
    IMPORTANCE = 6, None
    CLASSIFIER = 7, None
    GENERATION = 8, None
    CONDITION = 9, None
    BETA = 10, None
    ANOMALY = 21, None
    DRAWS = 22, None
    REACHED = 24, None
    # tasks on images
    RECONSTRUCTION = 20, 0
    DENOISING = 20, 1
    INPAINTING = 20, 2
    UPSCALING = 20, 3
    DEGRADATION = 20, 4
    RECOGNITION = 20, 5

    def entropy(self, *key: int) -> list[int]:
        """The integers that seed a generator of this stream."""
        before, within = ([] if number is None else [number] for number in self.value)
        return [*before, *key[:2], *within, *key[2:]]


def stream(seed: int, purpose: Stream) -> np.random.Generator:
    """numpy's generator for one purpose, under the experiment's seed."""
    return np.random.default_rng(purpose.entropy(seed))


def basis(dimension: int, seed: int) -> Floats:
    """A random rotation or reflection Q (n, n), uniform over all; columns are orthonormal.

    It comes from the QR decomposition of a normal matrix, with signs that make it unique
    (Mezzadri 2007).
    """
    q, r = np.linalg.qr(stream(seed, Stream.BASIS).standard_normal((dimension, dimension)))
    return np.asarray(q * np.sign(np.diag(r)))


def labels(shares: list[float], items: int, seed: int) -> Integers:
    """`items` independent labels 0, 1, … with the given probabilities."""
    chosen = stream(seed, Stream.LABELS).choice(len(shares), size=items, p=shares)
    return np.asarray(chosen, dtype=np.int64)
