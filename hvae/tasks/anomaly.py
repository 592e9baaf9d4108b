"""Anomaly detection: do a model's scores separate items of a kind that it never saw?

Outliers are those of a class that is held out, or of another data set, whose name is then the
setting. They are compared with the held-out items of the same split.
A higher score means a more unusual item; nothing is fitted, and no sign is chosen by results:

    elbo               −L(x) = −log p(x | z) + Σ_l R_l(x), the length of its code
    rate               R_l(x) of one layer
    likelihood-ratio   L(x) − L^{>k}(x), with L^{>k} the bound that keeps z_{>k} from the posterior
                       and draws z_{≤k} from the prior: high where the upper layers do not explain
                       x, while the lower ones do (Havtorn et al., "Hierarchical VAEs Know What They
                       Don't Know", ICML 2021)

All are means over draws of z, in nats; the layers of a likelihood ratio are those kept, z_{>k}.
"""

from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from hvae.config.tasks import Anomaly
from hvae.data.prepared import Items
from hvae.data.seeded import Stream
from hvae.data.source import SPLITS
from hvae.models.distributions import draw, generator
from hvae.models.hierarchical import HierarchicalVAE, chunks
from hvae.statistics.estimate import Floats, Row
from hvae.statistics.proportion import auroc
from hvae.statistics.sampled import numbered
from hvae.tasks import trained
from hvae.tasks.task import Score
from hvae.tasks.trained import TrainedSubject
from hvae.tasks.views import suffixes


class Group(IntEnum):
    """Whose scores they are; the two groups never share noise."""

    NORMAL = 0
    OUTLIERS = 1


class AnomalyScore(NamedTuple):
    """A score by its names in `tasks.parquet`."""

    method: str
    layers: str


def measure(subject: TrainedSubject, settings: Anomaly, seed: int) -> Iterator[Score]:
    """The AUROC of every score for every kind of outliers; nothing where there are none."""
    for split, outliers in subject.outliers.items():
        key = seed, SPLITS.index(split)
        normal = scores(subject.model, subject.items[split], settings, *key, Group.NORMAL)
        for name, items in outliers.items():
            unusual = scores(subject.model, items, settings, *key, Group.OUTLIERS)
            ids = (of.first(settings.max_items).ids for of in (subject.items[split], items))
            index = numbered(*ids)
            for named, values in normal.items():
                yield Score(split, _row(named, name), auroc(values, unusual[named]), index)


def _row(named: AnomalyScore, outliers: str) -> Row:
    row = {"task": "anomaly", "layers": named.layers, "features": "sample", "metric": "auroc"}
    return row | {"method": named.method, "setting": outliers}


def scores(
    model: HierarchicalVAE, items: Items, settings: Anomaly, *key: int
) -> Mapping[AnomalyScore, Floats]:
    """Every score of the first `max_items` items, (items,); noise depends on `key` alone."""
    x = torch.tensor(items.first(settings.max_items).x)
    drawn = [
        _draw(model, x, generator(Stream.ANOMALY, *key, number))
        for number in range(settings.samples)
    ]
    return {named: np.mean([one[named] for one in drawn], axis=0) for named in drawn[0]}


def _draw(model: HierarchicalVAE, x: Tensor, source: torch.Generator) -> dict[AnomalyScore, Floats]:
    """The scores with one draw of z an item, some items at a time."""
    noise = [eps for _ in range(2) for eps in draw(model.latents, len(x), source)]
    parts = [_scores(model, *part) for part in chunks(x, noise)]
    return {named: torch.cat([part[named] for part in parts]).numpy() for named in parts[0]}


def _scores(model: HierarchicalVAE, x: Tensor, noise: list[Tensor]) -> dict[AnomalyScore, Tensor]:
    """noise: that of the posterior, then that of the prior, each ε_1, …, ε_L."""
    layers = len(model.latents)
    terms = model(x, noise[:layers])
    rates, distortion = terms.rates.double(), terms.distortion.double()
    found = {AnomalyScore("elbo", ""): distortion + rates.sum(-1)}
    found |= {AnomalyScore("rate", f"z{layer + 1}"): rates[:, layer] for layer in range(layers)}
    for kept in suffixes(layers)[:-1]:
        k = kept.members[0]  # L − L^{>k} = D^{>k} − D − R_{≤k}, since both pay for z_{>k}
        decoded = model.generate(noise[layers:], terms.z[k:])
        without = -model.likelihood.log_prob(x, decoded).double()
        found[AnomalyScore("likelihood-ratio", kept.name)] = (
            without - distortion - rates[:, :k].sum(-1)
        )
    return found


if __name__ == "__main__":
    trained.run(__doc__, Anomaly, measure)
