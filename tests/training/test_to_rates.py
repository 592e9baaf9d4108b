"""Models trained to rates: each is itself whatever its neighbours, met or not."""

import math

import numpy as np
import pytest
import torch

from hvae.config.training import FAR, RateSchedule, miss
from hvae.models.hierarchical import HierarchicalVAE
from hvae.models.likelihoods.base import Bernoulli, LearnedGaussian
from hvae.models.likelihoods.mixture_of_logistics import MixtureOfLogistics
from hvae.training import together
from hvae.training.objective import Costs
from hvae.training.to_rates import ToRates, TrainedToRates, train_to_rates
from hvae.training.together import Work
from tests.conftest import built, small
from tests.training.test_independent import DATA, HELD_OUT

TARGETS = [[2.0, 1.0], [0.0, 3.0], [1.0, 0.5]]
SETTINGS = RateSchedule(steps=40, batch_size=32, learning_rate=1e-2, validate_every=10)


def start(**choices: object) -> HierarchicalVAE:
    return small([16, 8], inputs=16, width=16, **choices)


def trained(
    targets: list[list[float]], seed: int = 0, settings: RateSchedule = SETTINGS
) -> TrainedToRates:
    return train_to_rates(start(), targets, DATA, HELD_OUT, settings, seed)


def equal(one: TrainedToRates, other: TrainedToRates) -> bool:
    pairs = [
        (one.models.weights, other.models.weights),
        (one.prices, other.prices),
        (one.rates, other.rates),
        *zip(one.models.looks.values(), other.models.looks.values(), strict=True),
    ]
    return all(torch.equal(*pair) for pair in pairs)


def member(found: TrainedToRates, index: int) -> TrainedToRates:
    rows = slice(index, index + 1)
    models = found.models._replace(
        weights=found.models.weights[rows],
        diverged=found.models.diverged[rows],
        looks={step: values[rows] for step, values in found.models.looks.items()},
    )
    return TrainedToRates(models, found.prices[rows], found.rates[rows])


@pytest.mark.parametrize(
    ("inputs", "latents", "width", "batch_size"),
    [(16, [16, 8], 16, 32), (7, [3], 7, 30), (9, [5, 3, 2], 33, 37)],
    ids=["whole registers", "odd", "three layers"],
)
def test_a_member_is_bit_for_bit_itself_however_targets_are_divided(
    monkeypatch: pytest.MonkeyPatch, inputs: int, latents: list[int], width: int, batch_size: int
) -> None:
    data = torch.rand(50, inputs, generator=torch.Generator().manual_seed(0))
    settings = SETTINGS.model_copy(update={"batch_size": batch_size})
    targets = [[rate] * len(latents) for rate in (0.5, 1.0, 2.0)]

    def found(*targets: list[float]) -> TrainedToRates:
        model = small(latents, inputs=inputs, width=width)
        return train_to_rates(model, targets, data, data[:31], settings, 0)

    whole = found(*targets)
    for index, target in enumerate(targets):
        assert equal(found(target), member(whole, index))
    monkeypatch.setitem(together.TOGETHER, (False, "cpu"), 2)
    assert equal(found(*targets), whole)


def test_an_impossible_target_leaves_its_neighbours_bit_for_bit_as_they_are() -> None:
    """Rates that no step reaches, and ones whose weights are soon no longer finite."""
    whole = trained([TARGETS[0], [1e38, 1e38], TARGETS[1], [9e4, 0.0], TARGETS[2]])
    assert whole.models.diverged.tolist() == [False, True, False, False, False]
    assert whole.rates[3, 0] < 8e4
    known = trained(TARGETS)
    for ours, theirs in zip((0, 2, 4), range(3), strict=True):
        assert equal(member(whole, ours), member(known, theirs))


def test_the_same_seed_gives_the_same_models_whatever_was_drawn_before() -> None:
    first = trained(TARGETS)
    torch.rand(7)
    assert equal(trained(TARGETS), first)
    assert not torch.equal(trained(TARGETS, seed=1).models.weights, first.models.weights)


ONE_OF_TWO = {"family": "categorical", "variables": 2, "categories": 3}


