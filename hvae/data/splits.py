"""Stratified, seeded train, validation and test splits."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from hvae.config.sources.common import Common, Division
from hvae.data.seeded import Stream, stream
from hvae.data.source import SPLITS, Source
from hvae.errors import InputError

Indices = NDArray[np.int64]


def divide(source: Source, options: Common, seed: int) -> dict[str, Indices]:
    """The places of each split's items, in random order, of at most `max_items` of the source.

    A source that comes divided stays so: its test items are those published with it. Validation or
    test items are taken out of its training items where it does not bring them.
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
            parts |= _held_out(name, parts["train"], source.labels, options.split, seed)
    order = stream(seed, Stream.ORDER)
    return {name: order.permutation(parts[name]) for name in SPLITS}


def split(labels: NDArray[np.int64], fractions: Division, seed: int) -> dict[str, Indices]:
    """Indices of each split, in random order: any leading part of one is a random sample of it.

    Every class keeps its share in every split, as nearly as counts allow: of one that is too rare
    for all three, train has items first, then validation. InputError where there are too few items
    for a split.
    """
    held_out = fractions.validation + fractions.test
    try:
        train, rest = _divide(np.arange(len(labels)), labels, held_out, seed)
        validation, test = _divide(rest, labels, fractions.test / held_out, seed)
    except ValueError as error:
        raise _indivisible(len(labels), "items", error) from None
    return {"train": train, "validation": validation, "test": test}


def _held_out(
    name: str, train: Indices, labels: NDArray[np.int64], fractions: Division, seed: int
) -> dict[str, Indices]:
    """The source's training items, divided into train and what is missing."""
    part: float = getattr(fractions, name)
    try:
        left, taken = _divide(train, labels, part / (fractions.train + part), seed)
    except ValueError as error:
        raise _indivisible(len(train), "training items", error) from None
    return {"train": left, name: taken}


def _indivisible(items: int, what: str, error: ValueError) -> InputError:
    return InputError(f"data.split: {items} {what} cannot be split by class: {error}")


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


def _shrunk(
    parts: Mapping[str, Indices], labels: NDArray[np.int64], size: int | None, seed: int
) -> dict[str, Indices]:
    """`size` items in all, spread over the parts as all of the items are."""
    total = sum(len(part) for part in parts.values())
    share = 1.0 if size is None else min(size / total, 1.0)
    return {
        name: part[subset(labels[part], round(share * len(part)), seed)]
        for name, part in parts.items()
    }


def _divide(
    indices: Indices, labels: NDArray[np.int64], second: float, seed: int
) -> tuple[Indices, Indices]:
    """Two parts, each with every class in its share; the only item of a class is in the first."""
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
