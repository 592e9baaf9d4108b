"""What sender and receiver share: a trained model, the widths of its posteriors, and noise.

Latents are sent as whole numbers, so that z must be on a grid that both know. How fine it must be,
the posterior says: the width w of a dimension is the geometric mean of σ_q/σ_p. It is taken over
items that the model draws, so that no data are needed for it, and no file has to hold it. They are
drawn in float64 from noise that is defined here, since files of years ago need the same widths.
"""

import copy
import hashlib
import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import ndtri
from torch import Tensor

from hvae.errors import InputError
from hvae.models.build import build
from hvae.models.distributions import Normal
from hvae.models.hierarchical import HierarchicalVAE, Terms
from hvae.models.hypernetwork import folded
from hvae.statistics.estimate import Floats
from hvae.training import checkpoint
from hvae.training.checkpoint import Card

OTHERWISE = (
    "does not decode to the pixels that were written: sums are rounded otherwise here, or its "
    "content was changed"
)
KEY = 4  # bytes, by which a file knows its model
DRAWS = 256  # items that the model draws
OCTAVES = 16  # below 1, where widths end
# 2^(−k/8), k = 0 … 7: widths are rounded to these and their halves, whatever the rounding before
PARTS = (
    *(1.0, 0.9170040432046712, 0.8408964152537145, 0.7711054127039704),
    *(0.7071067811865476, 0.6484197773255048, 0.5946035575013605, 0.5452538663326288),
)
STEP = np.uint64(0x9E3779B97F4A7C15)
MIXING = (
    (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)),
    (np.uint64(27), np.uint64(0x94D049BB133111EB)),
)
LAST = np.uint64(31)

Widths = NDArray[np.float64]
Keys = NDArray[np.uint64]


class Codec(NamedTuple):
    """model: in float64, so that another machine's rounding changes no pixel of 8 bits.

    shape: of an item. prices: β_l, nats of D for a nat of layer l. widths: w of each layer, (d_l,);
    1 in a categorical top layer. key: which model it is.
    """

    model: HierarchicalVAE
    shape: tuple[int, ...]
    prices: tuple[float, ...]
    widths: tuple[Widths, ...]
    key: bytes

    @property
    def levels(self) -> int | None:
        """How many values p(x | z) gives probabilities to; None where it is a density."""
        return self.model.likelihood.levels

    @property
    def dimensions(self) -> int:
        """n, the numbers of an item."""
        return math.prod(self.shape)


def stored(folder: Path, name: str, beta: Sequence[float] = ()) -> Codec:
    """That of a model in a folder of models; of one for a plane, at a β.

    InputError where the files do not fit together, or the model was not trained for that β.
    """
    card = checkpoint.card(folder, name)
    if card.box is None:
        model, prices = checkpoint.load(folder, name, beta).double(), card.beta
    else:
        model, prices = _folded(folder, card, beta), [float(one) for one in beta]
    known = [one for one in prices if isinstance(one, float)]
    return of(model, card.shape, known, key(card, beta))


def _folded(folder: Path, card: Card, beta: Sequence[float]) -> HierarchicalVAE:
    """As `checkpoint.load` has it, but folded in float64."""
    if not checkpoint.trained_for(card, beta):
        raise InputError(f"{card.name} in {folder} is for β {card.beta}, got {list(beta)}")
    plane = checkpoint.stored(folder, card.name).double()
    plain = build(card.model, card.shape, card.seed, card.levels).double()
    plain.load_state_dict(folded(plane, torch.tensor(beta, dtype=torch.float64)))
    return plain.eval().requires_grad_(False)


def key(card: Card, beta: Sequence[float] = ()) -> bytes:
    """Which model it is: by the checksum of its weights and, of one for a plane, by β."""
    at = "".join(f" {one:.6g}" for one in beta if card.box is not None)
    return hashlib.sha256(f"{card.sha256}{at}".encode()).digest()[:KEY]


def of(
    model: HierarchicalVAE, shape: Sequence[int], prices: Sequence[float], known: bytes
) -> Codec:
    """That of any model, of which it takes a copy; files are `known` by so many bytes."""
    exact = copy.deepcopy(model).double().requires_grad_(False)
    return Codec(exact, tuple(shape), tuple(prices), tuple(_widths(exact)), known)


@torch.no_grad()
def _widths(model: HierarchicalVAE) -> list[Widths]:
    """w of each layer, from items drawn from the prior and encoded again."""
    drawn, noise = (_normal(model.latents, number) for number in range(2))
    terms = model(model.likelihood.mean(model.generate(drawn)), noise)
    return [_of_layer(model, terms, layer) for layer in range(len(model.latents))]


def _of_layer(model: HierarchicalVAE, terms: Terms, layer: int) -> Widths:
    posterior, prior = terms.posteriors[layer], model.prior_of(layer, terms.z[layer + 1 :])
    if not isinstance(posterior, Normal):
        return np.ones(model.latents[layer])
    return _rounded((posterior.std / prior.std).log2().mean(0))


def _rounded(logs: Tensor) -> Widths:
    """2 to these powers, rounded, and 1 at most."""
    count = len(PARTS)
    places = (-logs * count).round().clamp(0, OCTAVES * count).long().numpy()
    return np.ldexp(np.array(PARTS)[places % count], -(places // count))


def _normal(latents: Sequence[int], number: int) -> list[Tensor]:
    """ε ~ N(0, I) for each layer, (DRAWS, d_l), which a categorical layer takes as well."""
    first = number * len(latents)
    return [
        torch.from_numpy(ndtri(uniform(_keys(first + layer), width)))
        for layer, width in enumerate(latents)
    ]


def _keys(number: int) -> Keys:
    return mixed(np.arange(number * DRAWS, (number + 1) * DRAWS, dtype=np.uint64))


def uniform(keys: Keys, count: int) -> Floats:
    """So many numbers in (0, 1) for each key, (keys, count): the same ones on all machines."""
    places = np.arange(1, count + 1, dtype=np.uint64) * STEP
    inside = (mixed(keys[:, None] + places) >> np.uint64(11)).astype(np.float64) + 0.5
    return inside * 2.0**-53


def mixed(keys: Keys) -> Keys:
    """SplitMix64 (Steele, Lea & Flood, 2014): noise that both sides make from a number."""
    keys = keys + STEP
    for shift, factor in MIXING:
        keys = (keys ^ (keys >> shift)) * factor
    return keys ^ (keys >> LAST)