@pytest.mark.parametrize(
    ("latents", "choices"),
    [
        ([3], {}),
        ([4, 3, 2], {"inference": "ladder", "skip": True, "shortcut": True}),
        ([4, 6], {"top": ONE_OF_TWO}),
        ([2, 3], {"backbone": "conv", "inference": "ladder"}),
        ([2, 6], {"backbone": "conv", "top": ONE_OF_TWO, "skip": True}),
        ([2, 3], {"backbone": "conv-spatial"}),
        ([4, 3], {"likelihood": LearnedGaussian(0.3)}),
        ([4, 3], {"likelihood": Bernoulli()}),
        ([4, 3], {"likelihood": MixtureOfLogistics(2, 1, 17)}),
    ],
    ids=["one layer", "ladder", "categorical", "conv", "conv categorical", "spatial", "learned",
         "bernoulli", "logistics"],
)  # fmt: skip
def test_models_of_every_kind_come_nearer_to_their_rates(
    latents: list[int], choices: dict[str, object]
) -> None:
    """From two sides, each bit for bit as it does alone."""
    settings = SETTINGS.model_copy(update={"steps": 60, "validate_every": 60})
    levels = torch.randint(0, 17, (40, 20), generator=torch.Generator().manual_seed(0)) / 16
    data = levels.round()
    targets = [[0.2] * len(latents), [2.0] * len(latents)]

    def found(targets: list[list[float]], steps: int) -> TrainedToRates:
        model = built(latents, (5, 4), width=4, **choices)
        plan = settings.model_copy(update={"steps": steps})
        return train_to_rates(model, targets, data, data[:20], plan, 0)

    before, after = found(targets, 1), found(targets, 60)
    assert not after.models.diverged.any()
    far = [(one.rates - torch.tensor(targets)).abs().sum(1) for one in (before, after)]
    assert (far[1] < far[0]).all()
    assert equal(found(targets[1:], 60), member(after, 1))


def test_no_more_than_the_entropy_of_a_categorical_top_is_reached() -> None:
    """Of 2 nats that are asked of two variables of two categories, at most 2 log 2."""
    top = {"family": "categorical", "variables": 2, "categories": 2}
    settings = SETTINGS.model_copy(update={"steps": 300, "validate_every": 100})
    model = built([6, 4], (16,), width=16, sigma=0.1, top=top)
    found = train_to_rates(model, [[1.0, 2.0]], DATA, HELD_OUT, settings, 0)
    assert not found.models.diverged.any()
    assert 0.5 < found.rates[0, 1] <= 2 * math.log(2) * (1 + 1e-6)
    assert miss(found.rates[0].numpy(), np.array([1.0, 2.0])) > FAR
    assert found.prices[0, 1] < 0  # more rate would be paid for, if there were any


def test_weights_are_those_of_the_lowest_value_while_rates_are_met() -> None:
    """Three members: met from the third look on, never, and met before corrections alone."""
    work = Work(start(), DATA, HELD_OUT, SETTINGS, 0)
    members = ToRates(work, SETTINGS, work.starts(3), TARGETS, None)
    far = torch.tensor(TARGETS) + 1.0
    looks = [  # step, values, which members have their rates
        (10, [1.0, 5.0, 1.0], [True, False, True]),
        (30, [9.0, 4.0, 3.0], [False, False, False]),
        (32, [4.0, 6.0, 5.0], [True, False, False]),
        (36, [2.0, 7.0, 6.0], [False, False, False]),
        (38, [3.0, 8.0, 4.0], [True, False, False]),
        (40, [3.5, 9.0, 7.0], [True, False, False]),
    ]
    for step, values, met in looks:
        rates = torch.where(torch.tensor(met)[:, None], torch.tensor(TARGETS), far)
        means, found = Costs(torch.zeros(3), rates), torch.tensor(values)
        with torch.no_grad():
            members.weights.fill_(step)
            members.prices.fill_(step)
            members.keep(members.better(found, means, step), found)
    assert members.best[:, 0].tolist() == [38, 40, 40]
    assert members.kept_prices[:, 0].tolist() == [38, 40, 40]
    assert members.lowest.tolist() == [3.0, 9.0, 7.0]
