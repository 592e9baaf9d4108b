"""A classifier of the data themselves, and the scores that it gives to draws.

It tells the class that a decoded latent shows. It is trained on train items and never sees a test
item. On disk its weights are safetensors, with a card (JSON) beside them.

**Inception Score**: how many classes draws show, and how surely (Salimans et al., NeurIPS 2016).
With p(y|x) of a classifier of the data's own M classes and ȳ the mean of p(y|x) over draws,

    log IS = I(y; x̂) = H(ȳ) − E H(y|x):  IS = diversity exp H(ȳ) · sharpness exp(−E H(y|x)),

so that 1 ≤ IS ≤ M. H(ȳ) is a plug-in value, biased downwards by at most about (M − 1)/2n.

**Fréchet distance** of Gaussians fitted to features of two samples (Heusel et al., NeurIPS 2017):

    d² = ‖μ_1 − μ_2‖² + tr(C_1 + C_2 − 2 (C_1 C_2)^½)

This is the squared 2-Wasserstein distance of N(μ_1, C_1) and N(μ_2, C_2), in squared units of the
features. Of finite samples it is biased upwards, by about c/n with a c of the two laws (Chong &
Forsyth, CVPR 2020): compare values of equal n alone.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import numpy as np
import torch
from pydantic import Field, PositiveInt
from scipy.special import entr
from torch import Tensor, nn

from hvae.config.base import Section, parse
from hvae.data.summary import SPREAD
from hvae.errors import InputError, one_line
from hvae.io import provenance
from hvae.models import weights
from hvae.statistics.estimate import Floats, Integers, Row
from hvae.statistics.intervals import exponential, jackknife, spread, without_each
from hvae.statistics.sampled import Sampled, numbered, of_two_samples, pseudo_values


class ClassifierCard(Section):
    """Everything but the weights; `accuracy` is that on test items."""

    format: Literal[2, 3] = 3
    method: Literal["mlp"]
    shape: list[PositiveInt]
    classes: Annotated[list[str], Field(min_length=1)]
    width: PositiveInt
    epoch: PositiveInt
    accuracy: Annotated[float, Field(ge=0, le=1)]
    sha256: str = ""
    fingerprint: str = ""


class ClassifierNetwork(nn.Module):
    """Logits of the classes: two hidden layers on items centred and scaled as a whole.

    There is one scale for all dimensions, so that a pixel that hardly varies in the data does not
    count for more in decoded pictures.
    """

    centre: Tensor
    scale: Tensor

    def __init__(self, inputs: int, width: int, classes: int) -> None:
        super().__init__()
        self.register_buffer("centre", torch.zeros(inputs))
        self.register_buffer("scale", torch.ones(()))
        self.net = nn.Sequential(
            nn.Linear(inputs, width),
            nn.SiLU(),
            nn.Linear(width, width),
            nn.SiLU(),
            nn.Linear(width, classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Logits (items, M) of x (items, n)."""
        logits: Tensor = self.net[-1](self.features(x))
        return logits

    def features(self, x: Tensor) -> Tensor:
        """The last hidden layer, (items, width), of x (items, n)."""
        hidden: Tensor = self.net[:-1]((x - self.centre) / self.scale)
        return hidden

    def fit_scale(self, x: Tensor) -> None:
        """Centre and scale as those of x (items, n)."""
        self.centre.copy_(x.mean(0))
        self.scale.copy_((x - self.centre).square().mean().sqrt().clamp(min=1e-6))


class DataClassifier(NamedTuple):
    """The classifier of the data with its card."""

    card: ClassifierCard
    network: ClassifierNetwork


