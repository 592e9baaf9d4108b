"""Builds a model with seeded weights from parameters; backbones and likelihoods are listed here."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch

from hvae.config.model import Likelihood as Options
from hvae.config.model import Model
from hvae.config.sizes import channels
from hvae.data.seeded import Stream
from hvae.models.backbones.backbone import Backbone, BackbonePlan
from hvae.models.backbones.conv import conv
from hvae.models.backbones.conv_spatial import conv_spatial
from hvae.models.backbones.mlp import mlp
from hvae.models.distributions import family, generator
from hvae.models.hierarchical import INFERENCES, HierarchicalVAE
from hvae.models.hypernetwork import Range, condition
from hvae.models.likelihoods.base import Bernoulli, FixedGaussian, LearnedGaussian, Likelihood
from hvae.models.likelihoods.mixture_of_logistics import EIGHT_BITS, MixtureOfLogistics

BACKBONES: Mapping[str, Callable[[BackbonePlan], Backbone]] = {
    "mlp": mlp,
    "conv": conv,
    "conv-spatial": conv_spatial,
}
LIKELIHOODS: Mapping[str, Callable[[Any, int, int], Likelihood]] = {
    "gaussian": lambda options, _channels, _levels: FixedGaussian(options.sigma),
    "gaussian-learned": lambda options, _channels, _levels: LearnedGaussian(options.sigma),
    "bernoulli": lambda _options, _channels, _levels: Bernoulli(),
    "mixture-of-logistics": lambda options, channels, levels: MixtureOfLogistics(
        options.components, channels, levels
    ),
}


def build(
    model: Model,
    shape: Sequence[int],
    seed: int,
    levels: int | None = None,
    box: Sequence[Range] | None = None,
) -> HierarchicalVAE:
    """A model for items of `shape`, initialised from `seed` without touching global randomness.

    `levels`: how many values the data take, if known. `box`: the range of each β_l, for one model
    conditioned on β. InputError if the backbone needs images and the items are not images.
    """
    built = assemble(model, likelihood(model.likelihood, shape, levels), shape, seed)
    if box is not None:
        with seeded(Stream.CONDITION, seed):
            condition(built, box, model.conditioning)
    return built


def assemble(
    model: Model, decodes_to: Likelihood, shape: Sequence[int], seed: int
) -> HierarchicalVAE:
    """A model with a given p(x | z), initialised like that of `build`."""
    inference, top = INFERENCES[model.inference], family(model.top)
    plan = BackbonePlan(
        shape=tuple(shape),
        outputs=decodes_to.outputs(channels(shape)),
        latents=model.latents,
        width=model.width,
        conditional=inference.conditional,
        skip=model.skip,
        top=top,
        shortcut=model.shortcut,
    )
    with seeded(Stream.WEIGHTS, seed):
        networks = BACKBONES[model.backbone](plan)
    return HierarchicalVAE(networks, inference, model.skip, decodes_to, top)


def likelihood(options: Options, shape: Sequence[int], levels: int | None = None) -> Likelihood:
    """The likelihood for items of `shape`, (height, width, channels) or without channels.

    `levels`: how many values the data take; 256 if unknown.
    """
    return LIKELIHOODS[options.family](options, channels(shape), levels or EIGHT_BITS)


@contextmanager
def seeded(stream: Stream, seed: int) -> Iterator[None]:
    """Initialise the layers that are built in this context from `stream`.

    The global state of random numbers is restored at the end.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(generator(stream, seed).initial_seed())
        yield
