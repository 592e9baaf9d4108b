"""Items, a point and its card, for tests of what is stored about a point."""

import numpy as np
import torch

from hvae.config.grid import Point
from hvae.config.model import Model
from hvae.data.prepared import Items
from hvae.training.checkpoint import Card

ITEMS = Items(
    torch.rand(40, 6, generator=torch.Generator().manual_seed(0)).numpy(),
    np.arange(40) % 3,
    np.arange(100, 140),
    (2, 3),
    ("a", "b", "c"),
)
POINT = Point(name="b1_2_s0", beta=[1.0, 2.0], seed=0, model="b1_2_s0")


def card(status: str = "ok") -> Card:
    """The card of a model of two layers with widths 3 and 2."""
    likelihood = {"family": "gaussian", "sigma": 0.5}
    sizes = {"latents": [3, 2], "width": 7, "skip": False, "likelihood": likelihood}
    model = Model.model_validate({"inference": "top-down", "backbone": "mlp"} | sizes)
    return Card(
        name="b1_2_s0", strategy="independent", seed=0, beta=[1.0, 2.0], shape=[2, 3], model=model,
        parameters=9, status=status, train_seconds=2.0,
    )  # fmt: skip
