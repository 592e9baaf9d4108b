"""An experiment on disk: prepared items, one small model for a box of β, and independent ones."""

import json
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from hvae.config.grid import Point
from hvae.config.model import Model
from hvae.data import prepared
from hvae.data.prepared import Items
from hvae.models.build import build
from hvae.models.hierarchical import HierarchicalVAE
from hvae.training import checkpoint
from hvae.training.checkpoint import Card

BOX = [(0.1, 10.0), (0.2, 5.0)]
NAME = "amortized_s0"
COUNTS = {"train": 20, "validation": 40, "test": 60}
JOB: dict[str, Any] = {"seed": 0, "evaluation": {"samples": 2, "max_items": 50}}
State = Mapping[str, Tensor]


def options(family: str = "gaussian") -> Model:
    likelihood = {"family": family, "sigma": 0.5}
    sizes = {"latents": [3, 2], "width": 7, "skip": False, "likelihood": likelihood}
    return Model.model_validate({"inference": "top-down", "backbone": "mlp"} | sizes)


def data(folder: Path) -> Path:
    """Items of six dimensions; other ones in each split."""
    random = np.random.default_rng(0)
    for split, count in COUNTS.items():
        x = random.random((count, 6), dtype=np.float32)
        labels, ids = np.arange(count) % 2, np.arange(count)
        prepared.write(Items(x, labels, ids, (2, 3), ("a", "b")), folder / f"{split}.parquet")
    return folder


def card(name: str, beta: Sequence[Any], model: Model, **other: Any) -> Card:
    box = isinstance(beta[0], tuple)
    known = {"strategy": "amortized" if box else "independent", "status": "ok", "seed": 0}
    numbers = {"shape": [2, 3], "parameters": 9, "train_seconds": 2.0}
    return Card(**(known | numbers | {"name": name, "beta": list(beta), "model": model} | other))


def amortized_model(folder: Path, family: str = "gaussian", **other: Any) -> HierarchicalVAE:
    """Write a model whose weights are away from their start, so that rates depend on β."""
    model = build(options(family), (2, 3), 0, box=BOX)
    noise = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for weight in model.parameters():
            weight += 0.2 * torch.randn(weight.shape, generator=noise)
    checkpoint.save(folder, card(NAME, BOX, options(family), **other), model.state_dict())
    return model


def independent(
    folder: Path,
    beta: Sequence[float],
    restart: int = 0,
    change: Callable[[State], State] = dict,
    **other: Any,
) -> Point:
    """Write a model that is what the amortized one is at β, but for a change of its weights."""
    name = f"b{'_'.join(f'{b:g}' for b in beta)}_anchors_s{restart}"
    known = checkpoint.card(folder, NAME)
    state = checkpoint.load(folder, NAME, beta).state_dict()
    checkpoint.save(folder, card(name, beta, known.model, seed=restart, **other), change(state))
    return Point(name=name, beta=list(beta), seed=restart, model=name)


def added(part: str, by: float) -> Callable[[State], State]:
    """Add to all weights whose name starts like this; it must be the name of some."""

    def change(state: State) -> State:
        assert any(name.startswith(part) for name in state)
        return {name: one + by * name.startswith(part) for name, one in state.items()}

    return change


def arguments(job: Mapping[str, Any], **paths: Path) -> Namespace:
    return Namespace(params=json.dumps(job), verbose=False, **paths)
