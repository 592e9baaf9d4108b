"""Shared cases: the default parameters, and small models that train in no time."""

import copy
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from hvae.models.build import build
from hvae.models.hierarchical import HierarchicalVAE
from hvae.params import Model

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Jobs run on one thread, so that sums have one order; tests do too."""
    torch.set_num_threads(1)


@pytest.fixture
def config() -> dict[str, Any]:
    """The default `params.yaml`, free to change."""
    return copy.deepcopy(yaml.safe_load((ROOT / "params.yaml").read_text()))


def small(
    latents: list[int], skip: bool = False, inputs: int = 6, width: int = 7, seed: int = 0
) -> HierarchicalVAE:
    """A small model with weights away from their start, so that no term is trivially zero."""
    likelihood = {"family": "gaussian", "sigma": 0.5}
    model = build(
        Model(
            latents=latents,
            inference="top-down",
            backbone="mlp",
            width=width,
            skip=skip,
            likelihood=likelihood,  # type: ignore[arg-type]
        ),
        (inputs,),
        seed,
    )
    noise = torch.Generator().manual_seed(seed + 1)
    with torch.no_grad():
        for weight in model.parameters():
            weight += 0.3 * torch.randn(weight.shape, generator=noise)
    return model
