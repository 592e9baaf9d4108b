"""The classifier of the data, which says what a decoded latent shows: how it is fitted and stored.

It is trained on train items. Its weights are safetensors, with a card (JSON) beside them.

Its accuracy on them, and their Inception Score with its factors, are the references beside what it
says of draws: rows of `tasks.parquet` that belong to no point.
"""

import argparse
import copy
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import torch
from pydantic import Field, PositiveInt
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from hvae.config.base import Section, Seed, parse
from hvae.config.tasks import Generation
from hvae.data import prepared
from hvae.data.prepared import Items
from hvae.data.seeded import Stream
from hvae.data.source import SPLITS
from hvae.errors import InputError, one_line
from hvae.io import command, provenance, tables
from hvae.models import weights
from hvae.models.distributions import generator
from hvae.statistics.estimate import Floats, Integers
from hvae.statistics.proportion import hits
from hvae.statistics.sampled import Sampled
from hvae.tasks import task
from hvae.tasks.generation import inception
from hvae.tasks.task import Score


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

    One scale for all dimensions: a pixel that hardly varies must not count for more in a picture
    that is only decoded.
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
    train, validation, test = (prepared.read(arguments.data / f"{name}.parquet") for name in SPLITS)
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
    save(arguments.classifier, card, fitted.network)
    named = dict.fromkeys(("layers", "features", "setting"), "")
    named |= {"task": "generation", "method": card.method}
    known = real(p, test.labels, job.generation.parts) if len(card.classes) > 1 else ()
    found = [
        (task.NO_POINT, Score("test", named | {"metric": metric}, sampled, test.ids))
        for metric, sampled in known
    ]
    tables.write(task.metrics(found, "test"), arguments.test)
    tables.write(task.scores(found), arguments.scores)


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
    network = build(train.shape, settings.width, len(train.classes), start)
    network.fit_scale(x)
    adam = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=DECAY, fused=True)
    best, lowest = Fitted(copy.deepcopy(network), 1), torch.inf
    for epoch in command.progress(range(1, settings.max_epochs + 1), "fitting the classifier"):
        for batch in torch.randperm(
            len(x), generator=generator(Stream.CLASSIFIER, seed, epoch)
        ).split(BATCH):
            adam.zero_grad()
            cross_entropy(network(x[batch]), y[batch]).backward()
            adam.step()
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
