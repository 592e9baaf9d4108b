"""x under p(x | z), as decisions between two: what a coder is given for pixels of few levels.

A Bernoulli variable is one decision. The level of a mixture of logistics is found by halving: is it
in the upper half of those that are left? So 256 levels need eight values of the distribution
function. The channels of a pixel come one after the other, each given those before it.
"""

from collections.abc import Callable, Generator
from typing import cast

import numpy as np
import torch
from constriction import stream
from torch import Tensor

from hvae.coding.grids import CHANCES, Coder
from hvae.errors import InputError
from hvae.models.likelihoods.base import Bernoulli, Likelihood
from hvae.models.likelihoods.mixture_of_logistics import (
    Components,
    MixtureOfLogistics,
    log_probability,
)

# Gives the probability of a one for some pixels of each item, (items, pixels), and wants the ones;
# ends with the numbers of levels, (items, n).
Decisions = Generator[Tensor, Tensor, Tensor]


def _bernoulli(_likelihood: Likelihood, decoded: Tensor) -> Decisions:
    return (yield decoded.sigmoid())


def _logistics(likelihood: Likelihood, decoded: Tensor) -> Decisions:
    known = cast(MixtureOfLogistics, likelihood)
    mixture = known.mixture(decoded)
    weights, levels = mixture.log_weights, known.levels
    numbers: list[Tensor] = []
    values: list[Tensor] = []
    for channel in range(known.channels):
        found = yield from _level(mixture, weights.softmax(-1), channel, values, levels)
        numbers.append(found)
        value = (2 * found / (levels - 1) - 1)[..., None]
        weights = weights + log_probability(value, *mixture.given(channel, values), levels)
        values.append(value)
    return torch.stack(numbers, -1).flatten(-2)


def _level(
    mixture: Components, weights: Tensor, channel: int, before: list[Tensor], levels: int
) -> Decisions:
    """The numbers of one channel's levels, (items, pixels), by halving."""
    mean, log_scale = mixture.given(channel, before)

    def below(number: Tensor) -> Tensor:
        """P(number of the level < number)."""
        threshold = ((2 * number - 1) / (levels - 1) - 1)[..., None]
        inside = (weights * ((threshold - mean) * (-log_scale).exp()).sigmoid()).sum(-1)
        return torch.where(number >= levels, 1.0, inside)

    low = torch.zeros_like(mean[..., 0])
    under, over = torch.zeros_like(low), torch.ones_like(low)  # P(level < low), P(level < high)
    for power in reversed(range((levels - 1).bit_length())):
        middle = low + 2**power
        between = below(middle).clamp(min=0).minimum(over).maximum(under)
        upper = ((over - between) / (over - under)).nan_to_num(0.5)
        ones = yield torch.where(middle >= levels, 0.0, upper)
        low = low + ones * 2**power
        under, over = torch.where(ones > 0, between, under), torch.where(ones > 0, over, between)
    return low


FAMILIES: dict[type[Likelihood], Callable[[Likelihood, Tensor], Decisions]] = {
    Bernoulli: _bernoulli,
    MixtureOfLogistics: _logistics,
}


def refuse_density(likelihood: Likelihood) -> None:
    """InputError for a likelihood that gives no probabilities."""
    if type(likelihood) not in FAMILIES:
        raise InputError(
            "there is no lossless file under a Gaussian likelihood, which gives a density and no "
            "probabilities: the model must have a Bernoulli likelihood or a mixture of logistics"
        )


def push(coder: Coder, likelihood: Likelihood, decoded: Tensor, numbers: Tensor) -> None:
    """Give the coder the numbers of levels (items, n), for what the decoder gives of them."""
    steps: list[tuple[Tensor, Tensor]] = []
    decisions = FAMILIES[type(likelihood)](likelihood, decoded)
    planes = _planes(likelihood, numbers)
    chance = next(decisions)
    for ones in planes:
        steps.append((chance, ones))
        try:
            chance = decisions.send(ones)
        except StopIteration:
            break
    for given, ones in reversed(steps):
        coder.encode_reverse(ones.int().numpy().ravel(), BIT, _rounded(given))


def _planes(likelihood: Likelihood, numbers: Tensor) -> list[Tensor]:
    """The decisions that lead to these numbers."""
    bits = (cast(int, likelihood.levels) - 1).bit_length()
    whole = numbers.long().unflatten(-1, (-1, likelihood.channels))
    return [
        ((channel >> power) & 1).to(torch.float64)
        for channel in whole.unbind(-1)
        for power in reversed(range(bits))
    ]


def pop(coder: Coder, likelihood: Likelihood, decoded: Tensor) -> Tensor:
    """The numbers of levels (items, n) that the coder holds."""
    decisions = FAMILIES[type(likelihood)](likelihood, decoded)
    chance = next(decisions)
    while True:
        ones = torch.from_numpy(coder.decode(BIT, _rounded(chance))).view(chance.shape).to(chance)
        try:
            chance = decisions.send(ones)
        except StopIteration as ended:
            return cast(Tensor, ended.value)


BIT = stream.model.Bernoulli(perfect=False)


def _rounded(chance: Tensor) -> np.ndarray:
    """To parts of 1, none of them 0 or 1 but where there is no choice."""
    parts = (chance * CHANCES).round().clamp(1, CHANCES - 1)
    return torch.where(chance == 0, 0.0, parts / CHANCES).numpy().ravel()
