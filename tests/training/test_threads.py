"""One thread for small models, what was told otherwise, and everything put back afterwards."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from threadpoolctl import threadpool_info

import hvae
from hvae.errors import InputError
from hvae.io.command import steady
from hvae.training import amortized, library
from hvae.training import train as independent
from tests.conftest import small
from tests.training.test_library import BETAS, PLAN, X, plane

MANY = 2


@pytest.fixture(autouse=True)
def many() -> Iterator[None]:
    """As in a program that never said how many threads it wants, and none told before or after."""
    torch.set_num_threads(MANY)
    yield
    hvae.set_threads(None)
    torch.set_num_threads(1)


def seen(monkeypatch: pytest.MonkeyPatch, module: Any = independent) -> list[int]:
    """The threads of every call of `train`."""
    counts: list[int] = []

    def train(*_: object) -> None:
        counts.append(torch.get_num_threads())

    monkeypatch.setattr(module, "train", train)
    return counts


@pytest.mark.parametrize(("told", "count"), [(None, 1), (3, 3), (1, 1)])
def test_small_models_take_one_thread_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, told: int | None, count: int
) -> None:
    hvae.set_threads(told)
    each, shared = seen(monkeypatch), seen(monkeypatch, amortized)
    hvae.train_models(small([3, 2]), BETAS, X, X, PLAN, seed=0)
    hvae.train_plane(plane(), X, X, PLAN, seed=0)
    assert (each, shared) == ([count], [count])
    assert torch.get_num_threads() == MANY


def test_large_models_and_convolutions_take_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert library.suited(small([2, 2])) == 1
    monkeypatch.setattr(library, "SMALL", 10)
    assert library.suited(small([2, 2])) == MANY
    monkeypatch.undo()
    assert library.suited(small([2, 2], shape=(4, 4), backbone="conv")) == MANY


def test_measuring_and_encoding_put_threads_back(monkeypatch: pytest.MonkeyPatch) -> None:
    model = small([3, 2])
    counts: list[int] = []
    model.register_forward_hook(lambda *_: counts.append(torch.get_num_threads()))
    hvae.measure(model, X, samples=2, seed=0, split=2)
    hvae.encode(model, X, seed=0, split=2, sample=0)
    assert set(counts) == {1}
    assert torch.get_num_threads() == MANY


def test_threads_are_put_back_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def train(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(independent, "train", train)
    with pytest.raises(KeyboardInterrupt):
        hvae.train_models(small([3, 2]), BETAS, X, X, PLAN, seed=0)
    assert torch.get_num_threads() == MANY


def pools() -> list[int]:
    return [one["num_threads"] for one in threadpool_info()]


def test_a_study_limits_all_libraries_and_puts_them_back() -> None:
    before = pools()
    with library.studying():
        assert set(pools()) == {1}
        assert torch.get_num_threads() == 1
    assert pools() == before
    assert torch.get_num_threads() == MANY


def test_steady_commands_stay_steady() -> None:
    steady()
    hvae.measure(small([3, 2]), X, samples=1, seed=0, split=2)
    with library.studying():
        pass
    assert torch.get_num_threads() == 1
    assert set(pools()) == {1}
    assert os.environ["MKL_CBWR"] == "AUTO"


@pytest.mark.parametrize("count", [0, -1, 1.5, "4", True])
def test_what_is_no_number_of_threads_is_refused(count: Any) -> None:
    with pytest.raises(InputError, match="count must be"):
        hvae.set_threads(count)


def test_one_thread_and_two_give_the_same_small_model() -> None:
    one = hvae.train_models(small([3, 2]), BETAS, X, X, PLAN, seed=0)
    hvae.set_threads(MANY)
    two = hvae.train_models(small([3, 2]), BETAS, X, X, PLAN, seed=0)
    torch.testing.assert_close(one.weights, two.weights)
