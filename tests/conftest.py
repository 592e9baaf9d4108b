"""Shared cases: the default parameters, and small models that train fast."""

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from hvae.config.model import Model
from hvae.io.command import steady
from hvae.models.build import assemble
from hvae.models.hierarchical import HierarchicalVAE
from hvae.models.likelihoods.base import FixedGaussian, Likelihood

ROOT = Path(__file__).parents[1]
steady()  # as in every command; to be of use it must come before the first product


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Run on one thread like the jobs, so that sums have a fixed order."""
    torch.set_num_threads(1)


@pytest.fixture
def config() -> dict[str, Any]:
    """The default `params.yaml` with one training of its plane of β alone, free to change."""
    found = copy.deepcopy(yaml.safe_load((ROOT / "params.yaml").read_text()))
    found["grid"] |= {"rates": [], "seeds": [0]}
    return found


def built(
    latents: Sequence[int],
    shape: Sequence[int] = (6,),
    width: int = 7,
    sigma: float = 0.5,
    seed: int = 0,
    likelihood: Likelihood | None = None,
    **choices: Any,
) -> HierarchicalVAE:
    """A model at the start of training; by default top-down perceptrons without skips."""
    default = {"inference": "top-down", "backbone": "mlp", "skip": False}
    sizes = {"latents": list(latents), "width": width}
    options = default | choices | sizes | {"likelihood": {"family": "gaussian", "sigma": sigma}}
    return assemble(Model.model_validate(options), likelihood or FixedGaussian(sigma), shape, seed)


def small(
    latents: list[int],
    skip: bool = False,
    inputs: int = 6,
    width: int = 7,
    seed: int = 0,
    **choices: Any,
) -> HierarchicalVAE:
    """A small model with changed weights, so that no term is trivially zero."""
    model = built(latents, choices.pop("shape", (inputs,)), width, seed=seed, skip=skip, **choices)
    noise = torch.Generator().manual_seed(seed + 1)
    with torch.no_grad():
        for weight in model.parameters():
            weight += 0.3 * torch.randn(weight.shape, generator=noise)
    return model
