"""Estimate the information of one row of the grid: I(x; z_{≥l}), I(y; z_{≥l}) and −log p(x).

`suffix_rows` gives log q(z_{≥l} | x_j) of every sample z_i and every item x_j, for all l at once:
the input of `pairwise`. `negative_log_likelihood` bounds −log p(x) from above by importance
weighting.
"""

import argparse
import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from hvae.config.base import Section, Seed, parse
from hvae.config.grid import Point
from hvae.config.params import Evaluation
from hvae.data import prepared
from hvae.data.prepared import Items
from hvae.data.seeded import Stream
from hvae.data.source import SPLITS
from hvae.data.summary import no_classes
from hvae.errors import InputError
from hvae.information.classes import class_information, counted_information
from hvae.information.pairwise import from_rows
from hvae.io import command, tables
from hvae.latents import store
from hvae.latents.store import Latents
from hvae.models.distributions import Categorical, Latent, draw, generator, with_tensors
from hvae.models.hierarchical import ITEMS, HierarchicalVAE, chunks
from hvae.statistics.estimate import (
    Floats,
    InformationEstimate,
    Named,
    error_of_mean,
    finite,
    quantity,
)
from hvae.training import checkpoint

ROWS = 2**18  # log-densities of one layer in a block: 2 MB, of which some copies are made
NUMBERS = 2**23  # numbers that the networks hold at once: 32 MB, and more inside a layer
COPIES = 8  # copies of an item's features and latents that a pair needs inside a network


class InformationJob(Section):
    """The parameters that a row's estimates depend on, besides data, models and latents."""

    seed: Seed
    evaluation: Evaluation
    points: list[Point]


class MeasuredPoint(NamedTuple):
    """A trained point with its data; `held_out` are the latents of the items `test`."""

    model: HierarchicalVAE
    test: Items
    train: Latents
    held_out: Latents


def main(arguments: argparse.Namespace) -> None:
    """Write the row's part of `information.parquet`; a diverged point has no rows."""
    job = parse(InformationJob, arguments.params)
    test = prepared.read(arguments.data / "test.parquet").first(job.evaluation.max_items)
    rows = []
    for point in command.progress(job.points, "estimating information"):
        train, held_out = (
            store.read(store.file(arguments.latents, point.name, split))
            for split in ("train", "test")
        )
        if len(held_out.ids) > 0:  # a diverged point has no latents
            model = checkpoint.load(arguments.models, point.model, point.beta)
            named = estimates(job, point.name, MeasuredPoint(model, test, train, held_out))
            rows += [{"point": point.name, "quantity": name, **e._asdict()} for name, e in named]
    tables.write(tables.from_rows(rows, tables.information()), arguments.out)


def estimates(job: InformationJob, point: str, subject: MeasuredPoint) -> list[Named]:
    """All estimates of a point; InputError where model, data and latents do not match."""
    if not np.array_equal(subject.held_out.ids, subject.test.ids):
        raise InputError(f"the test latents of point {point} do not belong to the prepared items")
    try:
        return [
            *about_items(subject, job.evaluation.information_items),
            *about_classes(subject),
            *by_counting(subject),
            ("-log p(x)", likelihood(subject, job)),
        ]
    except ValueError as error:
        raise InputError(f"the information of point {point} has no estimate: {error}") from None


def about_items(subject: MeasuredPoint, count: int) -> Iterator[Named]:
    """I(x; z_{≥l}) from below and above, from l = 1 to L, on the first `count` test items."""
    x = torch.tensor(subject.test.x[:count])
    z = [torch.tensor(sample[:count]) for sample in subject.held_out.sample]
    for lowest, found in enumerate(from_rows(suffix_rows(subject.model, x, z))):
        for estimate in found:
            yield quantity("x", lowest, len(z)), estimate


def about_classes(subject: MeasuredPoint) -> Iterator[Named]:
    """I(y; z_{≥l}) from below, from l = 1 to L; nothing if classes are too rare."""
    train, test = subject.train, subject.held_out
    layers = len(test.sample)
    for lowest in range(layers if _has_classes(subject) else 0):
        z_train, z_test = (np.concatenate(side.sample[lowest:], axis=1) for side in (train, test))
        estimate = class_information(z_train, train.label, z_test, test.label)
        yield quantity("y", lowest, layers), estimate


def _has_classes(subject: MeasuredPoint) -> bool:
    labels = {"train": subject.train.label, "test": subject.held_out.label}
    return len(subject.test.classes) > 1 and no_classes(labels, subject.test.classes) is None


def by_counting(subject: MeasuredPoint) -> Iterator[Named]:
    """I(y; z_L) by counting, for a categorical top layer with few codes."""
    latents = subject.held_out
    top = len(latents.mean) - 1
    prior = subject.model.prior_of(top, [])
    if isinstance(prior, Categorical) and _has_classes(subject):
        probabilities = latents.mean[top].reshape(-1, *prior.log_weights.shape)
        estimate = counted_information(probabilities, latents.label)
        if estimate is not None:
            yield quantity("y", top, top + 1), estimate


def likelihood(subject: MeasuredPoint, job: InformationJob) -> InformationEstimate:
    """−log p(x) from above, on all test items, like rates and distortions."""
    x, samples = torch.tensor(subject.test.x), job.evaluation.importance_samples
    return negative_log_likelihood(subject.model, x, samples, job.seed, SPLITS.index("test"))


