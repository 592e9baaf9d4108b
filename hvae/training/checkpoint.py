"""A trained model on disk: its weights as safetensors, beside them a card (JSON) of what it is.

Nothing is unpickled, and the likelihood's σ, fixed or learned, travels with the weights.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

import torch
from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt
from torch import Tensor

from hvae.config.base import Section, Seed, parse
from hvae.config.model import Model
from hvae.errors import InputError, one_line
from hvae.io import provenance
from hvae.models import weights
from hvae.models.build import build
from hvae.models.hierarchical import HierarchicalVAE
from hvae.models.hypernetwork import folded

ROUNDING = 1e-5  # of β
LEAST_PRICE = 1e-3  # that stands for β

# JSON has no tuples: what is read is a list
Range = Annotated[tuple[PositiveFloat, PositiveFloat], Field(strict=False)]


class Card(Section):
    """Everything but the weights: enough to rebuild the model, and how its training went.

    beta: (β_1, …, β_L) of the model or, of one for a whole plane, the range of each. A model that
    was folded out of such a one is `amortized` with a β of its own; one that was trained on from
    there is `polished`. One that was trained to `target` rates has its prices as β, as far as they
    are positive (`priced`): rates are what it has on validation data, in nats.
    parameters: how many weights were trained; sha256: that of the file of weights; fingerprint: of
    the job that trained it (`provenance`).
    """

    format: Literal[5, 6, 7] = 7
    name: str
    strategy: Literal["independent", "amortized", "polished", "rates"]
    seed: Seed
    beta: list[PositiveFloat] | list[Range]
    target: list[NonNegativeFloat] | None = None
    rates: list[float] | None = None
    prices: list[float] | None = None
    shape: list[PositiveInt]
    levels: PositiveInt | None = None  # that the likelihood gives probabilities to
    model: Model
    parameters: PositiveInt
    status: Literal["ok", "unconverged", "diverged", "unreachable"]
    train_seconds: NonNegativeFloat
    sha256: str = ""
    fingerprint: str = ""

    @property
    def box(self) -> list[tuple[float, float]] | None:
        """The range of each β_l; none of a model for one β."""
        ranges = [beta for beta in self.beta if isinstance(beta, tuple)]
        return ranges or None


def save(folder: Path, card: Card, state: Mapping[str, Tensor]) -> None:
    """Write `<name>.safetensors` and `<name>.json`, each whole or not at all."""
    path = folder / f"{card.name}.safetensors"
    known = card.model_copy(update={"sha256": weights.save(path, state)})
    provenance.store(known.model_dump(mode="json"), path.with_suffix(".json"))


Read = Callable[[Path, str], tuple[Card, HierarchicalVAE]]


def card(folder: Path, name: str) -> Card:
    """The card of a model; InputError where it is absent or not one that `save` wrote."""
    path = folder / f"{name}.json"
    try:
        known = parse(Card, path.read_text())
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is not a model's card: {one_line(error)}") from None
    if known.name != name:
        raise InputError(f"{path} is the card of another model, {one_line(known.name)}")
    return known


def stored(folder: Path, name: str) -> HierarchicalVAE:
    """A model as it was trained; InputError where its files do not fit together."""
    known = card(folder, name)
    path = folder / f"{name}.safetensors"
    state = weights.read(path, known.sha256)
    if len(state) < (layers := len(known.model.latents)):  # each has some: do not even begin
        raise weights.misfit(path, f"it holds {len(state)} tensors for {layers} layers")
    model = weights.filled(
        lambda: build(known.model, known.shape, known.seed, known.levels, known.box), state, path
    )
    return model.eval().requires_grad_(False)


def opened(folder: Path, name: str) -> tuple[Card, HierarchicalVAE]:
    """A model as it was trained, with its card."""
    return card(folder, name), stored(folder, name)


def going_on(folder: Path, name: str) -> HierarchicalVAE:
    """A model that others are trained on from.

    One that diverged has kept its first, random weights. Here they are nan, so that what goes on
    from it diverges as well and is not taken for a trained model.
    """
    known, model = opened(folder, name)
    if known.status == "diverged":
        for weight in model.parameters():
            weight.fill_(math.nan)
    return model


def load(
    folder: Path, name: str, beta: Sequence[float] = (), read: Read = opened
) -> HierarchicalVAE:
    """A plain model, in evaluation mode: the one that is stored, or what one for a plane is at β.

    Without a β only a plain model is found, whatever it was trained for. read: `opened`, or what
    remembers it where many β of one model are asked for.

    InputError where the files do not fit together, or the model was not trained for that β.
    """
    known, model = read(folder, name)
    if known.box is None and not beta:
        return model
    if not trained_for(known, beta):
        raise InputError(f"{name} in {folder} is trained for β {known.beta}, got {list(beta)}")
    return plain(known, model, beta) if known.box else model


def plain(known: Card, model: HierarchicalVAE, beta: Sequence[float]) -> HierarchicalVAE:
    """The plain model that one for a whole plane is at β."""
    result = build(known.model, known.shape, known.seed, known.levels)
    result.load_state_dict(folded(model, torch.tensor(beta)))
    return result.eval().requires_grad_(False)


def priced(prices: Sequence[float]) -> list[float]:
    """λ as β: 0.001 at least, since no β is 0 or less; so too where λ is not finite."""
    return [max(LEAST_PRICE, price) if math.isfinite(price) else LEAST_PRICE for price in prices]


def trained_for(known: Card, beta: Sequence[float]) -> bool:
    """Whether β is the model's, or in its box: to the six digits that a point's name shows."""
    if len(beta) != len(known.beta):
        return False
    ranges = [one if isinstance(one, tuple) else (one, one) for one in known.beta]
    return all(
        low * (1 - ROUNDING) <= one <= high * (1 + ROUNDING)
        for one, (low, high) in zip(beta, ranges, strict=True)
    )
