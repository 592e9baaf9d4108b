"""How large a model is: its weights, and the multiplications of a pass, from its own networks.

They are the networks that are trained, built without memory for their numbers. So what parameters
ask for is counted, however large it is, in the time that a small model takes.
"""

import functools
import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import conv2d, conv_transpose2d, linear
from torch.overrides import TorchFunctionMode

from hvae.config.base import parse
from hvae.config.model import Model
from hvae.models.build import build
from hvae.models.hierarchical import HierarchicalVAE
from hvae.models.hypernetwork import at
from hvae.models.weights import outline

ANYWHERE = (0.1, 10.0)  # a range of β, since sizes do not depend on it


class ModelSize(NamedTuple):
    """weights: how many numbers are trained.

    multiplications: those of one item with a weight, in a forward pass through posteriors, priors,
    decoder and, where there is one, hypernetwork. Those with the zeros of a padding count, since
    the convolutions of libraries do them, too.
    """

    weights: int
    multiplications: int


def size(model: Model, shape: Sequence[int], conditioned: bool = False) -> ModelSize:
    """The size of a model of items of `shape`, or of one that is conditioned on β.

    InputError where the backbone is for images and the items are not, and as `outline` has it.
    """
    return _size(model.model_dump_json(by_alias=True), tuple(shape), conditioned)


@functools.cache  # a plan asks for the same model once a row
def _size(model: str, shape: tuple[int, ...], conditioned: bool) -> ModelSize:
    asked = parse(Model, model)
    box = [ANYWHERE] * len(asked.latents) if conditioned else None
    network = outline(lambda: build(asked, shape, seed=0, box=box))
    weights = sum(weight.numel() for weight in network.parameters())
    return ModelSize(weights, _multiplications(network, shape, conditioned))


@torch.no_grad()
def _multiplications(network: HierarchicalVAE, shape: Sequence[int], conditioned: bool) -> int:
    """As a pass without any items finds them, in which all weights are one and the same zero."""
    zero = torch.zeros(())
    state = {name: zero.expand(tensor.shape) for name, tensor in network.state_dict().items()}
    network.load_state_dict(state, assign=True)
    noise = [torch.zeros(0, width) for width in network.latents]
    with Products() as products:
        if conditioned:
            at(network, torch.zeros(0, len(noise)))
        network(torch.zeros(0, math.prod(shape)), noise)
    return products.count


# Functions that multiply with weights, and the axis of these that their outputs are on
PRODUCTS: Mapping[Any, int] = {linear: 0, conv2d: 0, conv_transpose2d: 1}


class Products(TorchFunctionMode):
    """Counts the multiplications of an item with weights in a pass of any number of items.

    `torch.utils.flop_counter` finds the same, as tests show, but what it loads takes as long again
    as torch itself, each time that somebody asks for a plan.
    """

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_function__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """What the function gives; of a convolution the shape alone."""
        if function not in PRODUCTS:
            return function(*args, **(kwargs or {}))
        result = function(*args) if function is linear else _convolved(function, *args)
        inputs, weight, *_ = args
        met = inputs if PRODUCTS[function] else result  # each by weight[0], or another such part
        self.count += met.shape[1:].numel() * weight[0].numel()
        return result


def _convolved(function: Any, maps: Tensor, weight: Tensor, _: Any, *options: Any) -> Tensor:
    """What a convolution gives, but not its numbers. It would copy all filters: here it has one."""
    first = function(maps[:, :1], weight[:1, :1], None, *options)
    items, _, height, width = first.shape
    return first.new_zeros(items, weight.shape[PRODUCTS[function]], height, width)
