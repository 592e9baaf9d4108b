"""An amortized model against an independent one: at equal β on J°, at equal rates on D°.

Never on D at equal β, where one model may buy distortion with rate. Items and noise are the same
for both, so that values are paired. Where σ is learned, each model has a constant of its own: J and
D are then compared with it, by `of_perplexities`.

Models are compared by the ratio of their means. Its standard error comes from the delta method on
the items' paired values, so the difficulty of an item that both models share cancels. Each verdict
is taken alone, at 95 %. There is no Holm correction, since the question is how good a model is at
each place, not whether a theorem fails anywhere.
"""

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from scipy.special import ndtri

from hvae.config.grid import Point
from hvae.io import tables
from hvae.io.command import progress
from hvae.latents.measure import Measured
from hvae.models.hierarchical import HierarchicalVAE
from hvae.plane.amortized_model import AmortizedModel, HeldOut
from hvae.statistics import arguments
from hvae.statistics.arguments import Numbers
from hvae.statistics.estimate import Floats, error_of_mean
from hvae.training import checkpoint

Verdict = Literal["holds", "violated", "undecided"]

ONE_SIDED, TWO_SIDED = float(ndtri(0.95)), float(ndtri(0.975))


class Ratio(NamedTuple):
    """A ratio (dimensionless), its standard error, and the 95 % interval from both."""

    value: float
    std_error: float
    low: float
    high: float


def of_means(above: Numbers, below: Numbers) -> Ratio:
    """ρ = mean(a) / mean(b) of paired values, with se = sd(a − ρ b) / (mean(b) √n).

    Raises ValueError unless both have the same length of at least two, all values are finite, and
    mean(b) > 0.
    """
    a, b = _paired(above, below)
    scale = arguments.positive("the mean of the second values", float(b.mean()))
    value = float(a.mean()) / scale
    return _interval(value, error_of_mean(a - value * b) / scale)


def of_perplexities(above: Numbers, below: Numbers, dimensions: int) -> Ratio:
    """ρ = exp(mean(a − b) / n) for code lengths a and b in nats, of items with n dimensions.

    It compares densities whose constants differ, such as those with a learned σ. Their nats depend
    on the units of x, so a ratio means nothing, but the units cancel in the difference. At equal
    rates, with the best σ for each, it is the ratio of root mean squared errors.
    se = ρ sd(a − b) / (n √items). Raises the errors of `of_means`.
    """
    a, b = _paired(above, below)
    difference = (a - b) / arguments.whole("dimensions", dimensions, least=1)
    value = math.exp(difference.mean())
    return _interval(value, value * error_of_mean(difference))


def verdict(ratio: Ratio, tolerance: float) -> Verdict:
    """Is the ratio at most 1 + tolerance?

    It *holds* if the one-sided 95 % upper end is at most 1 + tolerance, is *violated* if the lower
    end is above it, and is *undecided* otherwise, also if there is no ratio.
    """
    limit, reach = 1 + tolerance, ONE_SIDED * ratio.std_error
    if ratio.value + reach <= limit:
        return "holds"
    return "violated" if ratio.value - reach > limit else "undecided"


NO_RATIO = Ratio(math.nan, math.nan, math.nan, math.nan)


def _paired(above: Numbers, below: Numbers) -> tuple[Floats, Floats]:
    a, b = np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)
    if a.ndim != 1 or a.shape != b.shape or len(a) < 2:
        raise ValueError(f"paired values must be two equal lists, got {a.shape} and {b.shape}")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise ValueError("paired values must be finite numbers")
    return a, b


def _interval(value: float, error: float) -> Ratio:
    return Ratio(value, error, value - TWO_SIDED * error, value + TWO_SIDED * error)


class Anchor(NamedTuple):
    """An independent model, and what it was measured to have on held-out items."""

    point: Point
    model: HierarchicalVAE
    validation: Measured
    test: Measured


def anchors(points: Iterable[Point], models: Path, held_out: HeldOut) -> list[Anchor]:
    """For each β, in the order given, the model with the least J_β on validation items.

    Models that diverged take no part: a β that has no other is left out.
    """
    restarts: dict[tuple[float, ...], list[Point]] = {}
    for point in points:
        restarts.setdefault(tuple(point.beta), []).append(point)
    steps = progress(restarts.values(), "measuring independent models")
    return list(itertools.chain.from_iterable(_best(group, models, held_out) for group in steps))


