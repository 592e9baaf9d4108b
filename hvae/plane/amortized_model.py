"""An amortized model, one for a box of β: what it is at one β, and which rates it has there."""

import math
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import torch

from hvae.config.params import Extraction
from hvae.config.training import Floats
from hvae.data import prepared
from hvae.data.prepared import Items
from hvae.data.source import SPLITS
from hvae.errors import InputError
from hvae.io import tables
from hvae.latents.measure import Measured, measure
from hvae.models.hierarchical import HierarchicalVAE
from hvae.models.hypernetwork import Range
from hvae.plane.inversion import Solution, Survey, solve, survey
from hvae.training import checkpoint

HELD_OUT = ("validation", "test")


class HeldOut:
    """Held-out items of some splits, and the noise that all models are measured with on them."""

    def __init__(
        self, data: Path, evaluation: Extraction, seed: int, splits: Sequence[str] = HELD_OUT
    ) -> None:
        self.evaluation, self.seed = evaluation, seed
        self._items = {
            name: prepared.read(data / f"{name}.parquet").first(evaluation.max_items)
            for name in splits
        }

    def items(self, split: str) -> Items:
        """The items of a split."""
        return self._items[split]

    def measure(self, model: HierarchicalVAE, split: str) -> Measured:
        """Each item's rates and distortion, averaged over z samples."""
        x = torch.tensor(self.items(split).x)
        return measure(model, x, self.evaluation.samples, self.seed, SPLITS.index(split))


class AmortizedModel:
    """The model `name`, trained for a box of β; InputError of one that is for a single β."""

    def __init__(self, models: Path, name: str, held_out: HeldOut) -> None:
        self.card, self.held_out = checkpoint.card(models, name), held_out
        if self.card.box is None:
            raise InputError(f"{name} in {models} is for one β, not one model for a whole plane")
        self.box: list[Range] = self.card.box
        self._model = checkpoint.stored(models, name)

    @property
    def trained(self) -> bool:
        """False of a model that diverged, whose numbers mean nothing."""
        return self.card.status in tables.MEASURED

    @property
    def dimensions(self) -> int:
        """n, of an item."""
        return math.prod(self.card.shape)

    def at(self, beta: Sequence[float]) -> HierarchicalVAE:
        """The plain model that it is at β; InputError outside its box."""
        if not checkpoint.trained_for(self.card, beta):
            raise InputError(f"{self.card.name} is trained for β in {self.box}, got {list(beta)}")
        return checkpoint.plain(self.card, self._model, beta)

    def rates(self, beta: Sequence[float]) -> Floats:
        """(R_1, …, R_L) in nats on validation items; the noise is the same for every β."""
        return self.held_out.measure(self.at(beta), "validation").rates.mean(0)

    @cached_property
    def surveyed(self) -> Survey:
        """Its rates all over the box."""
        return survey(self.rates, self.box)

    def solve(self, wanted: Sequence[float]) -> Solution:
        """The β of these rates on validation items."""
        return solve(self.rates, self.box, wanted, self.surveyed)
