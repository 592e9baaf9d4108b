"""Members with a categorical top layer: trained together, on digits, and with a dear top."""

import math

import pytest
import torch

from hvae.config.training import Training
from hvae.data.bundled import load_digits
from hvae.models.distributions import draw
from hvae.models.hierarchical import HierarchicalVAE
from hvae.training.objective import objective
from hvae.training.train import TrainedModels, train
from tests.conftest import built

V, K = 4, 8
DIGITS = torch.tensor(load_digits().x)[
    torch.randperm(1797, generator=torch.Generator().manual_seed(0))
]
DATA, HELD_OUT = DIGITS[:1000], DIGITS[1000:1400]
BETAS = [[0.5, 0.1], [0.5, 100.0], [5.0, 1.0]]


def settings(steps: int) -> Training:
    return Training(
        strategy="independent", steps=steps, batch_size=64, learning_rate=4e-3, warm_up=0.2,
        validate_every=steps // 3,
    )  # fmt: skip


def start(shape: tuple[int, ...] = (64,), **choices: object) -> HierarchicalVAE:
    top = {"family": "categorical", "variables": V, "categories": K, "temperature": 0.8}
    return built([16, V * K], shape, width=16, sigma=0.2, top=top, **choices)


def trained(betas: list[list[float]], steps: int) -> TrainedModels:
    return train(start(), betas, DATA, HELD_OUT, settings(steps), 0)


@pytest.mark.parametrize("index", range(3))
def test_a_member_is_bit_for_bit_the_member_of_a_grid_of_one(index: int) -> None:
    whole, one = trained(BETAS, 30), trained([BETAS[index]], 30)
    assert torch.equal(whole.weights[index], one.weights[0])


def test_a_convolutional_member_is_itself_trained_alone() -> None:
    choices = {"shape": (8, 8), "backbone": "conv"}
    whole, one = (
        train(start(**choices), betas, DATA, HELD_OUT, settings(6), 0)
        for betas in (BETAS, BETAS[1:2])
    )
    assert torch.equal(whole.weights[1], one.weights[0])


def test_training_lowers_the_objective_and_a_dear_top_closes() -> None:
    found = trained(BETAS, 450)
    looks = torch.stack(list(found.looks.values()))
    assert not found.diverged.any()
    model = start()
    noise = draw(model.latents, len(HELD_OUT), torch.Generator().manual_seed(3))
    rates = []
    for index, beta in enumerate(BETAS):
        before = objective(start()(HELD_OUT, noise), torch.tensor(beta)).mean()
        model.load_state_dict(found.member(index))
        terms = model(HELD_OUT, noise)
        assert objective(terms, torch.tensor(beta)).mean() < before - 20
        assert looks[-1, index] < looks[0, index]
        assert terms.rates[:, 1].max() <= V * math.log(K) * (1 + 1e-6)
        rates.append(terms.rates[:, 1].mean().item())
    assert rates[0] > 1.5  # a cheap top is used
    assert rates[1] < 0.01  # a dear one closes
