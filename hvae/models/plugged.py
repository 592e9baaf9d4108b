"""Backbones and likelihoods of the user's own, checked for what a model needs of them.

Each is called once it is known to be of the right kind, and its networks are then tried on a few
items, before anything is trained: types, shapes, and what models at many β and many models at once
cannot have. Whatever is wrong is an InputError of one sentence with the plug-in's file and line.
"""

import inspect
import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.dropout import _DropoutNd

from hvae.config import plugins
from hvae.config.model import Model, PluginLikelihoodOptions
from hvae.config.plugins import Plugin, is_reference
from hvae.errors import InputError
from hvae.models.backbones.backbone import Backbone, BackbonePlan
from hvae.models.distributions import Categorical, Normal
from hvae.models.hierarchical import HierarchicalVAE
from hvae.models.hypernetwork import affine_layers, at, hypernetwork_of, is_conditioned
from hvae.models.likelihoods.base import Likelihood

TRIED = 7  # items: a number that no other axis is likely to have
KEY, FAMILY = "model.backbone", "model.likelihood"


def backbone(reference: str, plan: BackbonePlan) -> Backbone:
    """The networks that a function of the user's own makes of the plan."""
    plugin = plugins.load(reference)
    if not callable(plugin.found):
        raise InputError(
            f"{KEY}: {plugin} must be a function from an hvae.BackbonePlan to an hvae.Backbone, "
            f"got a {type(plugin.found).__name__}"
        )
    found = _called(KEY, plugin, lambda: plugin.found(plan))
    if not isinstance(found, Backbone):
        raise InputError(
            f"{KEY}: {plugin} must give an hvae.Backbone, got a {type(found).__name__}"
        )
    layers = len(plan.latents)
    heads = (found.bottom_up, found.decoder, found.posterior, found.prior)
    if not all(isinstance(part, nn.Module) for part in heads):
        raise InputError(f"{KEY}: {plugin} must give networks that are torch.nn.Modules")
    counts = (("posterior", found.posterior, layers), ("prior", found.prior, layers - 1))
    for name, part, wanted in counts:
        if not isinstance(part, nn.ModuleList) or len(part) != wanted:
            raise InputError(
                f"{KEY}: {plugin} must give a ModuleList of {wanted} as {name}, for {layers} layers"
            )
    if list(found.latents) != list(plan.latents):
        raise InputError(
            f"{KEY}: {plugin} must give latents of the widths {list(plan.latents)}, as "
            f"model.latents says, got {list(found.latents)}"
        )
    named = dict(zip(("bottom_up", "decoder", "posterior", "prior"), heads, strict=True))
    _allowed(nn.ModuleDict(named), plugin)
    return found


def likelihood(options: PluginLikelihoodOptions, channels: int, levels: int) -> Likelihood:
    """An object of the user's class, with σ, channels and levels where it takes them."""
    plugin = plugins.load(options.family)
    found: Any = plugin.found
    if not (isinstance(found, type) and issubclass(found, Likelihood)):
        raise InputError(f"{FAMILY}: {plugin} must be a class of hvae.Likelihood, got {found!r}")
    takes = inspect.signature(found).parameters
    known = {"sigma": options.sigma, "channels": channels, "levels": levels}
    given = {name: value for name, value in known.items() if name in takes and value is not None}
    made: Likelihood = _called(FAMILY, plugin, lambda: found(**(given | options.options)))
    return made


def is_own(model: Model) -> bool:
    """Whether a part of the model is the user's own."""
    return is_reference(model.backbone) or is_reference(model.likelihood.family)


@torch.no_grad()
def check(network: HierarchicalVAE, model: Model, shape: Sequence[int]) -> None:
    """InputError unless the user's own parts of a model do what the others need; else nothing."""
    if not is_own(model) or next(network.parameters()).is_meta:
        return
    x = torch.zeros(TRIED, math.prod(shape))
    if is_reference(model.backbone):
        decoded = _backbone_gives(network, plugins.load(model.backbone), x)
    else:
        decoded = network.decode([x.new_zeros(TRIED, width) for width in network.latents])
    if is_reference(model.likelihood.family):
        _likelihood_gives(network.likelihood, plugins.load(model.likelihood.family), x, decoded)


