"""From parameters to a model with seeded weights."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import torch

from hvae.config.params import Model
from hvae.config.sizes import channels
from hvae.models.backbones.backbone import Backbone, Plan
from hvae.models.backbones.conv import conv
from hvae.models.backbones.conv_spatial import conv_spatial
from hvae.models.backbones.mlp import mlp
from hvae.models.families import family
from hvae.models.hierarchical import HierarchicalVAE
from hvae.models.hypernetwork import Range, condition
from hvae.models.inference import INFERENCES
from hvae.models.likelihoods.base import Likelihood
from hvae.models.likelihoods.choose import likelihood
from hvae.models.noise import Stream, generator

BACKBONES: Mapping[str, Callable[[Plan], Backbone]] = {
    "mlp": mlp,
    "conv": conv,
    "conv-spatial": conv_spatial,
}


def build(
    model: Model,
    shape: Sequence[int],
    seed: int,
    levels: int | None = None,
    box: Sequence[Range] | None = None,
) -> HierarchicalVAE:
    """A model for items of `shape`, initialised from `seed` without touching global randomness.

    `levels` is how many values the data take, where that is known; `box` the range of each β_l of
    one model for all of them. InputError where the backbone is for images and the items are not.
    """
    built = assemble(model, likelihood(model.likelihood, shape, levels), shape, seed)
    if box is not None:
        with seeded(Stream.CONDITION, seed):
            condition(built, box, model.conditioning)
    return built


def assemble(
    model: Model, decodes_to: Likelihood, shape: Sequence[int], seed: int
) -> HierarchicalVAE:
    """The same for a given p(x | z)."""
    inference, top = INFERENCES[model.inference], family(model.top)
    plan = Plan(
        shape=tuple(shape),
        outputs=decodes_to.outputs(channels(shape)),
        latents=model.latents,
        width=model.width,
        conditional=inference.conditional,
        skip=model.skip,
        top=top,
    )
    with seeded(Stream.WEIGHTS, seed):
        networks = BACKBONES[model.backbone](plan)
    return HierarchicalVAE(networks, inference, model.skip, decodes_to, top)


@contextmanager
def seeded(stream: Stream, seed: int) -> Iterator[None]:
    """Layers that are made meanwhile draw from that stream; global randomness stays as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(generator(stream, seed).initial_seed())
        yield
