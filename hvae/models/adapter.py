"""A trained model of anybody's, seen as a `HierarchicalVAE`: nothing is trained or copied.

Whatever a VAE is written in, an `Adapter` says in a dozen lines of torch what its posteriors,
priors and decoder are. Then everything that reads our own models reads it as well.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from hvae.config import plugins
from hvae.errors import InputError
from hvae.models.backbones.backbone import Backbone
from hvae.models.distributions import Latent, Normal
from hvae.models.hierarchical import HierarchicalVAE, Inference
from hvae.models.likelihoods.base import Likelihood

TRIED = 7  # items: a number that no other axis is likely to have


class Adapter(Protocol):
    """p(z_L) ∏ p(z_l | z_{>l}) p(x | z) with the posterior q(z_L | x) ∏ q(z_l | z_{>l}, x).

    All tensors are float32. x is (items, n): items as vectors, in the units of the prepared data,
    images in [0, 1] with their channels last. z_l is (items, d_l), and `above` is z_{l+1}, …, z_L,
    empty for the top layer, so that l = L − len(above). Means and standard deviations are of
    Gaussians with independent entries.

    latents: the widths d_1, …, d_L; a plain VAE has one.

    Optional: `likelihood`, one of `hvae.Likelihood`. Then `decode` gives what it takes, `log_prob`
    is not needed, and of a discrete one there are lossless codes. Optional, too: `prices`, the
    weights β_1, …, β_L of the rates that the model was trained with.
    """

    latents: Sequence[int]

    def posterior(self, x: Tensor, above: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation of q(z_l | z_{>l}, x), each (items, d_l)."""

    def prior(self, above: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation of p(z_l | z_{>l}), (items, d_l), or (d_L,) of the top."""

    def decode(self, z: Sequence[Tensor]) -> Tensor:
        """x̂ = E[x | z_1, …, z_L], (items, n)."""

    def log_prob(self, x: Tensor, z: Sequence[Tensor]) -> Tensor:
        """log p(x | z) in nats, summed over the data dimensions: (items,)."""


class AdaptedVAE(HierarchicalVAE):
    """An adapter with the interface of our own models.

    Without a likelihood of ours, `decoded` is z itself, side by side, from which both x̂ and
    log p(x | z) come. The networks of an adapter are parts of it, so that it has their weights.
    """

    def __init__(self, adapter: Adapter) -> None:
        widths = tuple(int(width) for width in adapter.latents)
        given: Likelihood | None = getattr(adapter, "likelihood", None)
        layers = range(len(widths))
        networks = Backbone(
            bottom_up=Copies(len(widths)),
            posterior=nn.ModuleList(Part(_posterior) for _ in layers),
            prior=nn.ModuleList(Part(_prior) for _ in layers[:-1]),
            decoder=Part(_decoded if given is not None else _beside),
            latents=widths,
            convolutional=False,
        )
        super().__init__(
            networks,
            Inference(conditional=True, posterior=lambda reading, prior: reading),
            skip=True,
            likelihood=given if given is not None else SuppliedLikelihood(widths),
        )
        self.kind = nn.Parameter(torch.zeros(1), requires_grad=False)  # the type and device
        self.adapter: Holder = Holder(adapter)
        for part in self.modules():
            if isinstance(part, Part | SuppliedLikelihood):
                part.holder = [self.adapter]  # a list, since it is a part of the model already

    def prior_of(self, layer: int, above: Sequence[Tensor]) -> Latent:
        """p(z_l | z_{>l}); of the top layer, too, it is the adapter's."""
        if above:
            return super().prior_of(layer, above)
        return _cast(_prior(self.adapter.given), self.kind.dtype)


class Holder(nn.Module):
    """An adapter with its networks as submodules, whether or not it is one itself."""

    def __init__(self, given: Adapter) -> None:
        super().__init__()
        parts = (
            {"itself": given} if isinstance(given, nn.Module) else getattr(given, "__dict__", {})
        )
        for name, part in parts.items():
            if isinstance(part, nn.Module):
                self.add_module(f"part_{name}", part)
        self._given = (given,)  # a tuple, since its networks are parts already

    @property
    def dtype(self) -> torch.dtype:
        """Of its networks, which coding has in double precision; else that of an adapter."""
        return next((weight.dtype for weight in self.parameters()), torch.float32)

    @property
    def given(self) -> Adapter:
        """The adapter."""
        return self._given[0]


class Part(nn.Module):
    """One of the adapter's functions as a network."""

    holder: list[Holder]

    def __init__(self, work: Any) -> None:
        super().__init__()
        self.work = work

    def forward(self, *inputs: Tensor) -> Any:
        holder = self.holder[0]
        found = self.work(holder.given, *(one.to(holder.dtype) for one in inputs))
        return _cast(found, inputs[0].dtype)


class Copies(nn.Module):
    """x itself as the features of every layer."""

    def __init__(self, layers: int) -> None:
        super().__init__()
        self.layers = layers

    def forward(self, x: Tensor) -> list[Tensor]:
        return [x] * self.layers


class SuppliedLikelihood(Likelihood):
    """log p(x | z) and E[x | z] as the adapter has them, from z side by side, (..., Σ d_l)."""

    holder: list[Holder]

    def __init__(self, widths: Sequence[int]) -> None:
        super().__init__()
        self.widths = list(widths)

    def log_prob(self, x: Tensor, decoded: Tensor) -> Tensor:
        holder = self.holder[0]
        z = decoded.to(holder.dtype).split(self.widths, -1)
        return holder.given.log_prob(x.to(holder.dtype), z).to(decoded)

    def mean(self, decoded: Tensor) -> Tensor:
        holder = self.holder[0]
        return holder.given.decode(decoded.to(holder.dtype).split(self.widths, -1)).to(decoded)


def _cast(found: Any, dtype: torch.dtype) -> Any:
    """A tensor or a Gaussian in another precision."""
    return found.to(dtype) if isinstance(found, Tensor) else Normal(*(p.to(dtype) for p in found))


def _posterior(adapter: Adapter, x: Tensor, *above: Tensor) -> Normal:
    return Normal(*adapter.posterior(x, list(above)))


def _prior(adapter: Adapter, *above: Tensor) -> Normal:
    return Normal(*adapter.prior(list(above)))


def _decoded(adapter: Adapter, *z: Tensor) -> Tensor:
    return adapter.decode(list(z))


def _beside(adapter: Adapter, *z: Tensor) -> Tensor:
    return torch.cat(z, -1)


def load(reference: str) -> AdaptedVAE:
    """The model that `module:name` names: an adapter, or a function or class that gives one.

    InputError, with file and line, for anything else.
    """
    plugin = plugins.load(reference)
    found = plugin.found
    if isinstance(found, type) or not hasattr(found, "posterior"):
        if not callable(found):
            raise InputError(f"{plugin} must be an adapter, or give one, got {found!r}")
        found = plugin.call(found)
    lacks = [
        name for name in ("latents", "posterior", "prior", "decode") if not hasattr(found, name)
    ]
    if getattr(found, "likelihood", None) is None and not hasattr(found, "log_prob"):
        lacks.append("log_prob")
    if lacks:
        raise InputError(f"{plugin} must have {', '.join(lacks)}, as hvae.Adapter says")
    return AdaptedVAE(found).eval().requires_grad_(False)


@torch.no_grad()
def check(model: AdaptedVAE, reference: str, x: Tensor) -> None:
    """InputError, with file and line, unless all that the adapter gives fits items x (items, n)."""
    plugin, x = plugins.load(reference), x[:1].expand(TRIED, -1)

    def shaped(what: str, found: object, shape: Sequence[int], also: Sequence[int] = ()) -> None:
        given = tuple(found.shape) if isinstance(found, Tensor) else None
        if given not in (tuple(shape), tuple(also)):
            wanted = "×".join(map(str, ("items", *shape[1:])))
            raise InputError(f"{plugin}: its {what} must give {wanted}, got {given or found!r}")

    def pair(what: str, width: int, above: Sequence[Tensor], work: Any) -> Tensor:
        found = plugin.call(work)
        if not isinstance(found, tuple | list) or len(found) != 2:
            raise InputError(f"{plugin}: its {what} must give a mean and a standard deviation")
        for part in found:
            shaped(what, part, (TRIED, width), () if above or what != "prior" else (width,))
        if not (found[1] > 0).all():
            raise InputError(f"{plugin}: its {what} must give standard deviations above 0")
        mean: Tensor = found[0]
        return mean

    given, above = model.adapter.given, list[Tensor]()
    for width in reversed(model.latents):
        pair("prior", width, above, partial(given.prior, above))
        above = [pair("posterior", width, above, partial(given.posterior, x, above)), *above]
    decoded = plugin.call(partial(model.decode, above))
    shaped("decode", plugin.call(partial(model.likelihood.mean, decoded)), tuple(x.shape))
    shaped("log_prob", plugin.call(partial(model.likelihood.log_prob, x, decoded)), (TRIED,))
