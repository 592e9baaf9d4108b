"""Pictures of a point: reconstructions of test items of every class, cuts of them, prior draws.

A cut keeps z_{≥l} of the reconstruction and draws z_{<l} from the prior given them: what it shares
with the item, z_{≥l} tells. The cut of l = 1 would be the reconstruction itself.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

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
    """Rows of the gallery, but for the point. Means of p(x | z), with z sampled in all kinds."""
    shown = chosen(items.labels)
    ids = items.ids[shown].tolist()
    noise = draw(model.latents, len(shown), generator(Stream.GALLERY, seed, 0))
    encoded = model(torch.tensor(items.x[shown]), noise)
    yield from _rows("reconstruction", ids, model.likelihood.mean(encoded.decoded))
    for lowest in range(1, len(model.latents)):
        noise = draw(model.latents, len(shown), generator(Stream.GALLERY, seed, 2, lowest))
        cut = model.generate(noise, encoded.z[lowest:])
        yield from _rows(cut_kind(lowest, len(model.latents)), ids, model.likelihood.mean(cut))
    noise = draw(model.latents, PICTURES, generator(Stream.GALLERY, seed, 1))
    drawn = model.likelihood.mean(model.generate(noise))
    yield from _rows("sample", list(range(PICTURES)), drawn)


def cut_kind(lowest: int, layers: int) -> str:
    """The kind of a cut that keeps the layers from `lowest` on, counted from 0: `cut z2+z3`."""
    return "cut " + "+".join(f"z{layer + 1}" for layer in range(lowest, layers))


def _rows(kind: str, ids: Sequence[int], images: Tensor) -> Iterator[dict[str, Any]]:
    for index, image in zip(ids, images.tolist(), strict=True):
        yield {"kind": kind, "index": index, "image": image}
