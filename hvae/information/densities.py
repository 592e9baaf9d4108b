"""log q(z_{≥l} | x_j) of every sample z_i and every item x_j under a trained model, in nats.

This is what `pairwise` takes, for every suffix of layers at once.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from hvae.models.chunks import ITEMS
from hvae.models.distributions import Latent, with_tensors
from hvae.models.hierarchical import HierarchicalVAE
from hvae.statistics.estimate import Floats

ROWS = 2**18  # log-densities of one layer that are given at once: 2 MB, and some copies of it
NUMBERS = 2**23  # numbers that the networks hold at once: 32 MB, and some more within a layer
COPIES = 8  # of an item's features and latents that a pair needs on its way through a network


class _Known(NamedTuple):
    """What pairs have in common: of item j the features and q(z_L|x_j), of sample i the rest."""

    z: Sequence[Tensor]
    features: list[Tensor]
    top: Latent
    priors: list[Latent]  # p(z_l | z_{>l,i}) of the layers below the top


@torch.inference_mode()
def suffix_rows(model: HierarchicalVAE, x: Tensor, z: Sequence[Tensor]) -> Iterator[Floats]:
    """Rows of l_ij = log q(z_{≥l,i} | x_j) = Σ_{k≥l} log q(z_{k,i} | z_{>k,i}, x_j), for every l.

    x: the items, (K, n); z: a sample of z_1 … z_L for each, (K, d_l). Yields (L, rows, K), from
    l = 1 to L, with consecutive rows i, K in all. What is held at a time, beside the arguments and
    the features of x, stays below about 200 MB whatever K and the widths.
    """
    known = _known(model, x, z)
    rows, items = max(1, ROWS // len(x)), torch.arange(len(x))
    for samples in items.split(rows):
        i, j = (side.reshape(-1) for side in torch.meshgrid(samples, items, indexing="ij"))
        blocks = zip(i.split(_pairs(known)), j.split(_pairs(known)), strict=True)
        terms = torch.cat([_terms(model, known, *block) for block in blocks], dim=1)
        yield terms.flip(0).cumsum(0).flip(0).reshape(len(z), len(samples), len(x)).numpy()


def _known(model: HierarchicalVAE, x: Tensor, z: Sequence[Tensor]) -> _Known:
    read = zip(*(model.bottom_up(part) for part in x.split(ITEMS)), strict=True)
    features = [torch.cat(parts) for parts in read]
    top = len(z) - 1
    priors = [model.prior_of(layer, z[layer + 1 :]) for layer in range(top)]
    highest = model.posterior_of(top, features[top], [], model.prior_of(top, []))
    return _Known(z, features, highest, priors)


def _pairs(known: _Known) -> int:
    """How many pairs are evaluated at once."""
    widths = [part.shape[-1] for part in (*known.features, *known.z)]
    return max(1, NUMBERS // (COPIES * sum(widths)))


def _terms(model: HierarchicalVAE, known: _Known, i: Tensor, j: Tensor) -> Tensor:
    """log q(z_{l,i} | z_{>l,i}, x_j) of each layer, for the pairs (i, j): (L, pairs), float64."""
    z = [part[i] for part in known.z]
    terms = [_log_prob(_at(known.top, j), z[-1])]
    for layer in reversed(range(len(z) - 1)):
        features, prior = known.features[layer][j], _at(known.priors[layer], i)
        posterior = model.posterior_of(layer, features, z[layer + 1 :], prior)
        terms.insert(0, _log_prob(posterior, z[layer]))
    return torch.stack(terms)


def _at(density: Latent, index: Tensor) -> Latent:
    return with_tensors(lambda part: part[index], density)


def _log_prob(density: Latent, z: Tensor) -> Tensor:
    """In float64, since an information of 1e-6 nats is the difference of sums of 100 nats."""
    return with_tensors(Tensor.double, density).log_prob(z.double())
