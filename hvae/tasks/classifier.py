"""A classifier of the data themselves, on disk: weights as safetensors, beside them a card (JSON).

It says what a decoded latent shows. It is trained on train items, and never sees a test item.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import torch
from pydantic import Field, PositiveInt
from torch import Tensor, nn

from hvae.config.base import Section, parse
from hvae.errors import InputError, one_line
from hvae.io import provenance
from hvae.models import weights


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
