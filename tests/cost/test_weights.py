"""Weights counted without a network, against networks."""

from typing import Any

import pytest

from hvae.cost.weights import weights
from hvae.models.build import BACKBONES, build
from hvae.models.hierarchical import HierarchicalVAE
from hvae.params import Model
from hvae.sizes import flat_latents

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
        box = [(0.1, 10.0)] * len(latents)
        assert weights(model, shape, conditioned=True) == trained(build(model, shape, 0, box=box))
        assert flat_latents(backbone, shape, latents) == list(network.latents)


def trained(network: HierarchicalVAE) -> int:
    return sum(weight.numel() for weight in network.parameters())