def _backbone_gives(network: HierarchicalVAE, plugin: Plugin, x: Tensor) -> Tensor:
    """The decoder's output, if it and all before it are what they must be."""
    if is_conditioned(network):
        middle = hypernetwork_of(network).box.log().mean(-1).exp()
        at(network, middle.expand(len(x), -1))
    features = _called(KEY, plugin, lambda: network.bottom_up(x))
    layers = len(network.latents)
    if not isinstance(features, list | tuple) or len(features) != layers:
        raise _wrong(plugin, "its bottom_up", f"a list of {layers} features", features)
    z: list[Tensor] = []
    for layer in reversed(range(layers)):
        width = network.latents[layer]
        above = list(z)
        prior = _called(KEY, plugin, partial(network.prior_of, layer, above))
        if above:
            _is_latent(plugin, f"its prior[{layer}]", prior, width)
        reading = partial(network.posterior_of, layer, features[layer], above, prior)
        posterior = _called(KEY, plugin, reading)
        _is_latent(plugin, f"its posterior[{layer}]", posterior, width)
        z = [posterior.sample(x.new_zeros(len(x), width)), *above]
    decoded: Tensor = _called(KEY, plugin, lambda: network.decode(z))
    _has_shape(KEY, plugin, "its decoder", decoded, (len(x), network.likelihood.width(x.shape[1])))
    return decoded


def _allowed(networks: nn.ModuleDict, plugin: Plugin) -> None:
    """No layer that mixes items or draws noise of its own, and a bias for all that β changes.

    No groups of channels, since what β adds to a matrix mixes them all. No frozen weights, since
    those of many models are one matrix that is trained.
    """
    for name, layer in networks.named_modules():
        if isinstance(layer, _BatchNorm | _DropoutNd):
            raise InputError(
                f"{KEY}: {plugin} must have no {type(layer).__name__} ({name}), since the terms of "
                "an item depend on it and on given noise alone"
            )
    layers = [(name, layer) for name, layer, _ in affine_layers(networks)]
    if not any(name.startswith(("bottom_up", "posterior")) for name, _ in layers):
        raise InputError(
            f"{KEY}: {plugin} must have layers of torch.nn.Linear, Conv2d or ConvTranspose2d, "
            "which are those that change with β"
        )
    for name, layer in layers:
        if layer.bias is None:
            raise InputError(f"{KEY}: {plugin} must have a bias in {name}, which changes with β")
        if getattr(layer, "groups", 1) != 1:
            raise InputError(
                f"{KEY}: {plugin} must have no groups of channels in {name}: what changes with β "
                "mixes all of them"
            )
    for name, weight in networks.named_parameters():
        if not weight.requires_grad:
            raise InputError(f"{KEY}: {plugin} must have no frozen weights ({name}): all train")


def _likelihood_gives(likelihood: Likelihood, plugin: Plugin, x: Tensor, decoded: Tensor) -> None:
    log_prob = _called(FAMILY, plugin, lambda: likelihood.log_prob(x, decoded))
    _has_shape(FAMILY, plugin, "its log_prob", log_prob, (len(x),))
    mean = _called(FAMILY, plugin, lambda: likelihood.mean(decoded))
    _has_shape(FAMILY, plugin, "its mean", mean, tuple(x.shape))
    constant = _called(FAMILY, plugin, lambda: likelihood.constant(x.shape[1]))
    if not isinstance(constant, int | float):
        raise InputError(f"{FAMILY}: {plugin}: its constant must give a number, got {constant!r}")


def _is_latent(plugin: Plugin, what: str, found: object, width: int) -> None:
    if not isinstance(found, Normal | Categorical):
        raise _wrong(plugin, what, "a Normal of means and standard deviations", found)
    _has_shape(KEY, plugin, f"the mean of {what}", found.mean, (TRIED, width))
    _has_shape(KEY, plugin, f"the std of {what}", found.std, (TRIED, width))


def _has_shape(key: str, plugin: Plugin, what: str, found: object, shape: Sequence[int]) -> None:
    wanted = "×".join(map(str, ("items", *shape[1:])))
    if not isinstance(found, Tensor):
        raise InputError(f"{key}: {plugin}: {what} must give a tensor of {wanted}, got {found!r}")
    if tuple(found.shape) != tuple(shape):
        sizes = "×".join(str(size) for size in found.shape) or "one number"
        raise InputError(
            f"{key}: {plugin}: {what} must give {wanted}, got {sizes} for {TRIED} items"
        )


def _wrong(plugin: Plugin, what: str, wanted: str, found: object) -> InputError:
    return InputError(f"{KEY}: {plugin}: {what} must give {wanted}, got a {type(found).__name__}")


def _called(key: str, plugin: Plugin, work: Any) -> Any:
    """The same as the plug-in's `call`, with the key of the parameter in front."""
    try:
        return plugin.call(work)
    except InputError as error:
        told = str(error)
        raise InputError(told if told.startswith(key) else f"{key}: {told}") from error
