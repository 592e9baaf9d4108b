"""Sizes of models, by hand, and against the networks themselves with numbers in them."""

import math
import subprocess
import sys
from typing import Any

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from hvae.config.model import Model
from hvae.config.sizes import flat_latents
from hvae.errors import InputError
from hvae.models.build import BACKBONES, ModelSize, build, size
from hvae.models.hierarchical import HierarchicalVAE
from hvae.models.hypernetwork import at
from tests.conftest import ROOT

GAUSSIAN: dict[str, Any] = {"family": "gaussian", "sigma": 0.2}
FAMILIES: list[dict[str, Any]] = [
    GAUSSIAN,
    {"family": "gaussian-learned", "sigma": 0.2},
    {"family": "bernoulli"},
    {"family": "mixture-of-logistics", "components": 3},
]


def asked(backbone: str, **choices: Any) -> Model:
    base = {"backbone": backbone, "inference": "top-down", "skip": True, "width": 5}
    return Model.model_validate(base | {"latents": [3, 2], "likelihood": GAUSSIAN} | choices)


def test_perceptrons_are_counted_by_hand() -> None:
    model = asked("mlp", skip=False)
    bottom_up = [(6, 5), (5, 5)]
    heads = [(5 + 2, 5), (5, 2 * 3), (5, 5), (5, 2 * 2)]  # of z_1, which sees z_2, and of z_2
    rest = [(2, 5), (5, 2 * 3), (3, 5), (5, 6)]  # the prior of z_1, and the decoder
    matrices = sum(inputs * outputs for inputs, outputs in bottom_up + heads + rest)
    biases = sum(outputs for _, outputs in bottom_up + heads + rest)
    assert size(model, (2, 3)) == ModelSize(matrices + biases, matrices)


def test_a_filter_counts_at_each_output_and_transposed_at_each_input() -> None:
    model = asked("conv-spatial", latents=[3])
    weights = size(model, (12, 12)).weights
    down = 6 * 6 * 25 * 1 * 5 + 3 * 3 * 25 * 5 * 5  # 12 × 12 pixels to 6 × 6, and to 3 × 3
    head = 3 * 3 * 25 * (5 * 5 + 5 * 6)
    up = 3 * 3 * 25 * 3 * 5 + 6 * 6 * 25 * 5 * 1
    assert size(model, (12, 12)).multiplications == down + head + up
    assert size(model, (24, 24)) == ModelSize(weights, 4 * (down + head + up))


# Each family on grey and on coloured items, or on one kind where colour makes no difference to it.
ITEMS = [
    ((8, 8), GAUSSIAN),
    ((28, 28), FAMILIES[1]),
    ((33, 17, 3), FAMILIES[1]),
    ((33, 17, 3), FAMILIES[2]),
    ((8, 8), FAMILIES[3]),
    ((33, 17, 3), FAMILIES[3]),
]


@pytest.mark.parametrize(("shape", "likelihood"), ITEMS, ids=str)
@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("inference", ["top-down", "ladder"])
@pytest.mark.parametrize("backbone", BACKBONES)
def test_sizes_are_those_of_the_networks(
    backbone: str, shape: tuple[int, ...], inference: str, skip: bool, likelihood: dict[str, Any]
) -> None:
    for latents in ([3], [3, 2], [2, 4, 1]):
        choices = {"inference": inference, "skip": skip, "likelihood": likelihood}
        model = asked(backbone, latents=latents, **choices)
        network = build(model, shape, seed=0)
        assert size(model, shape) == found(network, shape)
        of_plane = build(model, shape, 0, box=[(0.1, 10.0)] * len(latents))
        assert size(model, shape, conditioned=True) == found(of_plane, shape)
        assert flat_latents(backbone, shape, latents) == list(network.latents)


@pytest.mark.parametrize("backbone", BACKBONES)
def test_an_adapter_of_wide_layers_has_a_limited_rank(backbone: str) -> None:
    more = {"width": 70, "latents": [66, 65], "conditioning": {"rank": 20, "units": 5}}
    model = asked(backbone, **more)
    network = build(model, (9, 8), 0, box=[(0.1, 10.0)] * 2)
    assert size(model, (9, 8), conditioned=True) == found(network, (9, 8))


@pytest.mark.parametrize("backbone", ["mlp", "conv"])
def test_a_categorical_top_layer_has_a_logit_an_entry(backbone: str) -> None:
    top = {"family": "categorical", "variables": 2, "categories": 3}
    model = asked(backbone, latents=[4, 6], top=top)
    assert size(model, (8, 8)) == found(build(model, (8, 8), seed=0), (8, 8))


@pytest.mark.parametrize("backbone", BACKBONES)
def test_what_no_memory_holds_is_counted_without_any(backbone: str) -> None:
    for conditioned in (False, True):
        found = size(asked(backbone, width=2**20), (32, 32, 3), conditioned)
        assert found.weights > 2**40  # of 4 TB at least, and most are used once or more
        assert found.multiplications > found.weights * 0.99


@pytest.mark.parametrize("width", [2**31, 10**30])
@pytest.mark.parametrize("backbone", BACKBONES)
def test_what_64_bits_do_not_count_is_refused(backbone: str, width: int) -> None:
    with pytest.raises(InputError, match="no memory holds a model of these sizes"):
        size(asked(backbone, width=width), (8, 8))


def test_counting_draws_no_random_numbers() -> None:
    before = torch.get_rng_state()
    size(asked("conv", width=11), (8, 8), conditioned=True)
    assert torch.equal(torch.get_rng_state(), before)


def test_counting_loads_no_compiler_and_starts_no_thread() -> None:
    """Which a plan would wait for as long as for torch itself, and a fork might not survive."""
    code = """
import os, sys
from tests.models.test_size import BACKBONES, FAMILIES, asked, size
threads = len(os.listdir("/proc/self/task"))
for backbone in BACKBONES:
    for family in FAMILIES:
        size(asked(backbone, likelihood=family), (32, 32, 3), conditioned=True)
print({"torch._dynamo", "sympy"} & set(sys.modules), len(os.listdir("/proc/self/task")) - threads)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "set() 0", done.stderr


def found(network: HierarchicalVAE, shape: tuple[int, ...], items: int = 2) -> ModelSize:
    """By torch's own counter, of a forward pass in which each item has a β of its own."""
    x = torch.zeros(items, math.prod(shape))
    noise = [torch.zeros(items, width) for width in network.latents]
    with FlopCounterMode(display=False) as counter:
        if hasattr(network, "condition"):
            at(network, torch.ones(items, len(noise)))
        network(x, noise)
    done, rest = divmod(counter.get_total_flops(), 2 * items)  # an addition goes with each
    assert rest == 0
    return ModelSize(sum(weight.numel() for weight in network.parameters()), done)
