"""From parameters to a model with seeded weights."""

import math
from collections.abc import Sequence

import torch

from hvae.models.hierarchical import HierarchicalVAE
from hvae.models.likelihoods.choose import likelihood
from hvae.models.noise import Stream, generator
from hvae.params import Model


def build(
    model: Model, shape: Sequence[int], seed: int, levels: int | None = None
) -> HierarchicalVAE:
    """A model for items of `shape`, initialised from `seed` without touching global randomness.

    `levels` is how many values the data take, where that is known.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(generator(Stream.WEIGHTS, seed).initial_seed())
        return HierarchicalVAE(
            inputs=math.prod(shape),
            latents=model.latents,
            width=model.width,
            skip=model.skip,
            likelihood=likelihood(model.likelihood, shape, levels),
        )
