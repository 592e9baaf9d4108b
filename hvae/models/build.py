"""Builds a model with seeded weights from parameters; backbones and likelihoods are listed here.

Those of the user's own, which parameters name by import path, are in `plugged`.

Its size, weights and multiplications of a pass, is counted on the very networks that are trained,
built without memory for their weights. So a model of any size is counted in the time that a small
one takes.
"""

import functools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import conv2d, conv_transpose2d, linear
from torch.overrides import TorchFunctionMode

from hvae.config.base import parse
from hvae.config.model import Likelihood as Options
from hvae.config.model import Model, PluginLikelihoodOptions
from hvae.config.plugins import is_reference
from hvae.config.sizes import channels
from hvae.data.seeded import Stream
from hvae.models import plugged
from hvae.models.backbones.backbone import Backbone, BackbonePlan
from hvae.models.backbones.conv import conv, conv_spatial
from hvae.models.backbones.mlp import mlp
from hvae.models.distributions import family, generator
from hvae.models.hierarchical import INFERENCES, HierarchicalVAE
from hvae.models.hypernetwork import Range, at, condition
from hvae.models.likelihoods.base import Bernoulli, FixedGaussian, LearnedGaussian, Likelihood
from hvae.models.likelihoods.mixture_of_logistics import EIGHT_BITS, MixtureOfLogistics
from hvae.models.weights import outline

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
    plugged.check(built, model, shape)
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
        options=model.options,
    )
    with seeded(Stream.WEIGHTS, seed):
        networks = backbone(model.backbone, plan)
    return HierarchicalVAE(networks, inference, model.skip, decodes_to, top)


def backbone(name: str, plan: BackbonePlan) -> Backbone:
    """The networks of a backbone that is listed here, or of the user's own."""
    return plugged.backbone(name, plan) if is_reference(name) else BACKBONES[name](plan)


def likelihood(options: Options, shape: Sequence[int], levels: int | None = None) -> Likelihood:
    """The likelihood for items of `shape`, (height, width, channels) or without channels.

    `levels`: how many values the data take; 256 if unknown.
    """
    if isinstance(options, PluginLikelihoodOptions):
        return plugged.likelihood(options, channels(shape), levels or EIGHT_BITS)
    return LIKELIHOODS[options.family](options, channels(shape), levels or EIGHT_BITS)


@contextmanager
def seeded(stream: Stream, seed: int) -> Iterator[None]:
    """Initialise the layers that are built in this context from `stream`.

    The global state of random numbers is restored at the end.
    """
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(generator(stream, seed).initial_seed())  # CPU alone
        yield


ANYWHERE = (0.1, 10.0)  # a range of β, since sizes do not depend on it


class ModelSize(NamedTuple):
    """The size of a model.

    weights: how many numbers are trained. multiplications: how many multiplications with a weight
    one item takes in a forward pass through posteriors, priors, decoder and hypernetwork, if any.
    Products with the zeros of a padding count, since libraries compute these as well.
    """

    weights: int
    multiplications: int


def size(model: Model, shape: Sequence[int], conditioned: bool = False) -> ModelSize:
    """The size of a model for items of `shape`, perhaps `conditioned` on β.

    InputError if the backbone needs images and the items are not images, and for sizes that
    `outline` refuses.
    """
    return _size(model.model_dump_json(by_alias=True), tuple(shape), conditioned)


@functools.cache  # a plan needs the same model for every row
def _size(model: str, shape: tuple[int, ...], conditioned: bool) -> ModelSize:
    options = parse(Model, model)
    box = [ANYWHERE] * len(options.latents) if conditioned else None
    network = outline(lambda: build(options, shape, seed=0, box=box))
    weights = sum(weight.numel() for weight in network.parameters())
    return ModelSize(weights, _multiplications(network, options, shape, conditioned))


@torch.no_grad()
def _multiplications(
    network: HierarchicalVAE, model: Model, shape: Sequence[int], conditioned: bool
) -> int:
    """Counted in a pass without items, in which all weights share one zero in memory.

    Networks of the user's own may multiply in any way, which takes torch's counter and one item.
    """
    zero = torch.zeros(())
    state = {name: zero.expand(tensor.shape) for name, tensor in network.state_dict().items()}
    network.load_state_dict(state, assign=True)
    if plugged.is_own(model):
        plugged.check(network, model, shape)
        return _counted_by_torch(network, math.prod(shape), conditioned)
    noise = [torch.zeros(0, width) for width in network.latents]
    with Products() as products:
        if conditioned:
            at(network, torch.zeros(0, len(noise)))
        network(torch.zeros(0, math.prod(shape)), noise)
    return products.count


def _counted_by_torch(network: HierarchicalVAE, inputs: int, conditioned: bool) -> int:
    from torch.utils.flop_counter import FlopCounterMode  # here, since it is slow to load

    with FlopCounterMode(display=False) as counter:
        if conditioned:
            at(network, torch.ones(1, len(network.latents)))
        network(torch.zeros(1, inputs), [torch.zeros(1, width) for width in network.latents])
    return int(counter.get_total_flops() // 2)


# Functions that multiply with weights, and the weights' axis of outputs
PRODUCTS: Mapping[Any, int] = {linear: 0, conv2d: 0, conv_transpose2d: 1}


class Products(TorchFunctionMode):
    """Counts the multiplications of one item with weights, in a pass of any number of items.

    `torch.utils.flop_counter` finds the same numbers, as tests show. But importing it takes as long
    again as importing torch, each time that a plan is printed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_function__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """The function's result; for a convolution only its shape."""
        if function not in PRODUCTS:
            return function(*args, **(kwargs or {}))
        result = function(*args) if function is linear else _convolved(function, *args)
        inputs, weight, *_ = args
        met = (
            inputs if PRODUCTS[function] else result
        )  # each entry meets as many weights as weight[0] has
        self.count += met.shape[1:].numel() * weight[0].numel()
        return result


def _convolved(function: Any, maps: Tensor, weight: Tensor, _: Any, *options: Any) -> Tensor:
    """The shape of a convolution's result, from one filter, since all filters would be copied."""
    first = function(maps[:, :1], weight[:1, :1], None, *options)
    items, _, height, width = first.shape
    return first.new_zeros(items, weight.shape[PRODUCTS[function]], height, width)
