"""A pass over many items in bounded memory: some at a time, each with its own part of the noise."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from hvae.models.distributions import with_tensors
from hvae.models.hierarchical import HierarchicalVAE, Terms

ITEMS = 512  # a pass over so many 32×32 images with 64 base channels holds about 200 MB


def chunks(x: Tensor, noise: Sequence[Tensor]) -> Iterator[tuple[Tensor, list[Tensor]]]:
    """Consecutive items of x (items, n) with their noise, each (items, d_l)."""
    yield from (
        (part, list(eps))
        for part, *eps in zip(x.split(ITEMS), *(eps.split(ITEMS) for eps in noise), strict=True)
    )


def in_chunks(model: HierarchicalVAE, x: Tensor, noise: Sequence[Tensor]) -> Terms:
    """model(x, noise) for x of shape (items, n), without holding all items' hidden layers at once.

    Nor what is decoded, which may be a hundred times x: it is left empty, (items, 0). An item's
    terms do not depend on the others, so how they are divided changes rounding at most.
    """
    parts = [without_decoded(model(*part)) for part in chunks(x, noise)]
    if len(parts) == 1:
        return parts[0]
    posteriors = [
        with_tensors(lambda *sides: torch.cat(sides), *layer)
        for layer in zip(*(part.posteriors for part in parts), strict=True)
    ]
    return Terms(
        distortion=torch.cat([part.distortion for part in parts]),
        rates=torch.cat([part.rates for part in parts]),
        posteriors=posteriors,
        z=[torch.cat(layer) for layer in zip(*(part.z for part in parts), strict=True)],
        decoded=torch.cat([part.decoded for part in parts]),
    )


def without_decoded(terms: Terms) -> Terms:
    """The same terms, with no numbers decoded; a copy, so that those there were can be freed."""
    return terms._replace(decoded=terms.decoded[..., :0].clone())
