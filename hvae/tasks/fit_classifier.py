"""Fit the classifier of the data that scores generation, and what it gives for real test items.

Its accuracy on real test items, and their Inception Score with its factors, are references for the
scores of draws: rows of `tasks.parquet` that belong to no point.
"""

import argparse
import copy
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from hvae.config.base import Section, Seed, parse
from hvae.config.tasks import Generation
from hvae.data import prepared
from hvae.data.prepared import Items
from hvae.data.seeded import Stream
from hvae.data.source import SPLITS
from hvae.io import command, tables
from hvae.models.distributions import generator
from hvae.statistics.estimate import Floats, Integers
from hvae.statistics.proportion import hits
from hvae.statistics.sampled import Sampled
from hvae.tasks import classifier, task
from hvae.tasks.classifier import ClassifierCard, ClassifierNetwork, inception
from hvae.tasks.task import Score
from hvae.training.adam import Adam

BATCH = 128
LEARNING_RATE = 1e-3
DECAY = 1e-2
PATIENCE = 10  # epochs without a lower validation loss


class ClassifierJob(Section):
    """What the classifier depends on, beside the data."""

    seed: Seed
    generation: Generation


class Fitted(NamedTuple):
    """A classifier, and the epoch of its lowest validation loss."""

    network: ClassifierNetwork
    epoch: int


def main(arguments: argparse.Namespace) -> None:
    """Write the classifier, its card, and the rows about real test items, with their scores."""
    job = parse(ClassifierJob, arguments.params)
    splits = [prepared.read(arguments.data / f"{name}.parquet") for name in SPLITS]
    scores = fit_and_score(job, splits, arguments.classifier)
    found = [(task.NO_POINT, score) for score in scores]
    tables.write(task.metrics(found, "test"), arguments.test)
    tables.write(task.scores(found), arguments.scores)


def fit_and_score(job: ClassifierJob, splits: Sequence[Items], folder: Path) -> list[Score]:
    """Write the classifier and its card into a folder; what it gives for real test items."""
    train, validation, test = splits
    fitted = fit(train, validation, job.generation, job.seed)
    with torch.inference_mode():
        p = torch.softmax(fitted.network(torch.tensor(test.x)).double(), -1).numpy()
    card = ClassifierCard(
        method=job.generation.classifier,
        shape=list(train.shape),
        classes=list(train.classes),
        width=job.generation.width,
        epoch=fitted.epoch,
        accuracy=float((p.argmax(-1) == test.labels).mean()),
    )
    classifier.save(folder, card, fitted.network)
    named = dict.fromkeys(("layers", "features", "setting"), "")
    named |= {"task": "generation", "method": card.method}
    known = real(p, test.labels, job.generation.parts) if len(card.classes) > 1 else ()
    return [
        Score("test", named | {"metric": metric}, sampled, test.ids) for metric, sampled in known
    ]


def real(p: Floats, labels: Integers, parts: int) -> Iterator[tuple[str, Sampled]]:
    """Accuracy, Inception Score and its factors, of class probabilities of items (items, M)."""
    yield "accuracy", hits(p.argmax(-1) == labels)
    if len(labels) > 1:
        yield from inception(p, parts).items()


def fit(train: Items, validation: Items, settings: Generation, seed: int) -> Fitted:
    """Adam with weight decay on the cross-entropy of train items, stopped on validation items.

    Keeps the weights of the lowest validation cross-entropy.
    """
    x, y = _tensors(train)
    start = generator(Stream.CLASSIFIER, seed, 0).initial_seed()
    network = classifier.build(train.shape, settings.width, len(train.classes), start)
    network.fit_scale(x)
    adam = Adam(network.parameters(), DECAY)
    best, lowest = Fitted(copy.deepcopy(network), 1), torch.inf
    for epoch in command.progress(range(1, settings.max_epochs + 1), "fitting the classifier"):
        for batch in torch.randperm(
            len(x), generator=generator(Stream.CLASSIFIER, seed, epoch)
        ).split(BATCH):
            adam.forget()
            cross_entropy(network(x[batch]), y[batch]).backward()
            adam.step(LEARNING_RATE)
        loss = _loss(network, validation)
        if loss < lowest:
            best, lowest = Fitted(copy.deepcopy(network), epoch), loss
        elif epoch - best.epoch >= PATIENCE:
            break
    return Fitted(best.network.eval().requires_grad_(False), best.epoch)


@torch.no_grad()
def _loss(network: ClassifierNetwork, items: Items) -> float:
    x, y = _tensors(items)
    return cross_entropy(network(x), y).item()


def _tensors(items: Items) -> tuple[Tensor, Tensor]:
    return torch.tensor(items.x), torch.tensor(items.labels)


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "data", "classifier", "test", "scores")
    command.run(main, parser.parse_args())