def _best(restarts: list[Point], models: Path, held_out: HeldOut) -> Iterator[Anchor]:
    found = []
    for point in restarts:
        if checkpoint.card(models, point.model).status in tables.MEASURED:
            model = checkpoint.load(models, point.model, point.beta)
            validation = held_out.measure(model, "validation")
            found.append((float(cost(validation, point.beta).mean()), point, model, validation))
    finite = [one for one in found if np.isfinite(one[0])]
    if finite:
        _, point, model, validation = min(finite, key=lambda one: one[0])
        yield Anchor(point, model, validation, held_out.measure(model, "test"))


def cost(measured: Measured, beta: Iterable[float]) -> Floats:
    """J_β = D + Σ_l β_l R_l of each item, in nats, with the likelihood's constant."""
    return measured.distortion + measured.rates @ np.array(list(beta))


class PairedCosts(NamedTuple):
    """What both models cost each test item, (items,), in nats.

    beta: where the amortized model was taken; reached: whether that is where it should be.
    """

    beta: Sequence[float]
    amortized: Floats
    independent: Floats
    reached: bool


def objective(amortized: AmortizedModel, anchor: Anchor) -> PairedCosts:
    """J° of both at the β that the independent model was trained for."""
    beta = anchor.point.beta
    ours, theirs = _ours(amortized, beta), _theirs(amortized, anchor)
    return PairedCosts(beta, cost(ours, beta), cost(theirs, beta), reached=True)


def polished(point: Point, models: Path, held_out: HeldOut, anchor: Anchor) -> PairedCosts:
    """J° of a model that went on from the amortized one, and of the independent one, at their β.

    nan for one that diverged.
    """
    card, model = checkpoint.opened(models, point.model)
    dimensions = math.prod(card.shape)
    theirs = cost(ratio_scale(anchor.model, anchor.test, dimensions), point.beta)
    if card.status not in tables.MEASURED:
        return PairedCosts(point.beta, np.full_like(theirs, math.nan), theirs, reached=True)
    ours = ratio_scale(model, held_out.measure(model, "test"), dimensions)
    return PairedCosts(point.beta, cost(ours, point.beta), theirs, reached=True)


def distortion(amortized: AmortizedModel, anchor: Anchor) -> PairedCosts:
    """D° of both at the rates of the independent model: on validation items, by solving for β.

    By as much as rates then differ on test items, D° is corrected.
    """
    found = amortized.solve(anchor.validation.rates.mean(0).tolist())
    beta = found.beta.tolist()
    ours, theirs = _ours(amortized, beta), _theirs(amortized, anchor)
    return PairedCosts(beta, moved(ours, theirs.rates, beta), theirs.distortion, found.reached)


def moved(measured: Measured, rates: Floats, beta: Sequence[float]) -> Floats:
    """Each item's distortion if its rates were (items, L): D + Σ_l β_l (R_l − rates_l).

    To first order, of a model that is optimal at β, where ∂D/∂R_l = −β_l.
    """
    return measured.distortion + (measured.rates - rates) @ np.array(beta)


COMPARISONS: Mapping[str, Callable[[AmortizedModel, Anchor], PairedCosts]] = {
    "objective": objective,
    "distortion": distortion,
}


def ratio_of(pair: PairedCosts, model: HierarchicalVAE, dimensions: int) -> Ratio:
    """Amortised to independent, for items of so many data dimensions; nan where there is none."""
    finite = np.isfinite(pair.amortized).all() and np.isfinite(pair.independent).all()
    if not (pair.reached and finite):
        return NO_RATIO
    if _learned(model):
        return of_perplexities(pair.amortized, pair.independent, dimensions)
    if pair.independent.mean() <= 0:  # of a density of the user's own without its constant
        return NO_RATIO
    return of_means(pair.amortized, pair.independent)


def _ours(amortized: AmortizedModel, beta: Sequence[float]) -> Measured:
    model = amortized.at(beta)
    return ratio_scale(model, amortized.held_out.measure(model, "test"), amortized.dimensions)


def _theirs(amortized: AmortizedModel, anchor: Anchor) -> Measured:
    return ratio_scale(anchor.model, anchor.test, amortized.dimensions)


def ratio_scale(model: HierarchicalVAE, measured: Measured, dimensions: int) -> Measured:
    """D° in the place of D, unless the constant is a part of what the model has learned."""
    constant = 0.0 if _learned(model) else model.likelihood.constant(dimensions)
    return measured._replace(distortion=measured.distortion - constant)


def _learned(model: HierarchicalVAE) -> bool:
    """Whether the likelihood is a density whose scale is learned, of ours or the user's own."""
    return model.likelihood.continuous and any(True for _ in model.likelihood.parameters())
