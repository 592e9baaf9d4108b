"""A conditioned model is the plain one at first, and at each β a plain one with folded weights."""

import math
from collections.abc import Sequence
from typing import Any

import pytest
import torch
from torch import Tensor

from hvae.config.model import Model
from hvae.data.seeded import Stream
from hvae.models.build import build
from hvae.models.distributions import draw, generator
from hvae.models.hierarchical import HierarchicalVAE, Terms
from hvae.models.hypernetwork import Hypernetwork, affine_layers, at, folded

BOX = [(0.1, 10.0), (0.5, 2.0)]
GAUSSIAN = {"family": "gaussian", "sigma": 0.3}
LEARNED = {"family": "gaussian-learned", "sigma": 0.3}
BERNOULLI = {"family": "bernoulli", "sigma": None}
LOGISTICS = {"family": "mixture-of-logistics", "sigma": None, "components": 2}
CATEGORICAL = {"family": "categorical", "variables": 2, "categories": 3, "temperature": 1.0}
CASES = [
    pytest.param(backbone, [4, 6], shape, choices, id=f"{backbone}-{'-'.join(map(str, choices))}")
    for backbone, shape in [("mlp", (3, 4)), ("conv", (9, 10, 3)), ("conv-spatial", (9, 10))]
    for choices in [
        {"likelihood": GAUSSIAN, "skip": True},
        {"inference": "ladder", "likelihood": LEARNED},
        {"likelihood": LOGISTICS},
        {"inference": "ladder", "likelihood": BERNOULLI, "skip": True},
        {"likelihood": GAUSSIAN, "top": CATEGORICAL},
    ]
    if backbone != "conv-spatial" or "top" not in choices
] + [pytest.param("mlp", [4, 6], (3, 4), {"likelihood": GAUSSIAN, "shortcut": True}, id="shortcut")]


def options(backbone: str, latents: list[int], choices: dict[str, Any]) -> Model:
    default = {"inference": "top-down", "skip": False, "width": 5, "latents": latents}
    return Model.model_validate(default | {"backbone": backbone} | choices)


def perturbed(model: HierarchicalVAE) -> HierarchicalVAE:
    """The model in double precision, every weight away from its start."""
    source = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for weight in model.parameters():
            weight += 0.2 * torch.randn(weight.shape, generator=source)
    return model.double()


def inputs(
    model: HierarchicalVAE, shape: Sequence[int], items: int = 4
) -> tuple[Tensor, list[Tensor]]:
    source = generator(Stream.TRAINING, 0, 1)
    x = torch.randint(0, 2, (items, math.prod(shape)), generator=source).double()
    return x, [eps.double() for eps in draw(model.latents, items, source)]


def assert_same(found: Terms, expected: Terms, item: int) -> None:
    for a, b in zip((*found[:2], found.decoded), (*expected[:2], expected.decoded), strict=True):
        torch.testing.assert_close(a[item], b[item], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("backbone", "latents", "shape", "choices"), CASES)
def test_an_item_at_its_beta_sees_the_folded_plain_model(
    backbone: str, latents: list[int], shape: tuple[int, ...], choices: dict[str, Any]
) -> None:
    asked = options(backbone, latents, choices)
    model = perturbed(build(asked, shape, 0, box=BOX))
    x, noise = inputs(model, shape)
    betas = torch.tensor([[0.1, 0.5], [3.0, 0.7], [10.0, 2.0], [0.4, 1.9]], dtype=torch.double)
    at(model, betas)
    found = model(x, noise)
    for item, beta in enumerate(betas):
        plain = build(asked, shape, 0).double()
        plain.load_state_dict(folded(model, beta))
        assert_same(found, plain(x, noise), item)
    at(model, betas.flip(0))
    assert not torch.allclose(model(x, noise).distortion[0], found.distortion[0], rtol=1e-3)


@pytest.mark.parametrize(("backbone", "latents", "shape", "choices"), CASES)
def test_training_starts_from_the_plain_model(
    backbone: str, latents: list[int], shape: tuple[int, ...], choices: dict[str, Any]
) -> None:
    asked = options(backbone, latents, choices)
    model, plain = build(asked, shape, 3, box=BOX).double(), build(asked, shape, 3).double()
    state = folded(model, torch.tensor([0.3, 1.2], dtype=torch.double))
    assert state.keys() == plain.state_dict().keys()
    for name, tensor in plain.state_dict().items():
        torch.testing.assert_close(state[name], tensor, rtol=0, atol=0)


@pytest.mark.parametrize(("backbone", "latents", "shape", "choices"), CASES)
def test_every_weight_of_the_plain_model_is_of_a_conditioned_layer(
    backbone: str, latents: list[int], shape: tuple[int, ...], choices: dict[str, Any]
) -> None:
    plain = build(options(backbone, latents, choices), shape, 0)
    covered = {f"{name}.{part}" for name, _, _ in affine_layers(plain) for part in PARTS}
    assert {name for name, _ in plain.named_parameters()} <= covered


PARTS = ("weight", "bias")


def test_the_box_is_the_cube_in_log_beta() -> None:
    found = Hypernetwork(BOX, [(3, 2)], 4).place(
        torch.tensor([[0.1, 2.0], [1.0, 1.0], [10.0, 0.5]])
    )
    expected = torch.tensor([[-1.0, 1.0], [0.0, 0.0], [1.0, -1.0]])
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=0)


def test_an_axis_of_one_value_is_no_reason_to_change() -> None:
    """However β is rounded."""
    found = Hypernetwork([(0.316228, 0.316228)], [(3, 2)], 4)
    assert found.place(torch.tensor([0.316228])) == 0
    assert found.place(torch.tensor([0.1**0.5])) == 0


def test_a_plain_model_has_no_condition() -> None:
    plain = build(options("mlp", [2, 2], {"likelihood": GAUSSIAN}), (4,), 0)
    with pytest.raises(AttributeError):
        at(plain, torch.ones(2))
