"""Images, and models of which it is known what they make of them."""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hvae.data.prepared import Items
from hvae.data.source import SPLITS
from hvae.models.hierarchical import Terms
from hvae.models.likelihoods.base import FixedGaussian
from hvae.tasks.task import Score
from hvae.tasks.trained import TrainedSubject

SHAPE = (8, 6, 2)
RATES = (3.0, 1.5)


class Known(nn.Module):
    """x̂ is a given function of x and of the noise; the rates in nats are `RATES`."""

    latents = (4, 2)

    def __init__(self, decode: Callable[[Tensor, list[Tensor]], Tensor]) -> None:
        super().__init__()
        self.likelihood = FixedGaussian(0.5)
        self.decode = decode

    def forward(self, x: Tensor, noise: list[Tensor]) -> Terms:
        rates = torch.tensor(RATES).expand(len(x), -1)
        return Terms(torch.zeros(len(x)), rates, [], list(noise), self.decode(x, noise))


IDENTITY = Known(lambda x, noise: x)


def constant(image: Tensor) -> Known:
    """A model that shows one image, whatever it sees."""
    return Known(lambda x, noise: image.expand_as(x))


def items(x: NDArray, shape: tuple[int, ...] = SHAPE, **more: object) -> Items:
    """Items without classes."""
    ids = np.arange(len(x))
    flat = x.reshape(len(x), -1).astype(np.float32)
    return Items(flat, np.zeros(len(x), np.int64), ids, shape, ("all",), **more)


def noise_images(count: int, shape: tuple[int, ...] = SHAPE, seed: int = 0) -> dict[str, Items]:
    """Uniform noise in every split, other noise in each."""
    random = np.random.default_rng(seed)
    return {split: items(random.random((count, *shape)), shape) for split in SPLITS}


def subject(model: nn.Module, of: dict[str, Items]) -> TrainedSubject:
    """A point with this model; no task on images reads its stored latents."""
    return TrainedSubject("p", model, {}, of)


def by_name(scores: list[Score], split: str = "test") -> dict[tuple[str, ...], dict]:
    """Rows of one split by (layers, features, method, setting, metric)."""
    names = ("layers", "features", "method", "setting", "metric")
    return {tuple(s.row[n] for n in names): s.row for s in scores if s.split == split}
