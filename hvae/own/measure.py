"""Probes and information estimates of supplied latents: what can be told without the model."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from hvae.data.source import UNLABELLED
from hvae.data.splits import halves
from hvae.errors import InputError
from hvae.information.classes import class_information
from hvae.information.estimate import Estimate
from hvae.information.measure import quantity
from hvae.information.pairwise import from_rows
from hvae.information.supplied import gaussian_rows
from hvae.own.latents import Own

Named = tuple[str, Estimate]  # the quantity, as the table names it, and its estimate


class Halves(NamedTuple):
    """Items that fit probes and classifiers, and the others, on which everything is measured."""

    train: Own
    test: Own


def divided(own: Own, seed: int) -> Halves:
    """Two random halves, each with every class in its share."""
    train, test = halves(own.latents.label, seed)
    return Halves(own.taken(train), own.taken(test))


def estimates(own: Halves, items: int) -> Iterator[Named]:
    """I(x; z_L) from both sides on `items` test items, and I(y; z_{≥l}) from below for every l.

    Means and standard deviations tell the density of the top layer only: what a lower layer's
    posterior would be for another item takes the model. So I(x; z_{≥l}) is known at l = L alone.
    """
    try:
        yield from _about_items(own.test, items)
        yield from _about_classes(own)
    except ValueError as error:
        raise InputError(f"the information of these latents has no estimate: {error}") from None


def _about_items(own: Own, items: int) -> Iterator[Named]:
    _, _, mean, std, sample = own.latents
    top = len(mean) - 1
    rows = gaussian_rows(*(part[top][:items] for part in (mean, std, sample)))
    for estimate in from_rows(rows)[0]:
        yield quantity("x", top, len(mean)), estimate


def _about_classes(own: Halves) -> Iterator[Named]:
    train, test = own.train.latents, own.test.latents
    layers = len(test.sample)
    for lowest in range(layers if own.test.classes != UNLABELLED else 0):
        z_train, z_test = (np.concatenate(side.sample[lowest:], axis=1) for side in (train, test))
        yield (
            quantity("y", lowest, layers),
            class_information(z_train, train.label, z_test, test.label),
        )
