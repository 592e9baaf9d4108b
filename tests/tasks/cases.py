"""Latents of which it is known what they tell, without any model."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from hvae.data.prepared import Items
from hvae.latents.store import Latents
from hvae.tasks.task import Subject


def latents(
    label: NDArray[np.int64], sample: list[NDArray], mean: list[NDArray] | None = None
) -> Latents:
    """Latents with these samples, a list over layers; the means are the samples if not given."""
    single = [part.astype(np.float32) for part in sample]
    means = single if mean is None else [part.astype(np.float32) for part in mean]
    return Latents(
        np.arange(len(label)), label, means, [np.ones_like(part) for part in single], single
    )


def separated(random: np.random.Generator, items: int, classes: int = 4) -> Latents:
    """z_1 falls into one far component a class; z_2 is noise, and constant as a mean."""
    label = random.integers(classes, size=items)
    centre = 12 * np.eye(classes)[label]
    noise = [random.normal(size=(items, width)) for width in (classes, 3)]
    return latents(label, [centre + noise[0], noise[1]], [centre, np.zeros((items, 3))])


def labelled(
    stored: Mapping[str, Latents], targets: Mapping[str, NDArray[np.float64] | None]
) -> Subject:
    """A subject with these latents, whose items are empty but for their targets."""
    items = {
        split: Items(
            np.zeros((len(of.ids), 1), np.float32), of.label, of.ids, (1,), ("all",), False,
            targets[split],
        )
        for split, of in stored.items()
    }  # fmt: skip
    return Subject("p", stored, items)
