"""What a program of one's own trains and keeps: the numbers of the jobs, and sentences."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import hvae
from hvae.errors import InputError
from hvae.models.build import build
from hvae.training import amortized, checkpoint, to_rates
from hvae.training import train as rows
from tests.conftest import small
from tests.plane.cases import BOX, NAME, amortized_model, card, independent, options

X = torch.rand(40, 6, generator=torch.Generator().manual_seed(0))
PLAN = hvae.Schedule(steps=6, batch_size=8, learning_rate=4e-3, validate_every=3)
BETAS = [[1.0, 4.0], [0.5, 0.5]]


def plane() -> Any:
    return build(options(), (2, 3), 0, box=BOX)


@pytest.mark.parametrize(
    "data",
    [X, X.double(), X.numpy(), X.numpy().astype(np.float64), X.view(-1, 2, 3), X.numpy().tolist()],
)
def test_models_are_those_of_the_jobs_whatever_the_type_of_the_data(data: Any) -> None:
    found = hvae.train_models(small([3, 2]), [[1, 4], [0.5, 0.5]], data, data, PLAN, seed=0)
    known = rows.train(small([3, 2]), BETAS, X, X, PLAN, 0)
    assert torch.equal(found.weights, known.weights)
    assert all(torch.equal(found.looks[step], look) for step, look in known.looks.items())


def test_a_plane_is_that_of_the_jobs_and_may_be_trained_again() -> None:
    known = amortized.train(plane(), X, X, PLAN, 0)
    model = plane()
    found = hvae.train_plane(model, X.numpy(), X.numpy(), PLAN, seed=0)
    assert all(torch.equal(found.state[name], known.state[name]) for name in known.state)
    model.load_state_dict(found.state)
    assert not hvae.train_plane(model, X, X, PLAN, seed=1).diverged


TARGETS = [[1.0, 0.5], [0.0, 2.0]]
TO_RATES = hvae.RateSchedule(steps=6, batch_size=8, learning_rate=4e-3, validate_every=3)


def test_models_to_rates_are_those_of_the_jobs() -> None:
    found = hvae.train_to_rates(small([3, 2]), np.array(TARGETS), X.numpy(), X, TO_RATES, seed=0)
    known = to_rates.train_to_rates(small([3, 2]), TARGETS, X, X, TO_RATES, 0)
    assert torch.equal(found.models.weights, known.models.weights)
    assert torch.equal(found.prices, known.prices)


def rated(**changes: Any) -> Callable[[], Any]:
    given = {"model": small([3, 2]), "targets": TARGETS, "data": X, "held_out": X}
    return lambda: hvae.train_to_rates(**given | {"settings": TO_RATES, "seed": 0} | changes)


def models(**changes: Any) -> Callable[[], Any]:
    given = {"model": small([3, 2]), "betas": BETAS, "data": X, "held_out": X}
    return lambda: hvae.train_models(**given | {"settings": PLAN, "seed": 0} | changes)


def planes(**changes: Any) -> Callable[[], Any]:
    given = {"model": plane(), "data": X, "held_out": X, "settings": PLAN, "seed": 0}
    return lambda: hvae.train_plane(**given | changes)


REFUSED = [
    (rated(targets=[[4.0]]), "targets[0] must have a rate for each of 2 layers, got 1"),
    (
        rated(targets=[[1.0, -1.0]]),
        "targets[0] must be finite rates that are not negative, got -1",
    ),
    (rated(targets=[]), "targets must be a list with 2 rates for each model, got []"),
    (rated(settings=PLAN), "settings must be a RateSchedule, got a Schedule"),
    (models(betas=[[4.0]]), "betas[0] must have a β for each of 2 layers, got 1"),
    (models(betas=[]), "betas must be a list with a list of 2 β for each model, got []"),
    (models(model=plane()), "model is for a whole box of β"),
    (models(held_out=X[:, :5]), "held_out must be of shape (items, 6)"),
    (models(model=small([3, 2], inputs=5)), "data must be of shape (items, 5)"),
    (models(data=X[:0]), "data must have items"),
    (models(held_out=X / 0), "held_out has values that are NaN or infinite"),
    (models(data=None), "data must be an array or tensor of real numbers, got None"),
    (models(seed=-1), "seed must be from 0 to 4294967295, got -1"),
    (models(seed=1.5), "seed must be a whole number, got 1.5"),
    (models(settings={"steps": 3}), "settings must be a Schedule, got {'steps': 3}"),
    (planes(model=small([3, 2])), "model is for a single β: build it with box"),
    (planes(data=X.numpy()[:, :4]), "data must be of shape (items, 6)"),
    (planes(seed="0"), "seed must be a whole number, got '0'"),
    (planes(settings=None), "settings must be a Schedule, got None"),
]


@pytest.mark.parametrize(("call", "problem"), REFUSED)
def test_what_cannot_be_trained_is_refused(call: Callable[[], Any], problem: str) -> None:
    with pytest.raises(InputError, match=re.escape(problem)):
        call()


def test_a_batch_may_be_larger_than_the_data_since_items_are_drawn_with_replacement() -> None:
    plan = PLAN.model_copy(update={"batch_size": 100})
    assert not hvae.train_models(small([3, 2]), BETAS, X[:3], X[:2], plan, 0).diverged.any()


def test_models_are_kept_in_folders_named_by_text(tmp_path: Path) -> None:
    model, folder = small([3, 2], shape=(2, 3)), str(tmp_path / "models")
    hvae.save_model(folder, card("mine", [1.0, 4.0], options()), model.state_dict())
    for place in (folder, tmp_path / "models"):
        for beta in (None, [1, 4], np.array([1.0, 4.0]), torch.tensor([1, 4])):
            state = hvae.load_model(place, "mine", beta).state_dict()
            assert all(torch.equal(state[name], one) for name, one in model.state_dict().items())


def test_a_plane_is_loaded_at_beta_of_any_type(tmp_path: Path) -> None:
    amortized_model(tmp_path)
    known = checkpoint.load(tmp_path, NAME, [1.0, 4.0]).state_dict()
    for beta in ([1, 4], (1, 4), np.array([1.0, 4.0]), torch.tensor([1, 4])):
        found = hvae.load_model(str(tmp_path), NAME, beta=beta).state_dict()
        assert all(torch.equal(found[name], known[name]) for name in known)


def test_what_cannot_be_kept_or_loaded_is_refused(tmp_path: Path) -> None:
    amortized_model(tmp_path)
    independent(tmp_path, [1.0, 4.0])
    known, state = card("mine", [1.0, 4.0], options()), small([3, 2]).state_dict()
    for call, problem in [
        (lambda: hvae.load_model(None, NAME), "folder must be a path or text, got None"),
        (lambda: hvae.load_model(tmp_path, 3), "name must be a str, got 3"),
        (lambda: hvae.load_model(tmp_path, "other"), "other.json is not a model's card"),
        (lambda: hvae.load_model("absent", NAME), "is not a model's card"),
        (lambda: hvae.load_model(tmp_path, NAME), "is trained for β"),
        (lambda: hvae.load_model(tmp_path, NAME, [1.0]), "is trained for β"),
        (lambda: hvae.load_model(tmp_path, NAME, [1.0, 99.0]), "is trained for β"),
        (lambda: hvae.load_model(tmp_path, NAME, [1.0, -1.0]), "beta must be positive and finite"),
        (lambda: hvae.load_model(tmp_path, NAME, "1"), "beta must be a list of numbers"),
        (lambda: hvae.save_model(7, known, state), "folder must be a path or text, got 7"),
        (lambda: hvae.save_model(tmp_path, "mine", state), "card must be a Card, got 'mine'"),
        (lambda: hvae.save_model(tmp_path, known, small([2])), "state must be tensors by name"),
        (lambda: hvae.save_model(tmp_path, known, {"a": 1}), "state must be tensors by name"),
    ]:
        with pytest.raises(InputError, match=re.escape(problem)):
            call()
