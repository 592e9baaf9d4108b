"""Stratified, seeded train, validation and test splits."""

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from hvae.errors import InputError
from hvae.options import Split

SPLITS = ("train", "validation", "test")
Indices = NDArray[np.int64]


def split(labels: NDArray[np.int64], fractions: Split, seed: int) -> dict[str, Indices]:
    """Indices of each split, in random order: any leading part of one is a random sample of it.

    Every class keeps its share in every split, as nearly as counts allow. InputError where a class
    has too few items to appear in all three.
    """
    held_out = fractions.validation + fractions.test
    try:
        train, rest = _divide(np.arange(len(labels)), labels, held_out, seed)
        validation, test = _divide(rest, labels, fractions.test / held_out, seed)
    except ValueError as error:
        raise InputError(
            f"data.split: {len(labels)} items cannot be split by class: {error}"
        ) from None
    return {"train": train, "validation": validation, "test": test}


def subset(labels: NDArray[np.int64], size: int | None, seed: int) -> Indices:
    """A stratified random choice of `size` items, or all of them where there are no more."""
    everything = np.arange(len(labels))
    if size is None or size >= len(labels):
        return everything
    try:
        return _divide(everything, labels, size, seed)[1]
    except ValueError as error:
        raise InputError(
            f"data.max_items: {size} items cannot be chosen by class: {error}"
        ) from None


def halves(labels: NDArray[np.int64], seed: int) -> tuple[Indices, Indices]:
    """Indices of two random halves, each with every class in its share; InputError as `split`."""
    try:
        return _divide(np.arange(len(labels)), labels, 0.5, seed)
    except ValueError as error:
        raise InputError(f"{len(labels)} items cannot be halved by class: {error}") from None


def _divide(
    indices: Indices, labels: NDArray[np.int64], second: float, seed: int
) -> tuple[Indices, Indices]:
    first_part, second_part = train_test_split(
        indices, test_size=second, stratify=labels[indices], random_state=seed
    )
    return first_part, second_part
