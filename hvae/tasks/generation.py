"""Generation: do latents drawn from the prior show the same classes as those of test items?

For each cut l, z_{≥l} of the test items are kept, as *sampled* from their posteriors, and z_{<l}
are drawn from the prior given them; as many z are drawn from the prior alone. A classifier of the
data says what class each decoded mean of p(x | z) shows. The two samples of a cut are independent
of each other and the draws of every cut have noise of their own, so that the total variation of the
two class histograms can be held against the one that R_{≥l} − I(x; z_{≥l}) allows.
"""

from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

import torch
from torch import Tensor

from hvae.data.source import SPLITS
from hvae.latents.store import Latents
from hvae.models.chunks import ITEMS
from hvae.models.hierarchical import HierarchicalVAE
from hvae.models.noise import Stream, draw, generator
from hvae.task_options import Generation
from hvae.tasks import task
from hvae.tasks.classifier import Card, Classifier, histogram
from hvae.tasks.contingency import count_rows, total_variation
from hvae.tasks.intervals import bootstrap
from hvae.tasks.layers import suffixes
from hvae.tasks.task import HELD_OUT, Count, Found, Score, Subject
from hvae.tasks.views import Integers, Row


class Origin(IntEnum):
    """What decoded latents come from: the two never share noise."""

    POSTERIOR = 0
    PRIOR = 1


class Cut(NamedTuple):
    """The suffix z_{≥l} that was kept, and the class histograms: (2, M), a row an `Origin`."""

    layers: str
    histograms: Integers


def measure(subject: Subject, settings: Generation, seed: int) -> Iterator[Found]:
    """How far the class histograms of the two origins are apart, and those of test items."""
    if subject.judge is None:
        return
    card, judge = subject.judge
    for split in HELD_OUT:
        kept, number = subject.latents[split], SPLITS.index(split)
        for cut in generate(subject.model, kept, judge, len(card.classes), seed, number):
            named = _named(cut, card)
            yield Score(split, named | {"metric": "class_tv"} | variation(cut.histograms))
            if split == "test":
                yield from (Count(named | {"split": split} | row) for row in counts(cut, card))


def generate(
    model: HierarchicalVAE, test: Latents, judge: Classifier, classes: int, *key: int
) -> Iterator[Cut]:
    """Class histograms for every cut, z_L alone kept first; `judge` tells the classes apart.

    Nothing where there is but one class.
    """
    if classes < 2:
        return
    for number, layers in enumerate(suffixes(len(test.sample))):
        kept = [torch.tensor(test.sample[member]) for member in layers.members]
        shown = [
            decoded(model, upper, len(test.ids), generator(Stream.GENERATION, *key, number, origin))
            for origin, upper in zip(Origin, (kept, []), strict=True)
        ]
        both = torch.stack([histogram(judge, x, classes) for x in shown])
        yield Cut(layers.name, both.numpy())


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


def variation(histograms: Integers) -> Row:
    """The columns value, low, high and n of `class_tv`: the total variation of two histograms.

    The value is the plug-in one, biased upwards: of one and the same law, n = 360 and 10 classes,
    it is 0.09. The interval allows for as much bias as there is where both have one law.
    """
    null = histograms.sum(0, keepdims=True).repeat(2, axis=0)
    numbers = bootstrap({"class_tv": total_variation}, histograms, null)["class_tv"]
    return numbers | {"n": int(histograms[0].sum())}


def counts(cut: Cut, card: Card) -> Iterator[Row]:
    """How many of each origin show each class."""
    return count_rows(cut.histograms, [origin.name.lower() for origin in Origin], card.classes)


def _named(cut: Cut, card: Card) -> Row:
    named = {"task": "generation", "layers": cut.layers, "features": "sample"}
    return named | {"method": card.method}


if __name__ == "__main__":
    task.run(__doc__, Generation, measure)
