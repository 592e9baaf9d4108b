"""Recognition: what a classifier of the data makes of reconstructions, with how much doubt.

For each cut l, z_{≥l} is encoded from an item, as *sampled* or as means; the layers below take the
means of their prior given it, so that x̂ = E[x | z] is a function of z_{≥l} alone. The classifier's
class probabilities of x̂ give two metrics, and x̂ itself gives what else the cut keeps of the item:

    accuracy             how often the most probable class is the item's own
    prediction_entropy   E H(y | x̂), in nats: 0 where the classifier never doubts
    mse, psnr_db         of x̂ per data dimension; PSNR of data in [0, 1]

The accuracy from samples is one of guesses from z_{≥l}, so it is limited as those of probes are.
The cut at z_1, as means, is what Xiao & Bamler (ICLR 2023) call reconstruction accuracy.
"""

from collections.abc import Iterator

import torch
from scipy.special import entr
from torch import Tensor

from hvae.config.tasks import Recognition
from hvae.data.seeded import Stream
from hvae.models.hierarchical import HierarchicalVAE, chunks
from hvae.statistics.intervals import mean, psnr
from hvae.statistics.proportion import hits
from hvae.statistics.sampled import Sampled
from hvae.tasks import trained
from hvae.tasks.classifier import DataClassifier
from hvae.tasks.task import Score
from hvae.tasks.trained import (
    FEATURES,
    HeldOutPart,
    HowMeasured,
    TrainedSubject,
    held_out,
    squared_error,
)
from hvae.tasks.views import Layers, suffixes


def measure(subject: TrainedSubject, settings: Recognition, seed: int) -> Iterator[Score]:
    """The metrics of every cut, from samples and from means; nothing where there is one class."""
    classifier = subject.classifier
    if classifier is None or len(classifier.card.classes) < 2:
        return
    for part in held_out(subject.items, settings.max_items, seed):
        for features in FEATURES:
            how = HowMeasured(features, classifier.card.method)
            for layers in suffixes(len(subject.model.latents)):
                seen = reconstructed(subject.model, part, features, layers)
                for metric, sampled in _metrics(classifier, part, seen).items():
                    yield part.score("recognition", how, metric, sampled, layers.name)


def reconstructed(
    model: HierarchicalVAE, part: HeldOutPart, features: str, layers: Layers
) -> Tensor:
    """x̂ of each item where z of these layers is kept, (items, n)."""
    noise = FEATURES[features](model.latents, len(part.x), part.noise(Stream.RECOGNITION))
    lowest = layers.members[0]
    return torch.cat([_seen(model, lowest, *each) for each in chunks(part.x, noise)])


def _metrics(classifier: DataClassifier, part: HeldOutPart, seen: Tensor) -> dict[str, Sampled]:
    p = torch.softmax(classifier.network(seen).double(), -1).numpy()
    errors = squared_error(seen, part.x)
    return {
        "accuracy": hits(p.argmax(-1) == part.items.labels),
        "prediction_entropy": mean(entr(p).sum(-1)),
        "mse": mean(errors),
        **({"psnr_db": psnr(errors)} if part.items.bounded else {}),
    }


def _seen(model: HierarchicalVAE, lowest: int, x: Tensor, noise: list[Tensor]) -> Tensor:
    """x̂ of some items (items, n), from z_{≥l} with l counted from 0."""
    still = [torch.zeros_like(eps) for eps in noise]
    return model.likelihood.mean(model.generate(still, model(x, noise).z[lowest:]))


if __name__ == "__main__":
    trained.run(__doc__, Recognition, measure)
