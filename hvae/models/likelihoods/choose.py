"""From the options of a likelihood to the likelihood: where families are added."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hvae.config.model import Likelihood as Options
from hvae.models.likelihoods.base import Likelihood
from hvae.models.likelihoods.bernoulli import Bernoulli
from hvae.models.likelihoods.gaussian import Gaussian, LearnedGaussian
from hvae.models.likelihoods.mixture_of_logistics import EIGHT_BITS, MixtureOfLogistics

FAMILIES: Mapping[str, Callable[[Any, int, int], Likelihood]] = {
    "gaussian": lambda options, _channels, _levels: Gaussian(options.sigma),
    "gaussian-learned": lambda options, _channels, _levels: LearnedGaussian(options.sigma),
    "bernoulli": lambda _options, _channels, _levels: Bernoulli(),
    "mixture-of-logistics": lambda options, channels, levels: MixtureOfLogistics(
        options.components, channels, levels
    ),
}


def likelihood(options: Options, shape: Sequence[int], levels: int | None = None) -> Likelihood:
    """The likelihood of items of `shape`, (height, width, channels) or without channels.

    `levels` is how many values the data take, 256 where that is not known.
    """
    channels = shape[2] if len(shape) == 3 else 1
    return FAMILIES[options.family](options, channels, levels or EIGHT_BITS)
