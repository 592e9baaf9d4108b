"""Stratified, seeded train, validation and test splits."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from hvae.config.sources import Common, Division
from hvae.data.seeded import Stream, stream
from hvae.data.source import SPLITS, Source
from hvae.errors import InputError

Indices = NDArray[np.int64]


def divide(source: Source, options: Common, seed: int) -> dict[str, Indices]:
    """The positions of each split's items, in random order, at most `max_items` in all.

    A source that comes with a split keeps it. If it lacks validation or test items, they are taken
    from its training items, or those for validation from its test items.
    """
    if source.parts is None:
        kept = subset(source.labels, options.max_items, seed)
        return {
            name: kept[part]
            for name, part in split(source.labels[kept], options.split, seed).items()
        }
    parts = _shrunk(source.parts, source.labels, options.max_items, seed)
    for name in SPLITS:
        if name not in parts:
            whole = options.whole if name == "validation" else "train"
            second = options.split.share(name, whole)
            parts |= _taken(name, whole, parts[whole], source.labels, second, seed)
    order = stream(seed, Stream.ORDER)
    return {name: order.permutation(parts[name]) for name in SPLITS}


def split(labels: NDArray[np.int64], fractions: Division, seed: int) -> dict[str, Indices]:
    """Indices of each split, in random order, so that any leading part is a random sample.

    Every class has the same share in every split, as nearly as counts allow. A class that is too
    rare for all three is in train first, then in validation. InputError if there are too few items.
    """
    held_out = fractions.validation + fractions.test
    try:
        train, rest = _divide(np.arange(len(labels)), labels, held_out, seed)
        validation, test = _divide(rest, labels, fractions.test / held_out, seed)
    except ValueError as error:
        raise _indivisible(len(labels), "items", error) from None
    return {"train": train, "validation": validation, "test": test}


def _taken(
    name: str, whole: str, items: Indices, labels: NDArray[np.int64], second: float, seed: int
) -> dict[str, Indices]:
    """The source's own items of the split `whole`, of which the missing `name` gets a fraction."""
    try:
        left, taken = _divide(items, labels, second, seed)
    except ValueError as error:
        what = {"train": "training", "test": "test"}[whole]
        raise _indivisible(len(items), f"{what} items", error) from None
    return {whole: left, name: taken}


def _indivisible(items: int, what: str, error: ValueError) -> InputError:
    return InputError(f"data.split: {items} {what} cannot be split by class: {error}")


def subset(labels: NDArray[np.int64], size: int | None, seed: int) -> Indices:
    """A stratified random choice of `size` items, or all items if there are not more."""
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
    """Indices of two random halves with equal class shares; InputError for too few items."""
    try:
        return _divide(np.arange(len(labels)), labels, 0.5, seed)
    except ValueError as error:
        raise InputError(f"{len(labels)} items cannot be halved by class: {error}") from None


def _shrunk(
    parts: Mapping[str, Indices], labels: NDArray[np.int64], size: int | None, seed: int
) -> dict[str, Indices]:
    """`size` items in all, divided among the parts in proportion to their sizes."""
    total = sum(len(part) for part in parts.values())
    share = 1.0 if size is None else min(size / total, 1.0)
    return {
        name: part[subset(labels[part], round(share * len(part)), seed)]
        for name, part in parts.items()
    }


def _divide(
    indices: Indices, labels: NDArray[np.int64], second: float, seed: int
) -> tuple[Indices, Indices]:
    """Two parts with equal class shares; the only item of a class goes to the first."""
    own = labels[indices]
    alone = np.bincount(own)[own] == 1
    rest = indices[~alone]
    first_part, second_part = train_test_split(
        rest, test_size=second, stratify=labels[rest], random_state=seed
    )
    if alone.any():
        together = np.concatenate([first_part, indices[alone]])
        first_part = stream(seed, Stream.ORDER).permutation(together)
    return first_part, second_part
