"""The multipliers on costs that are known, and the Lagrangian against its formula."""

import pytest
import torch
from torch import Tensor

from hvae.config.training import RateSchedule
from hvae.training.objective import Costs, lagrangian, objective, unit
from hvae.training.to_rates import Multipliers, multipliers

SETTINGS = RateSchedule(steps=2000, batch_size=1, learning_rate=1e-2, validate_every=1)
TARGET = torch.tensor([[3.0, 1.0], [0.5, 0.25]])


def test_the_lagrangian_is_its_formula() -> None:
    means = Costs(torch.tensor([7.0, 2.0]), torch.tensor([[4.0, 1.5], [0.5, 0.75]]))
    prices = torch.tensor([[0.5, 2.0], [1.0, 3.0]])
    found = lagrangian(means, prices, TARGET, penalty=10.0)
    first = 7 + 0.5 * 1 + 2 * 0.5 + 10 / 2 * (1 + 0.25) / 4
    second = 2 + 3 * 0.5 + 10 / 2 * 0.25 / 1  # a total of 0.75 counts as 1 nat
    assert found.tolist() == pytest.approx([first, second])


def test_its_gradient_is_that_of_an_objective() -> None:
    rates = torch.tensor([[4.0, 1.5], [0.5, 0.75]], requires_grad=True)
    prices, distortion = torch.tensor([[0.5, 2.0], [1.0, 3.0]]), torch.zeros(2)
    lagrangian(Costs(distortion, rates), prices, TARGET, 10.0).sum().backward()
    found, rates.grad = rates.grad, None
    beta = prices + 10 * (rates.detach() - TARGET) / torch.tensor([[4.0], [1.0]])
    objective(Costs(distortion, rates), beta).sum().backward()
    torch.testing.assert_close(found, rates.grad)


def exponential(known: Multipliers, more: Tensor, steps: int, times: float = 1) -> Tensor:
    """The rates of validation items, (G, L), after training where D = Σ_l 4 exp(−R_l / 2), `times`.

    Each step is at the optimum of its Lagrangian; validation items cost `more` than batches. The
    price of a rate R_l is 2 exp(−R_l / 2), `times`.
    """
    rates, scale = torch.ones_like(known.target), unit(known.target)
    for step in range(1, steps + 1):
        for _ in range(3):  # Newton's method, on each rate alone
            excess = (rates - known.asked) / scale
            steep = times * (-rates / 2).exp()
            gradient = -2 * steep + known.prices + known.penalty(step) * excess
            stiffness = steep + known.penalty(step) / scale
            rates = (rates - gradient / stiffness).clamp(min=0)
        known.update(rates, step)
        if known.corrects(step) and step % 10 == 0:
            known.correct(rates + more)
    return rates + more


@pytest.mark.parametrize("more", [0.0, 0.2])
def test_validation_items_meet_their_targets_at_the_price_of_what_batches_have(more: float) -> None:
    """Batches are asked for less by what validation items cost more: λ is the price there."""
    known = multipliers(SETTINGS, TARGET)
    found = exponential(known, torch.tensor(more), SETTINGS.steps)
    torch.testing.assert_close(found, TARGET, atol=0.01, rtol=0)
    torch.testing.assert_close(known.prices, 2 * (-(TARGET - more) / 2).exp(), rtol=0.02, atol=0)


def test_a_steep_distortion_asks_for_no_other_settings() -> None:
    """Of pictures with many pixels and a small σ a nat is worth hundreds of nats of D."""
    known = multipliers(SETTINGS, TARGET, first=torch.full_like(TARGET, 10.0))
    found = exponential(known, torch.tensor(0.0), SETTINGS.steps, times=300)
    torch.testing.assert_close(found, TARGET, atol=0.01, rtol=0)
    torch.testing.assert_close(known.prices, 600 * (-TARGET / 2).exp(), rtol=0.02, atol=0)


def test_prices_move_by_the_average_and_come_to_rest_with_the_learning_rate() -> None:
    known = multipliers(SETTINGS, TARGET, first=torch.ones_like(TARGET))
    twice = 2 * TARGET
    known.update(twice, 1000)
    by = 0.05 * (1 - 0.95) * TARGET / torch.tensor([[4.0], [1.0]]) * (1 - 999 / 2000)
    torch.testing.assert_close(known.prices, 1 + by)
    before = known.prices.clone()
    known.update(twice, 2000)
    assert (known.prices - before).max() < 1e-4


def test_the_price_of_a_layer_to_be_closed_rises_as_fast_whatever_the_total() -> None:
    """With 60 nats elsewhere too, and by no more than a nat says."""
    target = torch.tensor([[3.0, 0.0], [60.0, 0.0], [60.0, 0.0]])
    known = multipliers(SETTINGS, target, first=torch.ones_like(target))
    known.batches.copy_(target + torch.tensor([[0.0, 0.2], [0.0, 0.2], [0.0, 30.0]]))
    known.update(known.batches.clone(), 1000)
    by = 0.05 * torch.tensor([0.2, 0.2, 1.0]) * (1 - 999 / 2000)
    torch.testing.assert_close(known.prices[:, 1], 1 + by)
    assert torch.equal(known.prices[:, 0], torch.ones(3))


def test_one_member_does_not_see_another() -> None:
    rates = torch.tensor([[4.0, 1.5], [0.5, 0.75]])
    both, alone = multipliers(SETTINGS, TARGET), multipliers(SETTINGS, TARGET[:1])
    for step in range(1, 30):
        both.update(rates, step)
        alone.update(rates[:1], step)
        both.correct(1.1 * rates)
        alone.correct(1.1 * rates[:1])
    for ours, theirs in zip(both.state().values(), alone.state().values(), strict=True):
        assert torch.equal(ours[:1], theirs)
