"""A trained model on disk: its weights as safetensors, beside them a card (JSON) of what it is.

Nothing is unpickled, and the likelihood's σ, fixed or learned, travels with the weights.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import NonNegativeFloat, PositiveInt
from safetensors import SafetensorError
from safetensors.torch import load_file
from safetensors.torch import save as serialise
from torch import Tensor

from hvae import tables
from hvae.errors import InputError
from hvae.models.build import build
from hvae.models.hierarchical import HierarchicalVAE
from hvae.params import Model, Point, Section, parse


class Card(Section):
    """Everything but the weights: enough to rebuild the model, and how its training went.

    parameters: how many weights were trained.
    """

    format: Literal[1] = 1
    point: Point
    strategy: Literal["independent"]
    shape: list[PositiveInt]
    levels: PositiveInt | None = None  # that the likelihood gives probabilities to
    model: Model
    parameters: PositiveInt
    status: Literal["ok", "diverged"]
    train_seconds: NonNegativeFloat


def save(folder: Path, card: Card, state: Mapping[str, Tensor]) -> None:
    """Write `<point>.safetensors` and `<point>.json`, each whole or not at all."""
    weights = serialise({name: tensor.contiguous() for name, tensor in state.items()})
    path = folder / f"{card.point.name}.safetensors"
    tables.write_whole(path, lambda beside: beside.write_bytes(weights))
    text = json.dumps(card.model_dump(mode="json"), indent=2)
    tables.write_whole(path.with_suffix(".json"), lambda beside: beside.write_text(text + "\n"))


def card(folder: Path, point: str) -> Card:
    """The card of a point; InputError where it is absent or not one that `save` wrote."""
    path = folder / f"{point}.json"
    try:
        known = parse(Card, path.read_text())
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is not a model's card: {error}") from None
    if known.point.name != point:
        raise InputError(f"{path} is the card of another point, {known.point.name}")
    return known


def load(folder: Path, point: str) -> HierarchicalVAE:
    """The model of a point, in evaluation mode; InputError where its files do not fit together."""
    known = card(folder, point)
    path = folder / f"{point}.safetensors"
    model = build(known.model, known.shape, known.point.seed, known.levels)
    try:
        model.load_state_dict(load_file(path))
    except (OSError, SafetensorError, RuntimeError) as error:
        raise InputError(f"{path} does not hold the weights of its card: {error}") from None
    return model.eval().requires_grad_(False)
