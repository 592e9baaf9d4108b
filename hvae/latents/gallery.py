"""Pictures of a point: reconstructions of test items of every class, and draws from the prior."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from hvae.data.prepared import Items
from hvae.models.hierarchical import HierarchicalVAE
from hvae.models.noise import Stream, draw, generator

PICTURES = 10


def chosen(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Positions of the first items of each of the first classes: the same items at every point.

    As many of each class as there is room for; without classes, the first items.
    """
    classes = np.unique(labels)[:PICTURES]
    each = PICTURES // len(classes)
    return np.concatenate([np.flatnonzero(labels == one)[:each] for one in classes])


def pictures(model: HierarchicalVAE, items: Items, seed: int) -> Iterator[dict[str, Any]]:
    """Rows of the gallery, but for the point. Means of p(x | z), with z sampled in both kinds."""
    shown = chosen(items.labels)
    noise = draw(model.latents, len(shown), generator(Stream.GALLERY, seed, 0))
    encoded = model(torch.tensor(items.x[shown]), noise)
    for index, image in zip(items.ids[shown], model.likelihood.mean(encoded.decoded), strict=True):
        yield {"kind": "reconstruction", "index": int(index), "image": image.tolist()}
    noise = draw(model.latents, PICTURES, generator(Stream.GALLERY, seed, 1))
    for number, image in enumerate(model.likelihood.mean(model.generate(noise))):
        yield {"kind": "sample", "index": number, "image": image.tolist()}
