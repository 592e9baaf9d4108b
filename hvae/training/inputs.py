"""What a training job is given: items on the device that there is, and a model that fits them."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from hvae.config.params import Model
from hvae.data import prepared
from hvae.errors import InputError
from hvae.models.build import build
from hvae.models.hierarchical import HierarchicalVAE
from hvae.models.hypernetwork import Range
from hvae.training.device import device

SPLITS = ("train", "validation")


class Material(NamedTuple):
    """data and held_out are (items, n), of train and validation; shape is an item's."""

    data: Tensor
    held_out: Tensor
    shape: tuple[int, ...]
    model: HierarchicalVAE


def material(
    folder: Path, options: Model, seed: int, box: Sequence[Range] | None = None
) -> Material:
    """Read the prepared splits in `folder` and build a model of them, for one β or for a box.

    InputError where the likelihood has no probability for some item.
    """
    train, validation = (prepared.read(folder / f"{name}.parquet") for name in SPLITS)
    model = build(options, train.shape, seed, train.levels, box)
    for name, items in zip(SPLITS, (train, validation), strict=True):
        if problem := model.likelihood.problem(torch.tensor(items.x)):
            raise InputError(f"{folder / f'{name}.parquet'} {problem}")
    data, held_out = (torch.tensor(items.x, device=device()) for items in (train, validation))
    return Material(data, held_out, train.shape, model)
