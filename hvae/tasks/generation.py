"""Generation: what draws from the prior show, and what each layer holds of it.

Draws are scored by a classifier of the data (`classifier`): every point has the same noise,
and each split noise of its own, so that what is chosen on validation is not reported on the same
draws.

For each cut l, z_{≥l} of the test items are kept, as *sampled* from their posteriors, and z_{<l}
are drawn from the prior given them; as many z are drawn from the prior alone. A classifier of the
data says what class each decoded mean of p(x | z) shows. Class consistency is the share of items
that still show their own class: an accuracy from samples of z_{≥l}, so limited as those of probes
are. The two samples of a cut are independent of each other and the draws of every cut have noise of
their own, so that the total variation of the two class histograms can be compared with the one that
R_{≥l} − I(x; z_{≥l}) allows.
"""

from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hvae.config.tasks import Generation
from hvae.data.seeded import Stream
from hvae.data.source import SPLITS
from hvae.latents.store import Latents
from hvae.models.distributions import draw, generator
from hvae.models.hierarchical import ITEMS, HierarchicalVAE
from hvae.statistics.estimate import Integers, Row
from hvae.statistics.intervals import bootstrap
from hvae.statistics.proportion import hits
from hvae.statistics.sampled import Sampled, count_rows, numbered, of_two_samples, total_variation
from hvae.tasks import trained
from hvae.tasks.classifier import ClassifierCard, ClassifierNetwork, DataClassifier, metrics
from hvae.tasks.task import HELD_OUT, Count, Found, Score
from hvae.tasks.trained import TrainedSubject
from hvae.tasks.views import suffixes


class Origin(IntEnum):
    """Where decoded latents come from; the two never share noise."""

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

    Nothing if there is only one class.
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
