"""Members trained together are the models trained alone, and a broken one breaks no other."""

import copy

import pytest
import torch

from hvae.config.training import Training
from hvae.data.seeded import Stream
from hvae.models import hierarchical
from hvae.models.distributions import draw, generator
from hvae.models.hierarchical import HierarchicalVAE
from hvae.training.inputs import batch
from hvae.training.objective import objective
from hvae.training.together import TOGETHER
from hvae.training.train import TrainedModels, train
from tests.conftest import small

BETAS = [[0.1, 1.0], [1.0, 1.0], [2.0, 0.3]]
INPUTS, LATENTS, WIDTH = 16, [16, 8], 16
DATA = torch.rand(50, INPUTS, generator=torch.Generator().manual_seed(0))
HELD_OUT = torch.rand(32, INPUTS, generator=torch.Generator().manual_seed(1))
SETTINGS = Training(
    strategy="independent",
    steps=30,
    batch_size=32,
    learning_rate=1e-2,
    warm_up=0.2,
    validate_every=10,
)


def start() -> HierarchicalVAE:
    return small(LATENTS, inputs=INPUTS, width=WIDTH)


def together(
    betas: list[list[float]], settings: Training = SETTINGS, seed: int = 0
) -> TrainedModels:
    return train(start(), betas, DATA, HELD_OUT, settings, seed)


def alone_in_a_plain_loop(
    beta: list[float], settings: Training, last: float = 0.0
) -> HierarchicalVAE:
    """What anyone would write for one model: a module, an optimiser, a loop.

    last: the part of the learning rate at its end.
    """
    model = start()
    adam = torch.optim.Adam(model.parameters(), lr=settings.learning_rate)
    falling = torch.optim.lr_scheduler.LinearLR(adam, 1.0, last, settings.steps)
    for step in range(1, settings.steps + 1):
        x, noise = batch(DATA, model.latents, settings.batch_size, 0, step)
        rising = torch.tensor(beta) * 100 ** min(step / (0.2 * settings.steps) - 1, 0)
        adam.zero_grad()
        objective(model(x, noise), rising).mean().backward()
        adam.step()
        falling.step()
    return model


@pytest.mark.parametrize(
    ("inputs", "latents", "width", "batch_size", "held_out"),
    [(16, [16, 8], 16, 32, 32), (7, [3, 2], 7, 30, 31), (64, [5, 3, 2], 33, 37, 50)],
    ids=["whole registers", "odd", "three layers"],
)
def test_a_member_is_bit_for_bit_itself_however_the_grid_is_divided(
    monkeypatch: pytest.MonkeyPatch,
    inputs: int,
    latents: list[int],
    width: int,
    batch_size: int,
    held_out: int,
) -> None:
    data = torch.rand(50, inputs, generator=torch.Generator().manual_seed(0))
    changes = {"batch_size": batch_size, "steps": 12, "validate_every": 6}
    settings = SETTINGS.model_copy(update=changes)
    betas = [[beta] * len(latents) for beta in (0.1, 1.0, 5.0)]

    def trained(*betas: list[float]) -> TrainedModels:
        model = small(latents, inputs=inputs, width=width)
        return train(model, betas, data, data[:held_out], settings, 0)

    whole, alone = trained(*betas), [trained(beta) for beta in betas]
    monkeypatch.setitem(TOGETHER, (False, "cpu"), 2)
    pairs = trained(*betas)
    assert torch.equal(pairs.weights, whole.weights)
    assert torch.equal(torch.cat([one.weights for one in alone]), whole.weights)
    for step, look in whole.looks.items():
        assert torch.equal(pairs.looks[step], look)
        assert torch.equal(torch.cat([one.looks[step] for one in alone]), look)


@pytest.mark.parametrize("index", range(3))
def test_a_member_is_the_model_of_a_plain_loop(index: int) -> None:
    """Up to the rounding of sums that a batched product takes in another order."""
    settings = SETTINGS.model_copy(
        update={"validate_every": 30}
    )  # so that the last weights are kept
    member = together(BETAS, settings).member(index)
    for name, tensor in alone_in_a_plain_loop(BETAS[index], settings).state_dict().items():
        torch.testing.assert_close(member[name], tensor, rtol=1e-3, atol=1e-4)


def test_with_a_constant_rate_the_last_weights_are_those_of_a_plain_loop() -> None:
    """On a held-out set that contradicts the data, where an early look is the best by far."""
    as_published = {"schedule": "constant", "keep": "last", "learning_rate": 3e-3}
    settings = SETTINGS.model_copy(update=as_published)
    trained = train(start(), BETAS, DATA, -5 * HELD_OUT, settings, 0)
    looks = torch.stack(list(trained.looks.values()))
    assert (looks[-1] > looks.min(0).values).all()
    for index, beta in enumerate(BETAS):
        for name, tensor in alone_in_a_plain_loop(beta, settings, last=1).state_dict().items():
            torch.testing.assert_close(trained.member(index)[name], tensor, rtol=1e-3, atol=1e-4)


