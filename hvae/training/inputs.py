"""What training is given: a device, items on it, a model that fits them, and batches for each step.

Where there are GPUs, a job trains on one that no other job has.
"""

import contextlib
import functools
import math
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from filelock import FileLock, Timeout
from torch import Tensor

from hvae.config.model import Model
from hvae.config.training import Batches
from hvae.data import prepared
from hvae.data.seeded import Stream
from hvae.errors import InputError
from hvae.models.build import build
from hvae.models.distributions import draw, generator
from hvae.models.hierarchical import HierarchicalVAE
from hvae.models.hypernetwork import Range

SPLITS = ("train", "validation")
LOOK = 1.0  # seconds between looks for a GPU that has become free


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


def batch(
    data: Tensor,
    latents: Sequence[int],
    size: int,
    seed: int,
    step: int,
    batches: Batches = "drawn",
) -> tuple[Tensor, list[Tensor]]:
    """The items and noise of one step, a function of (seed, step) alone."""
    source = generator(Stream.TRAINING, seed, step)
    chosen = (
        torch.randint(len(data), (size,), generator=source)
        if batches == "drawn"
        else in_epochs(len(data), size, seed, step)
    )
    return data[chosen.to(data.device)], draw(latents, len(chosen), source, data.device)


def in_epochs(items: int, size: int, seed: int, step: int) -> Tensor:
    """The positions of a step's items, where each comes once an epoch, in a new random order."""
    epoch, part = divmod(step - 1, math.ceil(items / size))
    return _order(items, seed, epoch)[part * size : (part + 1) * size]


@functools.lru_cache(maxsize=1)  # of the epoch that runs
def _order(items: int, seed: int, epoch: int) -> Tensor:
    source = generator(Stream.TRAINING, seed, 0, epoch)  # no step is numbered 0
    return torch.randperm(items, generator=source)


class Slot(NamedTuple):
    """A GPU's place among those that this process sees, and the lock on it, which dies with us."""

    place: int
    lock: FileLock


def device() -> str:
    """The CPU where there is no GPU, else a free one, for which the jobs of a user wait."""
    return f"cuda:{_own().place}" if torch.cuda.is_available() else "cpu"


@functools.cache  # the process's slot, to its end
def _own() -> Slot:
    """GPUs go by their UUIDs, since schedulers number from zero those that they let a job see."""
    seen = range(torch.cuda.device_count())
    names = [str(torch.cuda.get_device_properties(index).uuid) for index in seen]
    return wait(names, Path(tempfile.gettempdir(), f"hvae-gpus-{os.getuid()}"))


def wait(names: Sequence[str], folder: Path) -> Slot:
    """The first of these GPUs to be free."""
    slot = free(names, folder)
    if slot is None:
        print(f"All GPUs are taken ({len(names)}): waiting for one", file=sys.stderr)
    while slot is None:
        time.sleep(LOOK)
        slot = free(names, folder)
    return slot


def free(names: Sequence[str], folder: Path) -> Slot | None:
    """The first of these GPUs that no process holds, held from now on; None where all are."""
    folder.mkdir(parents=True, exist_ok=True)
    for index, name in enumerate(names):
        lock = FileLock(folder / f"{name}.lock", blocking=False)
        with contextlib.suppress(Timeout):
            lock.acquire()
            return Slot(index, lock)
    return None
