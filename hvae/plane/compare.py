"""A model for the whole plane against an independent one: at equal β on J°, at equal rates on D°.

Never on D at equal β, where one model may buy distortion with rate. Items and noise are the same
for both, so that values are paired. Where σ is learned, each model has a constant of its own: J and
D are then compared with it, by `ratio.of_perplexities`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from hvae.bounds import ratio
from hvae.bounds.ratio import NO_RATIO, Ratio
from hvae.latents.evaluate import Measured
from hvae.models.hierarchical import HierarchicalVAE
from hvae.models.likelihoods.gaussian import LearnedGaussian
from hvae.plane.amortized_model import Shared
from hvae.plane.anchors import Anchor, cost
from hvae.plane.survey import Floats


class Pair(NamedTuple):
    """What both models cost each test item, (items,), in nats.

    beta: where the shared model was taken; reached: whether that is where it should be.
    """

    beta: Sequence[float]
    amortized: Floats
    independent: Floats
    reached: bool


def objective(shared: Shared, anchor: Anchor) -> Pair:
    """J° of both at the β that the independent model was trained for."""
    beta = anchor.point.beta
    ours, theirs = _ours(shared, beta), _theirs(shared, anchor)
    return Pair(beta, cost(ours, beta), cost(theirs, beta), reached=True)


def distortion(shared: Shared, anchor: Anchor) -> Pair:
    """D° of both at the rates of the independent model: on validation items, by solving for β.

    By as much as rates then differ on test items, D° is corrected.
    """
    found = shared.solve(anchor.validation.rates.mean(0).tolist())
    beta = found.beta.tolist()
    ours, theirs = _ours(shared, beta), _theirs(shared, anchor)
    return Pair(beta, moved(ours, theirs.rates, beta), theirs.distortion, found.reached)


def moved(measured: Measured, rates: Floats, beta: Sequence[float]) -> Floats:
    """Each item's distortion if its rates were (items, L): D + Σ_l β_l (R_l − rates_l).

    To first order, of a model that is optimal at β, where ∂D/∂R_l = −β_l.
    """
    return measured.distortion + (measured.rates - rates) @ np.array(beta)


COMPARISONS: Mapping[str, Callable[[Shared, Anchor], Pair]] = {
    "objective": objective,
    "distortion": distortion,
}


def ratio_of(pair: Pair, anchor: Anchor, dimensions: int) -> Ratio:
    """Amortised to independent, for items of so many data dimensions; nan where there is none."""
    if not (pair.reached and np.isfinite(pair.amortized).all()):
        return NO_RATIO
    if _learned(anchor.model):
        return ratio.of_perplexities(pair.amortized, pair.independent, dimensions)
    return ratio.of_means(pair.amortized, pair.independent)


def _ours(shared: Shared, beta: Sequence[float]) -> Measured:
    model = shared.at(beta)
    return _ratio_scale(model, shared.bench.measure(model, "test"), shared.dimensions)


def _theirs(shared: Shared, anchor: Anchor) -> Measured:
    return _ratio_scale(anchor.model, anchor.test, shared.dimensions)


def _ratio_scale(model: HierarchicalVAE, measured: Measured, dimensions: int) -> Measured:
    """D° in the place of D, unless the constant is a part of what the model has learned."""
    constant = 0.0 if _learned(model) else model.likelihood.constant(dimensions)
    return measured._replace(distortion=measured.distortion - constant)


def _learned(model: HierarchicalVAE) -> bool:
    return isinstance(model.likelihood, LearnedGaussian)
