"""Estimate the information of one row of the grid: I(x; z_{≥l}), I(y; z_{≥l}) and −log p(x)."""

import argparse
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch

from hvae.config.base import Section, Seed, parse
from hvae.config.grid import Point
from hvae.config.params import Evaluation
from hvae.data import prepared
from hvae.data.prepared import Items
from hvae.data.source import SPLITS
from hvae.data.summary import no_classes
from hvae.errors import InputError
from hvae.information.classes import class_information, counted_information
from hvae.information.densities import negative_log_likelihood, suffix_rows
from hvae.information.pairwise import from_rows
from hvae.io import command, tables
from hvae.latents import store
from hvae.latents.store import Latents
from hvae.models.distributions import Categorical
from hvae.models.hierarchical import HierarchicalVAE
from hvae.statistics.estimate import InformationEstimate, Named, quantity
from hvae.training import checkpoint


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


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "data", "models", "latents", "out")
    command.run(main, parser.parse_args())