class _Known(NamedTuple):
    """What pairs (i, j) share: features and q(z_L|x_j) of item j, z and priors of sample i."""

    z: Sequence[Tensor]
    features: list[Tensor]
    top: Latent
    priors: list[Latent]  # p(z_l | z_{>l,i}) of the layers below the top


@torch.inference_mode()
def suffix_rows(model: HierarchicalVAE, x: Tensor, z: Sequence[Tensor]) -> Iterator[Floats]:
    """Rows of l_ij = log q(z_{≥l,i} | x_j) = Σ_{k≥l} log q(z_{k,i} | z_{>k,i}, x_j), for every l.

    x: the items, (K, n); z: a sample of z_1 … z_L for each, (K, d_l). Yields blocks (L, rows, K) of
    consecutive rows i, K in all, with l from 1 to L. Besides the arguments and the features of x,
    it holds less than about 200 MB at a time, whatever K and the widths are.
    """
    known = _known(model, x, z)
    rows, items = max(1, ROWS // len(x)), torch.arange(len(x))
    for samples in items.split(rows):
        i, j = (side.reshape(-1) for side in torch.meshgrid(samples, items, indexing="ij"))
        blocks = zip(i.split(_pairs(known)), j.split(_pairs(known)), strict=True)
        terms = torch.cat([_terms(model, known, *block) for block in blocks], dim=1)
        yield terms.flip(0).cumsum(0).flip(0).reshape(len(z), len(samples), len(x)).numpy()


def _known(model: HierarchicalVAE, x: Tensor, z: Sequence[Tensor]) -> _Known:
    read = zip(*(model.bottom_up(part) for part in x.split(ITEMS)), strict=True)
    features = [torch.cat(parts) for parts in read]
    top = len(z) - 1
    priors = [model.prior_of(layer, z[layer + 1 :]) for layer in range(top)]
    highest = model.posterior_of(top, features[top], [], model.prior_of(top, []))
    return _Known(z, features, highest, priors)


def _pairs(known: _Known) -> int:
    """How many pairs are evaluated at once."""
    widths = [part.shape[-1] for part in (*known.features, *known.z)]
    return max(1, NUMBERS // (COPIES * sum(widths)))


def _terms(model: HierarchicalVAE, known: _Known, i: Tensor, j: Tensor) -> Tensor:
    """log q(z_{l,i} | z_{>l,i}, x_j) of each layer, for the pairs (i, j): (L, pairs), float64."""
    z = [part[i] for part in known.z]
    terms = [_log_prob(_at(known.top, j), z[-1])]
    for layer in reversed(range(len(z) - 1)):
        features, prior = known.features[layer][j], _at(known.priors[layer], i)
        posterior = model.posterior_of(layer, features, z[layer + 1 :], prior)
        terms.insert(0, _log_prob(posterior, z[layer]))
    return torch.stack(terms)


def _at(density: Latent, index: Tensor) -> Latent:
    return with_tensors(lambda part: part[index], density)


def _log_prob(density: Latent, z: Tensor) -> Tensor:
    """log p(z) in float64, since 1e-6 nats may be the difference of two sums of 100 nats."""
    return with_tensors(Tensor.double, density).log_prob(z.double())


def negative_log_likelihood(
    model: HierarchicalVAE, x: Tensor, samples: int, seed: int, split: int
) -> InformationEstimate:
    """mean_x −log (1/S) Σ_s p(x, z_s) / q(z_s|x), with S `samples` z_s ~ q(z|x) for each item.

    Its expectation is at least mean_x −log p(x), and closer to it for larger S; S = 1 gives −ELBO
    (Burda, Grosse & Salakhutdinov, "Importance Weighted Autoencoders", ICLR 2016). A sample's noise
    is a function of (seed, split, s), so a larger S adds samples to the same first ones. The
    standard error is over the items of x (K, n) and includes their Monte-Carlo error. ValueError
    for fewer than two items, no sample, or weights that are NaN or infinite.
    """
    if len(x) < 2:
        raise ValueError(f"x must hold at least two items, got {len(x)}")
    if samples < 1:
        raise ValueError(f"samples must be at least 1, got {samples}")
    total = torch.full((len(x),), -math.inf, dtype=torch.float64)
    for weights in log_weights(model, x, samples, seed, split):
        total = total.logaddexp(weights)
    values = math.log(samples) - finite("log_weights", total)
    return InformationEstimate("upper", float(values.mean()), error_of_mean(values))


@torch.inference_mode()
def log_weights(
    model: HierarchicalVAE, x: Tensor, samples: int, seed: int, split: int
) -> Iterator[Tensor]:
    """log p(x, z_s) − log q(z_s|x) of each item, (K,); one s at a time, to save memory."""
    for sample in range(samples):
        noise = draw(model.latents, len(x), generator(Stream.IMPORTANCE, seed, split, sample))
        yield torch.cat([_log_weight(model, *part) for part in chunks(x, noise)])


def _log_weight(model: HierarchicalVAE, x: Tensor, noise: list[Tensor]) -> Tensor:
    terms = model(x, noise)
    weight = -terms.distortion.double()
    for layer, posterior in enumerate(terms.posteriors):
        prior = model.prior_of(layer, terms.z[layer + 1 :])
        weight += prior.log_prob(terms.z[layer]) - posterior.log_prob(terms.z[layer])
    return weight


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "data", "models", "latents", "out")
    command.run(main, parser.parse_args())
