"""Generation: what draws from the prior show, and what each layer holds of it.

Draws are scored by a classifier of the data. Every point has the same noise, and each split noise
of its own, so that what is chosen on validation is not reported on the same draws.

**Inception Score**: how many classes draws show, and how surely (Salimans et al., NeurIPS 2016).
With p(y|x) of a classifier of the data's own M classes and ȳ the mean of p(y|x) over draws,

    log IS = I(y; x̂) = H(ȳ) − E H(y|x):  IS = diversity exp H(ȳ) · sharpness exp(−E H(y|x)),

so that 1 ≤ IS ≤ M. H(ȳ) is a plug-in value, biased downwards by at most about (M − 1)/2n.

**Fréchet distance** of Gaussians fitted to features of two samples (Heusel et al., NeurIPS 2017):

    d² = ‖μ_1 − μ_2‖² + tr(C_1 + C_2 − 2 (C_1 C_2)^½)

This is the squared 2-Wasserstein distance of N(μ_1, C_1) and N(μ_2, C_2), in squared units of the
features. Of finite samples it is biased upwards, by about c/n with a c of the two laws (Chong &
Forsyth, CVPR 2020): compare values of equal n alone.

For each cut l, z_{≥l} of the test items are kept, as *sampled* from their posteriors, and z_{<l}
are drawn from the prior given them; as many z are drawn from the prior alone. A classifier of the
data says what class each decoded mean of p(x | z) shows. Class consistency is the share of items
that still show their own class: an accuracy from samples of z_{≥l}, so limited as those of probes
are. The two samples of a cut are independent of each other and the draws of every cut have noise of
their own, so that the total variation of the two class histograms can be held against the one that
R_{≥l} − I(x; z_{≥l}) allows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import entr
from torch import Tensor

from hvae.config.tasks import Generation
from hvae.data.seeded import Stream
from hvae.data.source import SPLITS
from hvae.data.summary import SPREAD
from hvae.latents.store import Latents
from hvae.models.distributions import draw, generator
from hvae.models.hierarchical import ITEMS, HierarchicalVAE
from hvae.statistics.estimate import Floats, Integers, Row
from hvae.statistics.intervals import bootstrap, exponential, jackknife, spread, without_each
from hvae.statistics.proportion import hits
from hvae.statistics.sampled import (
    Sampled,
    count_rows,
    numbered,
    of_two_samples,
    pseudo_values,
    total_variation,
)
from hvae.tasks import trained
from hvae.tasks.fit_classifier import ClassifierCard, ClassifierNetwork, DataClassifier
from hvae.tasks.task import HELD_OUT, Count, Found, Score
from hvae.tasks.trained import TrainedSubject
from hvae.tasks.views import suffixes

METRICS = ("inception_score", "diversity", "sharpness")  # of `inception`


def metrics(
    classifier: DataClassifier, drawn: Tensor, held_out: Tensor, parts: int
) -> Iterator[tuple[Row, Sampled, Integers]]:
    """Inception Score and its factors of `drawn`, (items, n), and Fréchet distance to `held_out`.

    Each with its names but for the point, and the index of each score: of a draw, or of a part. The
    first three ask p(y | x), the distance the last hidden layer; it takes three held-out items.
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

    The value has its bias; the 95 % interval, by the jackknife over parts of either sample, reaches
    down by what the jackknife makes of it. That is too little where n is not far above the number
    of dimensions that features vary in.
    """
    first, second = fit_gaussian(draws), fit_gaussian(held_out)
    without_draws = [distance(fit_gaussian(some), second) for some in without_each(draws, parts)]
    without_items = [distance(fit_gaussian(some), first) for some in without_each(held_out, parts)]
    left_out = np.array(without_draws), np.array(without_items)
    found = jackknife(np.array(distance(first, second)), *left_out)
    of_each = (pseudo_values(float(found.value), one) for one in left_out)
    scores = of_two_samples(float(found.value - found.bias), *of_each)
    return Sampled(spread(found) | {"n": len(draws)}, scores)


class Origin(IntEnum):
    """What decoded latents come from: the two never share noise."""

    POSTERIOR = 0
    PRIOR = 1


class GenerationCut(NamedTuple):
    """The suffix z_{≥l} that was kept, and what was seen then, a row an `Origin`.

    seen: the class of each item or draw, (2, items). histograms: how many of each class, (2, M).
    consistent: whether an item shows its own class after the cut, (items,).
    """

    layers: str
    seen: Integers
    histograms: Integers
    consistent: NDArray[np.bool_]


def measure(subject: TrainedSubject, settings: Generation, seed: int) -> Iterator[Found]:
    """Scores of draws and of every cut, and the class histograms of test items.

    Nothing where there is but one class.
    """
    if subject.classifier is None or len(subject.classifier.card.classes) < 2:
        return
    for split in HELD_OUT:
        yield from drawn(subject, subject.classifier, settings, seed, split)
        yield from cuts(subject, subject.classifier, seed, split)


def drawn(
    subject: TrainedSubject, classifier: DataClassifier, settings: Generation, seed: int, split: str
) -> Iterator[Score]:
    """Scores of draws from the prior, beside the held-out items of a split."""
    source = generator(Stream.DRAWS, seed, SPLITS.index(split))
    images = decoded(subject.model, [], settings.images, source)
    held_out = torch.tensor(subject.items[split].x)
    for named, sampled, index in metrics(classifier, images, held_out, settings.parts):
        yield Score(split, named, sampled, index)


def cuts(
    subject: TrainedSubject, classifier: DataClassifier, seed: int, split: str
) -> Iterator[Found]:
    """Class consistency and total variation of every cut, and the counts of test items."""
    kept, key = subject.latents[split], (seed, SPLITS.index(split))
    card = classifier.card
    for cut in generate(subject.model, kept, classifier.network, len(card.classes), *key):
        named = _named(cut, card)
        both = numbered(kept.ids, np.arange(len(kept.ids)))
        yield Score(split, named | {"metric": "class_tv"}, variation(cut), both)
        share = hits(cut.consistent)
        yield Score(split, named | {"metric": "class_consistency"}, share, kept.ids)
        if split == "test":
            yield from (Count(named | {"split": split} | row) for row in counts(cut, card))


def generate(
    model: HierarchicalVAE, test: Latents, network: ClassifierNetwork, classes: int, *key: int
) -> Iterator[GenerationCut]:
    """Class histograms for every cut, z_L alone kept first; `network` tells the classes apart."""
    for number, layers in enumerate(suffixes(len(test.sample))):
        kept = [torch.tensor(test.sample[member]) for member in layers.members]
        shown = [
            decoded(model, upper, len(test.ids), generator(Stream.GENERATION, *key, number, origin))
            for origin, upper in zip(Origin, (kept, []), strict=True)
        ]
        seen = np.stack([network(x).argmax(-1).numpy() for x in shown])
        histograms = np.stack([np.bincount(one, minlength=classes) for one in seen])
        yield GenerationCut(layers.name, seen, histograms, seen[Origin.POSTERIOR] == test.label)


def decoded(
    model: HierarchicalVAE, kept: list[Tensor], items: int, source: torch.Generator
) -> Tensor:
    """Means of p(x | z), (items, n): z_{≥l} as kept, what is below from the prior given them.

    Some items at a time: what the decoder gives for one may be a hundred times the item.
    """
    noise = [eps.split(ITEMS) for eps in draw(model.latents, items, source)]
    upper = [z.split(ITEMS) for z in kept]
    parts = (
        model.generate([eps[part] for eps in noise], [z[part] for z in upper])
        for part in range(len(noise[0]))
    )
    return torch.cat([model.likelihood.mean(part) for part in parts])


def variation(cut: GenerationCut) -> Sampled:
    """`class_tv`, the total variation of the two histograms.

    The value is the plug-in one, biased upwards: of one and the same law, n = 360 and 10 classes,
    it is 0.09. The interval allows for as much bias as there is where both have one law. An item of
    a class counts for ±½, by which origin shows the class more often.
    """
    null = cut.histograms.sum(0, keepdims=True).repeat(2, axis=0)
    interval = bootstrap({"class_tv": total_variation}, cut.histograms, null)["class_tv"]
    signs = np.sign(cut.histograms[Origin.POSTERIOR] - cut.histograms[Origin.PRIOR]) / 2
    scores = of_two_samples(float(interval["value"]), signs[cut.seen[0]], -signs[cut.seen[1]])
    return Sampled(interval | {"n": cut.seen.shape[1]}, scores)


def counts(cut: GenerationCut, card: ClassifierCard) -> Iterator[Row]:
    """How many of each origin show each class."""
    return count_rows(cut.histograms, [origin.name.lower() for origin in Origin], card.classes)


def _named(cut: GenerationCut, card: ClassifierCard) -> Row:
    named = {"task": "generation", "layers": cut.layers, "features": "sample"}
    return named | {"method": card.method, "setting": ""}


if __name__ == "__main__":
    trained.run(__doc__, Generation, measure)
