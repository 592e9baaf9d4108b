"""What one more nat of a layer's rate is worth in a trained model, found without training.

A model that was trained with weights β_l is at a minimum of D + Σ_l β_l R_l over its posteriors. So
whatever small change of a posterior one makes, dD + Σ_l β_l dR_l = 0. Two changes are made of each
layer k, by a factor e^h of its deviations from the prior: of its standard deviations, and of its
means. Each gives an equation; those of all layers are solved for β, by differences of ±h on the
same items and noise. At the minimum both give the same weights, which are the prices
λ_l = −∂D/∂R_l. Where they differ, the posteriors are at no minimum, of these items at least, and no
price is known. That they agree is necessary for a minimum, and not sufficient: a model that is far
from trained may agree by chance. A layer that is closed has no price.

Without training, neither a decoder nor a prior adapts to other rates: away from a minimum these
slopes say nothing of models that are trained to other rates.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, cast

import numpy as np
import torch
from torch import Tensor

from hvae.data.seeded import Stream
from hvae.models.distributions import Normal, draw, generator, kl
from hvae.models.hierarchical import HierarchicalVAE
from hvae.statistics.estimate import Floats

STEP = 0.02  # h: a fiftieth of a deviation; errors of a difference are of the order h²
GROUPS = 20  # of items, left out one after the other for the errors
CLOSED = 0.05  # nats: of a layer with less there is no price
ALIKE = 0.15  # by which the two prices may differ, relative to the larger, beside their errors
SHARP = 0.1  # of a price, which its standard error may be
NORMAL = 1.96

Change = Callable[[Normal, Normal, float], Normal]


def of_spread(q: Normal, p: Normal, h: float) -> Normal:
    """The posterior with standard deviations times e^h."""
    return q._replace(std=q.std * float(np.exp(h)))


def of_means(q: Normal, p: Normal, h: float) -> Normal:
    """The posterior with means that are e^h times as far from those of the prior."""
    return q._replace(mean=p.mean + (q.mean - p.mean) * float(np.exp(h)))


CHANGES: dict[str, Change] = {"spread": of_spread, "means": of_means}


class Price(NamedTuple):
    """λ_l by either change, with the standard error over items; nan where a layer is closed.

    known: whether both agree, within 15 % or 1.96 standard errors of their difference, and have
    standard errors of 10 % at most.
    """

    layer: int
    spread: float
    spread_se: float
    means: float
    means_se: float
    known: bool

    @property
    def value(self) -> float:
        """Their mean, where it is known; else nan."""
        return (self.spread + self.means) / 2 if self.known else float("nan")


@torch.no_grad()
def prices(model: HierarchicalVAE, x: Tensor, samples: int, seed: int) -> list[Price]:
    """The prices of all layers on items x (items, n), with `samples` draws of z for each."""
    noise = draw(model.latents, len(x), generator(Stream.EVALUATION, seed, 0, 0))
    is_open = _costs(model, x, noise, 0, of_spread, 0.0)[1].mean(0) >= CLOSED
    slopes = {name: _slopes(model, x, samples, seed, change) for name, change in CHANGES.items()}
    parts = np.array_split(np.arange(len(x)), min(GROUPS, len(x)))
    every = np.arange(len(x))
    left = [np.setdiff1d(every, part) for part in parts]
    found = {name: _solved(*one, is_open, every) for name, one in slopes.items()}
    jackknife = {
        name: np.array([_solved(*one, is_open, kept) for kept in left])
        for name, one in slopes.items()
    }
    errors = {name: _error(values) for name, values in jackknife.items()}
    apart = _error(jackknife["spread"] - jackknife["means"])
    return list(_told(found, errors, apart))


def _told(found: dict[str, Floats], errors: dict[str, Floats], apart: Floats) -> Iterator[Price]:
    for layer in range(len(apart)):
        one, other = (float(found[name][layer]) for name in CHANGES)
        near = max(ALIKE * max(abs(one), abs(other)), NORMAL * float(apart[layer]))
        largest = max(float(errors[name][layer]) for name in CHANGES)
        noisy = largest > SHARP * max(abs(one), abs(other))
        yield Price(
            layer + 1,
            *(one, float(errors["spread"][layer]), other, float(errors["means"][layer])),
            known=bool(abs(one - other) <= near and not noisy),
        )


def _error(values: Floats) -> Floats:
    """The jackknife's standard error from what is left without each group, (groups, L)."""
    groups = len(values)
    return np.sqrt((groups - 1) / groups * np.square(values - values.mean(0)).sum(0))


def _solved(distortion: Floats, rates: Floats, is_open: Any, kept: Any) -> Floats:
    """λ from dD (items, changes) and dR (items, changes, L) on the items `kept`; nan if closed."""
    d, r = distortion[kept].mean(0), rates[kept].mean(0)
    found = np.full(len(d), np.nan)
    if is_open.any():
        among = np.flatnonzero(is_open)
        found[among] = np.linalg.solve(r[np.ix_(among, among)], -d[among])
    return found


def _slopes(
    model: HierarchicalVAE, x: Tensor, samples: int, seed: int, change: Change
) -> tuple[Floats, Floats]:
    """dD (items, L) and dR (items, L, L) of an item, for a change of each layer's posterior.

    Noise is used with both signs, which leaves out what is linear in it.
    """
    layers = len(model.latents)
    distortion, rates = np.zeros((len(x), layers)), np.zeros((len(x), layers, layers))
    for sample, sign in itertools.product(range(samples), (1, -1)):
        drawn = draw(model.latents, len(x), generator(Stream.EVALUATION, seed, 0, sample))
        noise = [sign * one for one in drawn]
        for layer in range(layers):
            up, down = (_costs(model, x, noise, layer, change, h) for h in (STEP, -STEP))
            distortion[:, layer] += (up[0] - down[0]) / (4 * STEP * samples)
            rates[:, layer] += (up[1] - down[1]) / (4 * STEP * samples)
    return distortion, rates


def _costs(
    model: HierarchicalVAE,
    x: Tensor,
    noise: Sequence[Tensor],
    changed: int,
    change: Change,
    h: float,
) -> tuple[Floats, Floats]:
    """D (items,) and R_l (items, L) in nats, with the posterior of one layer changed."""
    features = model.bottom_up(x)
    z: list[Tensor] = []
    rates: list[Tensor] = []
    for layer in reversed(range(len(model.latents))):
        prior = model.prior_of(layer, z)
        posterior = model.posterior_of(layer, features[layer], z, prior)
        if layer == changed:
            posterior = change(cast(Normal, posterior), cast(Normal, prior), h)
        rates = [kl(posterior, prior), *rates]
        z = [posterior.sample(noise[layer]), *z]
    distortion = -model.likelihood.log_prob(x, model.decode(z))
    return distortion.double().numpy(), torch.stack(rates, -1).double().numpy()