def test_last_weights_that_are_not_finite_are_marked_though_an_early_look_was() -> None:
    settings = SETTINGS.model_copy(update={"keep": "last", "learning_rate": 1e30})
    assert train(start(), BETAS, DATA, HELD_OUT, settings, 0).diverged.all()


@pytest.mark.parametrize("backbone", ["conv", "conv-spatial"])
def test_a_convolutional_member_is_bit_for_bit_itself_trained_alone(backbone: str) -> None:
    model = small([2, 3], shape=(5, 4), width=3, backbone=backbone, inference="ladder")
    data = torch.rand(40, 20, generator=torch.Generator().manual_seed(0))
    settings = SETTINGS.model_copy(update={"steps": 6, "validate_every": 3})
    whole = train(model, BETAS, data, data[:20], settings, 0)
    assert [len(look) for look in whole.looks.values()] == [3, 3, 3]
    for index, beta in enumerate(BETAS):
        one = train(model, [beta], data, data[:20], settings, 0)
        assert torch.equal(one.weights[0], whole.weights[index])
        assert all(torch.equal(one.looks[step][0], whole.looks[step][index]) for step in (3, 5, 6))


@pytest.mark.parametrize("backbone", ["conv", "conv-spatial"])
def test_rows_of_one_matrix_are_members_trained_one_by_one(
    monkeypatch: pytest.MonkeyPatch, backbone: str
) -> None:
    """As on a GPU: groups of two of the three, to the rounding of grouped convolutions."""
    model = small([2, 3], shape=(5, 4), width=3, backbone=backbone)
    data = torch.rand(40, 20, generator=torch.Generator().manual_seed(0))
    settings = SETTINGS.model_copy(update={"steps": 6, "validate_every": 3, "learning_rate": 1e-4})
    alone = train(model, BETAS, data, data[:20], settings, 0)
    monkeypatch.setitem(TOGETHER, (True, "cpu"), 2)
    rows = train(model, BETAS, data, data[:20], settings, 0)
    torch.testing.assert_close(rows.weights, alone.weights, rtol=1e-3, atol=2e-5)
    for step in (3, 6):
        torch.testing.assert_close(rows.looks[step], alone.looks[step], rtol=1e-4, atol=1e-4)


def test_a_look_is_the_mean_over_all_items(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hierarchical, "ITEMS", 7)
    parts = together(BETAS)
    monkeypatch.undo()
    whole = together(BETAS)
    for step, look in whole.looks.items():
        torch.testing.assert_close(parts.looks[step], look)


def test_the_same_seed_gives_the_same_weights() -> None:
    first, again, other = (together(BETAS, seed=seed).weights for seed in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_a_diverged_member_is_marked_and_its_neighbours_are_bit_identical() -> None:
    healthy, broken = together(BETAS), together([BETAS[0], [1e38, 1e38], BETAS[2]])
    assert healthy.diverged.tolist() == [False, False, False]
    assert broken.diverged.tolist() == [False, True, False]
    for index in (0, 2):
        for name, tensor in healthy.member(index).items():
            assert torch.equal(tensor, broken.member(index)[name]), name


def test_a_member_whose_weights_are_nan_from_the_start_is_marked() -> None:
    model = start()
    with torch.no_grad():
        model.decoder[0].weight[0, 0] = torch.nan
    assert train(model, BETAS, DATA, HELD_OUT, SETTINGS, 0).diverged.all()


def test_the_kept_weights_are_those_of_the_best_look() -> None:
    """On a held-out set that contradicts the data, members are best at different, early looks."""
    settings = SETTINGS.model_copy(update={"learning_rate": 0.05})
    trained = train(start(), BETAS, DATA, -HELD_OUT, settings, 0)
    looks = torch.stack(list(trained.looks.values()))
    assert list(trained.looks) == [10, 20, 27, 30]
    assert set(looks.argmin(0).tolist()) == {0, 1}
    noise = draw(LATENTS, len(HELD_OUT), generator(Stream.VALIDATION, 0))
    for index, beta in enumerate(BETAS):
        model = start()
        model.load_state_dict(trained.member(index))
        kept = objective(model(-HELD_OUT, noise), torch.tensor(beta)).mean()
        torch.testing.assert_close(kept, looks[:, index].min())


def test_training_lowers_the_objective_and_dearer_rates_are_lower() -> None:
    settings = SETTINGS.model_copy(update={"steps": 900})
    trained = train(start(), [[0.1, 0.1], [20.0, 20.0]], DATA, HELD_OUT, settings, 0)
    first, last = trained.looks[10], trained.looks[900]
    assert (last < first).all()
    rates = []
    for index in range(2):
        model = copy.deepcopy(start())
        model.load_state_dict(trained.member(index))
        x, noise = batch(HELD_OUT, model.latents, 500, 0, 1)
        rates.append(model(x, noise).rates.sum(1).mean().item())
    assert 10 * rates[1] < rates[0]
