"""Weights and multiplications counted without a network, against networks."""

import math
from typing import Any

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from hvae.config.model import Model
from hvae.config.sizes import flat_latents
from hvae.cost.model_size import multiplications, weights
from hvae.models.build import BACKBONES, build
from hvae.models.hierarchical import HierarchicalVAE
from hvae.models.hypernetwork import at

FAMILIES: list[dict[str, Any]] = [
    {"family": "gaussian", "sigma": 0.2},
    {"family": "gaussian-learned", "sigma": 0.2},
    {"family": "bernoulli"},
    {"family": "mixture-of-logistics", "components": 3},
]


@pytest.mark.parametrize("likelihood", FAMILIES, ids=lambda one: one["family"])
@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("inference", ["top-down", "ladder"])
@pytest.mark.parametrize("shape", [(8, 8), (28, 28), (33, 17, 3)])
@pytest.mark.parametrize("backbone", BACKBONES)
def test_weights_and_latents_are_those_of_the_network(
    backbone: str, shape: tuple[int, ...], inference: str, skip: bool, likelihood: dict[str, Any]
) -> None:
    for latents in ([3], [3, 2], [2, 4, 1]):
        choices = {"backbone": backbone, "inference": inference, "skip": skip, "width": 5}
        model = Model.model_validate(choices | {"latents": latents, "likelihood": likelihood})
        network = build(model, shape, seed=0)
        assert weights(model, shape) == trained(network)
        assert multiplications(model, shape) == done(network, shape)
        of_plane = build(model, shape, 0, box=[(0.1, 10.0)] * len(latents))
        assert weights(model, shape, conditioned=True) == trained(of_plane)
        assert multiplications(model, shape, conditioned=True) == done(of_plane, shape)
        assert flat_latents(backbone, shape, latents) == list(network.latents)


@pytest.mark.parametrize("backbone", BACKBONES)
def test_a_detour_of_wide_layers_has_a_limited_rank(backbone: str) -> None:
    choices = {"backbone": backbone, "inference": "top-down", "skip": True, "width": 70}
    more = {"latents": [66, 65], "conditioning": {"rank": 20, "units": 5}}
    model = Model.model_validate(choices | more | {"likelihood": FAMILIES[0]})
    network = build(model, (9, 8), 0, box=[(0.1, 10.0)] * 2)
    assert weights(model, (9, 8), conditioned=True) == trained(network)
    assert multiplications(model, (9, 8), conditioned=True) == done(network, (9, 8))


@pytest.mark.parametrize("backbone", ["mlp", "conv"])
def test_a_categorical_top_layer_has_a_logit_an_entry(backbone: str) -> None:
    choices = {"backbone": backbone, "inference": "top-down", "skip": True, "width": 5}
    top = {"family": "categorical", "variables": 2, "categories": 3}
    options = choices | {"latents": [4, 6], "likelihood": FAMILIES[0], "top": top}
    model = Model.model_validate(options)
    network = build(model, (8, 8), seed=0)
    assert weights(model, (8, 8)) == trained(network)
    assert multiplications(model, (8, 8)) == done(network, (8, 8))


@pytest.mark.parametrize("inference", ["top-down", "ladder"])
def test_shortcuts_are_counted(inference: str) -> None:
    choices = {"backbone": "mlp", "inference": inference, "skip": True, "shortcut": True}
    options = choices | {"latents": [4, 3, 2], "width": 5, "likelihood": FAMILIES[0]}
    model = Model.model_validate(options)
    network = build(model, (8, 8), seed=0)
    assert weights(model, (8, 8)) == trained(network)
    assert multiplications(model, (8, 8)) == done(network, (8, 8))
    of_plane = build(model, (8, 8), 0, box=[(0.1, 10.0)] * 3)
    assert weights(model, (8, 8), conditioned=True) == trained(of_plane)
    assert multiplications(model, (8, 8), conditioned=True) == done(of_plane, (8, 8))


def test_claims_beyond_all_memory_are_counted_too() -> None:
    choices = {"backbone": "mlp", "inference": "top-down", "skip": False, "width": 2**31}
    model = Model.model_validate(choices | {"latents": [3, 2], "likelihood": FAMILIES[0]})
    assert weights(model, (6,)) > 2**63


def trained(network: HierarchicalVAE) -> int:
    return sum(weight.numel() for weight in network.parameters())


def done(network: HierarchicalVAE, shape: tuple[int, ...], items: int = 2) -> float:
    """Multiplications for one item, of a forward pass in which each item has a β of its own."""
    x = torch.zeros(items, math.prod(shape))
    noise = [torch.zeros(items, width) for width in network.latents]
    with FlopCounterMode(display=False) as counter:
        if hasattr(network, "condition"):
            at(network, torch.ones(items, len(noise)))
        network(x, noise)
    return float(counter.get_total_flops()) / 2 / items  # an addition goes with each
