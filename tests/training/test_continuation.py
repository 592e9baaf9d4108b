"""Where models begin that go on from an amortized one, against the amortized model itself."""

import numpy as np
import pytest
import torch

from hvae.config.training import residuals
from hvae.models.build import build
from hvae.models.distributions import draw
from hvae.models.hierarchical import HierarchicalVAE
from hvae.models.hypernetwork import at
from hvae.training import members, train
from hvae.training.members import flatten
from hvae.training.objective import objective
from hvae.training.together import LONGEST, RISE, Work
from hvae.training.train import AtBeta
from tests.training.test_amortized import BOX, SETTINGS, conditioned, items, options

BETAS = [[0.1, 5.0], [0.7, 0.4], [10.0, 0.2]]


def amortized() -> HierarchicalVAE:
    model = conditioned()
    with torch.no_grad():
        for weight in model.parameters():
            weight += 0.2 * torch.randn(weight.shape, generator=torch.Generator().manual_seed(3))
    return model


def plain(weights: torch.Tensor | None = None) -> HierarchicalVAE:
    model = build(options([3, 2]), (6,), 0)
    if weights is not None:
        model.load_state_dict(flatten(model)[1].state(weights), strict=False)
    return model


def rates_at(beta: torch.Tensor) -> np.ndarray:
    """By the amortized model itself, with the noise of a look."""
    model, x = amortized(), items(40, 2)
    at(model, beta)
    source = members.generator(members.Stream.VALIDATION, 0)
    return model(x, draw(model.latents, 40, source)).rates.mean(0).detach().double().numpy()


def test_a_row_is_what_the_amortized_model_is_at_its_beta() -> None:
    start, model = members.at(amortized(), plain(), BETAS), amortized()
    assert torch.equal(start.beta, torch.tensor(BETAS))
    x, noise = items(9, 1), draw(model.latents, 9, torch.Generator().manual_seed(0))
    for row, beta in zip(start.weights, torch.tensor(BETAS), strict=True):
        at(model, beta)
        expected, found = model(x, noise), plain(row)(x, noise)
        torch.testing.assert_close(found.distortion, expected.distortion, rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(found.rates, expected.rates, rtol=1e-4, atol=1e-5)


def test_the_nearest_rates_are_those_of_a_search_through_all_values_of_beta() -> None:
    values = torch.tensor(members.lattice(BOX, members.FINEST))
    rates = np.array([rates_at(beta) for beta in values])
    wanted = [[0.5, 0.5], [4.0, 0.1], [0.0, 0.0]]
    start = members.nearest(amortized(), plain(), wanted, items(40, 2), seed=0)
    for beta, one in zip(start.beta, wanted, strict=True):
        distances = np.square(residuals(rates, np.array(one))).sum(1)
        assert np.square(residuals(rates_at(beta), np.array(one))).sum() == pytest.approx(
            distances.min(), rel=1e-3
        )


def test_of_many_items_evenly_spread_ones_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted, held_out = [[0.5, 0.5], [4.0, 0.1]], items(40, 2)
    some = members.nearest(amortized(), plain(), wanted, held_out[::4], seed=0)
    monkeypatch.setattr(members, "LOOKED_AT", 11)
    found = members.nearest(amortized(), plain(), wanted, held_out, seed=0)
    assert torch.equal(found.beta, some.beta)
    assert torch.equal(found.weights, some.weights)


@pytest.mark.parametrize(("axes", "count"), [(1, 11), (2, 121), (3, 125), (4, 81), (5, 32)])
def test_as_many_values_of_beta_as_are_quickly_looked_at(axes: int, count: int) -> None:
    found = members.lattice([(0.1, 10.0)] * axes, members.FINEST)
    assert len(set(found)) == count
    assert {(0.1,) * axes, (10.0,) * axes} <= set(found)


def test_models_are_polished_from_there_on() -> None:
    """Without a step to speak of they are the amortized model; with steps J_β falls from there."""
    data, held_out = items(60, 1), items(20, 2)
    start = members.at(amortized(), plain(), BETAS)
    still = SETTINGS.model_copy(
        update={"learning_rate": 1e-12, "weight_decay": 0.0, "warm_up": 0.0}
    )
    same = train.train(plain(), BETAS, data, held_out, still, 0, starts=start.weights)
    source = members.generator(members.Stream.VALIDATION, 0)
    noise = draw(plain().latents, 20, source)
    before = [
        objective(plain(row)(held_out, noise), beta).mean().item()
        for row, beta in zip(start.weights, start.beta, strict=True)
    ]
    assert same.looks[30].tolist() == pytest.approx(before, rel=1e-5)
    better = train.train(plain(), BETAS, data, held_out, SETTINGS, 0, starts=start.weights)
    assert (better.looks[30] < same.looks[30]).all()
    # steps that spoil the model lose nothing of it
    wild = still.model_copy(update={"learning_rate": 3.0})
    lost = train.train(plain(), BETAS, data, held_out, wild, 0, starts=start.weights)
    assert lost.looks[0].tolist() == pytest.approx(before, rel=1e-5)
    assert all((lost.looks[step] > lost.looks[0]).all() for step in lost.looks if step > 0)
    assert torch.equal(lost.weights, start.weights)


@pytest.mark.parametrize("goes_on", [False, True])
def test_a_trained_model_is_not_moved_as_far_by_its_first_step_as_a_new_one(goes_on: bool) -> None:
    """Adam's first step moves each weight by the learning rate, whatever its gradient."""
    settings = SETTINGS.model_copy(update={"weight_decay": 0.0})
    weights = flatten(plain())[0].repeat(2, 1)
    work = Work(plain(), items(40, 1), items(20, 2), settings, seed=0)
    members = AtBeta(work, weights, [[1.0, 1.0]] * 2, goes_on)
    members.step(1)
    moved = (members.weights.detach() - weights).abs().max().item()
    part = 1 / (RISE * settings.steps) if goes_on else 1
    assert moved == pytest.approx(settings.learning_rate * part, rel=1e-3)


@pytest.mark.parametrize("goes_on", [False, True])
def test_a_gradient_that_explodes_is_clipped_where_a_model_goes_on(goes_on: bool) -> None:
    """And the other member does not notice. Models from scratch have Adam as it is published."""
    weights = flatten(plain())[0].repeat(2, 1)
    work = Work(plain(), items(40, 1), items(20, 2), SETTINGS, seed=0)
    calm, wild = (AtBeta(work, weights, [[1.0, 1.0]] * 2, goes_on) for _ in range(2))
    for step in range(1, 11):
        calm.step(step)
        wild.step(step)
    usual, losses = wild.adam.usual(0).norm(dim=1), wild.losses
    wild.losses = lambda *of: losses(*of) * torch.tensor([1e6, 1.0])  # type: ignore[method-assign]
    calm.step(11)
    wild.step(11)
    exploding, expected = (one.weights.grad.norm(dim=1) for one in (wild, calm))
    longest = LONGEST * usual[0].item() if goes_on else 1e6 * expected[0].item()
    assert exploding.tolist() == pytest.approx([longest, expected[1].item()], rel=1e-4)
    assert torch.equal(wild.weights[1], calm.weights[1])
    assert not torch.equal(wild.weights[0], calm.weights[0])
