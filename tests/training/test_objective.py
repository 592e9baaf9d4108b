"""The learning rate falls or stays, β rises in log β or in β, and all are functions of the step."""

import itertools
from typing import Any

import pytest
import torch

from hvae.config.training import Training
from hvae.training.objective import beta_factor, learning_rate, warmed


def settings(warm_up: float, **more: Any) -> Training:
    return Training(
        strategy="independent",
        steps=200,
        batch_size=1,
        learning_rate=0.5,
        warm_up=warm_up,
        validate_every=1,
        **more,
    )


def test_the_learning_rate_falls_linearly_and_is_never_zero() -> None:
    rates = [learning_rate(settings(0.0), step) for step in range(1, 201)]
    assert rates == pytest.approx([0.5 * (1 - i / 200) for i in range(200)])
    assert rates[-1] > 0


def test_beta_rises_evenly_in_its_logarithm_and_stays() -> None:
    factors = {step: beta_factor(settings(0.5), step) for step in (1, 50, 99, 100, 101, 200)}
    assert factors[1] == pytest.approx(0.01 ** (1 - 1 / 100))
    assert factors[50] == pytest.approx(0.1)
    assert factors[99] < 1
    assert factors[100] == factors[101] == factors[200] == 1


def test_without_a_warm_up_beta_is_itself_throughout() -> None:
    assert {beta_factor(settings(0.0), step) for step in range(1, 201)} == {1.0}


def test_a_constant_learning_rate_is_the_same_at_every_step() -> None:
    chosen = settings(0.0, schedule="constant")
    assert {learning_rate(chosen, step) for step in range(1, 201)} == {0.5}


def test_beta_that_rises_evenly_starts_at_nothing_and_stays() -> None:
    chosen = settings(0.2, rise="linear")
    factors = [beta_factor(chosen, step) for step in (1, 10, 20, 40, 41, 200)]
    assert factors == pytest.approx([1 / 40, 0.25, 0.5, 1, 1, 1])
    beta = torch.tensor([[0.1, 4.0], [2.0, 2.0]])
    torch.testing.assert_close(warmed(beta, chosen, 10), beta / 4)
    assert torch.equal(warmed(beta, chosen, 40), beta)


def test_beta_never_falls_while_training_warms_up() -> None:
    chosen = settings(0.2)
    beta = torch.tensor([[0.001, 10.0], [0.1, 10.0]])
    steps = [warmed(beta, chosen, step) for step in (1, 10, 20, 40)]
    assert torch.equal(steps[0][0], beta[0])  # it is as low as warming up begins already
    assert steps[0][1, 0] == pytest.approx(0.03, rel=0.1)
    for before, after in itertools.pairwise(steps):
        assert (before <= after).all()
    assert torch.equal(steps[-1], beta)