def build(card_shape: Sequence[int], width: int, classes: int, seed: int) -> ClassifierNetwork:
    """A classifier with weights drawn from `seed`, without touching global randomness."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return ClassifierNetwork(math.prod(card_shape), width, classes)


def save(folder: Path, card: ClassifierCard, network: ClassifierNetwork) -> None:
    """Write `classifier.safetensors` and `classifier.json`, each whole or not at all."""
    path = folder / "classifier.safetensors"
    known = card.model_copy(update={"sha256": weights.save(path, network.state_dict())})
    provenance.store(known.model_dump(mode="json"), path.with_suffix(".json"))


def load(folder: Path) -> DataClassifier:
    """The card, and the classifier; InputError where they are absent or do not fit together."""
    path = folder / "classifier.safetensors"
    try:
        card = parse(ClassifierCard, path.with_suffix(".json").read_text())
    except (OSError, ValueError) as error:
        what = f"{path.with_suffix('.json')} is not a classifier's card: {one_line(error)}"
        raise InputError(what) from None
    state = weights.read(path, card.sha256)
    network = weights.filled(
        lambda: build(card.shape, card.width, len(card.classes), seed=0), state, path
    )
    return DataClassifier(card, network.eval().requires_grad_(False))


METRICS = ("inception_score", "diversity", "sharpness")  # of `inception`


def metrics(
    classifier: DataClassifier, drawn: Tensor, held_out: Tensor, parts: int
) -> Iterator[tuple[Row, Sampled, Integers]]:
    """Inception Score and its factors of `drawn`, (items, n), and Fréchet distance to `held_out`.

    Each comes with its names, but for the point, and the index of each score: of a draw, or of a
    part. The first three use p(y | x), the distance the last hidden layer; it takes at least three
    held-out items.
    """
    network = classifier.network
    p = _array(torch.softmax(network(drawn).double(), -1))
    seen, known = (_array(network.features(x).double()) for x in (drawn, held_out))
    found = inception(p, parts)
    named = dict.fromkeys(("layers", "features", "setting"), "")
    named |= {"task": "generation", "method": classifier.card.method}
    for name, sampled in found.items():
        yield named | {"metric": name}, sampled, np.arange(len(drawn))
    if len(known) >= SPREAD:
        parts_of_each = (np.arange(min(parts, len(x))) for x in (seen, known))
        apart = frechet(seen, known, parts)
        yield named | {"metric": "frechet"}, apart, numbered(*parts_of_each)


def _array(x: Tensor) -> Floats:
    return x.numpy()


def logarithms(p: Floats) -> Floats:
    """(log IS, log diversity, log sharpness) in nats, of class probabilities (items, M)."""
    diversity, sharpness = entr(p.mean(0)).sum(), -entr(p).sum(-1).mean()
    return np.array([diversity + sharpness, diversity, sharpness])


def without_one(p: Floats) -> Floats:
    """The same without each item in turn: (items, 3)."""
    n, uncertain = len(p), entr(p).sum(-1)
    diversity = entr((p.sum(0) - p).clip(0) / (n - 1)).sum(-1)
    sharpness = (uncertain - uncertain.sum()) / (n - 1)
    return np.stack([diversity + sharpness, diversity, sharpness], axis=-1)


def inception(p: Floats, parts: int) -> dict[str, Sampled]:
    """Each metric of class probabilities (items, M).

    Values are of all draws, not means over parts, whose bias would be that of so few draws. The
    95 % interval is that of the jackknife over parts, on the logarithms; the standard error is that
    of the jackknife over items.
    """
    left_out = np.stack([logarithms(some) for some in without_each(p, parts)])
    intervals = exponential(jackknife(logarithms(p), left_out))
    return {
        name: Sampled(interval | {"n": len(p)}, pseudo_values(interval["value"], without))
        for name, interval, without in zip(
            METRICS, intervals, np.exp(without_one(p)).T, strict=True
        )
    }


@dataclass(frozen=True, eq=False)
class FeatureGaussian:
    """A mean (d,) and a covariance (d, d)."""

    mean: Floats
    covariance: Floats

    @cached_property
    def root(self) -> Floats:
        """The symmetric square root of the covariance."""
        values, vectors = np.linalg.eigh(self.covariance)
        return vectors * np.sqrt(values.clip(0)) @ vectors.T


def fit_gaussian(x: Floats) -> FeatureGaussian:
    """The mean and the covariance, over n − 1, of items (n, d)."""
    return FeatureGaussian(x.mean(0), np.atleast_2d(np.cov(x, rowvar=False)))


def distance(one: FeatureGaussian, other: FeatureGaussian) -> float:
    """d² ≥ 0. The root of C_1 C_2 has the trace of that of C_2^½ C_1 C_2^½, which is symmetric."""
    product = np.linalg.eigvalsh(other.root @ one.covariance @ other.root)
    traces = np.trace(one.covariance) + np.trace(other.covariance)
    apart = np.square(one.mean - other.mean).sum()
    return max(float(apart + traces - 2 * np.sqrt(product.clip(0)).sum()), 0.0)


def frechet(draws: Floats, held_out: Floats, parts: int) -> Sampled:
    """d² between features (n, d) of draws and of held-out items; scores are of parts of either.

    The value is biased. The 95 % interval, by the jackknife over parts of either sample, reaches
    down by the jackknife's estimate of the bias, which is too little where n is not far above the
    number of dimensions in which features vary.
    """
    first, second = fit_gaussian(draws), fit_gaussian(held_out)
    without_draws = [distance(fit_gaussian(some), second) for some in without_each(draws, parts)]
    without_items = [distance(fit_gaussian(some), first) for some in without_each(held_out, parts)]
    left_out = np.array(without_draws), np.array(without_items)
    found = jackknife(np.array(distance(first, second)), *left_out)
    of_each = (pseudo_values(float(found.value), one) for one in left_out)
    scores = of_two_samples(float(found.value - found.bias), *of_each)
    return Sampled(spread(found) | {"n": len(draws)}, scores)
