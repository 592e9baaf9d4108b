"""What a program of one's own may give: β, seeds, models and paths, taken or refused."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from hvae.errors import InputError
from hvae.models import arguments
from hvae.models.build import build
from tests.conftest import small
from tests.plane.cases import BOX, options


@pytest.mark.parametrize(
    "given",
    [
        [[1, 4], [2, 0.5]],
        ((1, 4), (2, 0.5)),
        np.array([[1, 4], [2, 0.5]]),
        torch.tensor([[1, 4], [2, 0.5]], dtype=torch.float64),
        [np.array([1, 4]), torch.tensor([2.0, 0.5])],
        [[np.int64(1), np.float32(4)], [torch.tensor(2), torch.tensor(0.5)]],
        zip([1, 2], [4, 0.5], strict=True),
    ],
)
def test_betas_of_any_kind_are_the_same_lists(given: Any) -> None:
    found = arguments.betas(given, 2)
    assert found == [[1.0, 4.0], [2.0, 0.5]]
    assert all(type(one) is float for row in found for one in row)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ([[4.0]], "betas[0] must have a β for each of 2 layers, got 1"),
        ([[1.0, 1.0], [1.0, 1.0, 1.0]], "betas[1] must have a β for each of 2 layers, got 3"),
        ([[-1.0, 1.0]], "betas[0] must be positive and finite in single precision, got -1"),
        ([[1.0, 0]], "betas[0] must be positive and finite in single precision, got 0"),
        (
            [[1.0, float("nan")]],
            "betas[0] must be positive and finite in single precision, got nan",
        ),
        (
            [[1.0, float("inf")]],
            "betas[0] must be positive and finite in single precision, got inf",
        ),
        ([[1.0, 1e39]], "betas[0] must be positive and finite in single precision, got 1e+39"),
        ([[1.0, 1e-50]], "betas[0] must be positive and finite in single precision, got 1e-50"),
        ([], "betas must be a list with a list of 2 β for each model, got []"),
        ([[]], "betas[0] must be a list of numbers, one for each layer, got []"),
        ([1.0, 4.0], "betas[0] must be a list of numbers, one for each layer, got 1.0"),
        (1.0, "betas must be a list with a list of 2 β for each model, got 1.0"),
        (None, "betas must be a list with a list of 2 β for each model, got None"),
        ("1, 4", "betas must be a list with a list of 2 β for each model, got '1, 4'"),
        (["14"], "betas[0] must be a list of numbers, one for each layer, got '14'"),
        ([["1", "4"]], "betas[0] must be a list of numbers, one for each layer, got ['1', '4']"),
        ([[True, 1.0]], "betas[0] must be a list of numbers, one for each layer, got [True, 1.0]"),
        ([[1.0, 1j]], "betas[0] must be a list of numbers, one for each layer, got [1.0, 1j]"),
        ([[[1.0], [4.0]]], "betas[0] must be a list of numbers, one for each layer"),
        (np.ones((1, 2, 2)), "betas[0] must be a list of numbers, one for each layer"),
        ({"a": [1.0, 1.0]}, "betas must be a list with a list of 2 β for each model"),
    ],
)
def test_betas_that_are_none_are_refused(given: Any, problem: str) -> None:
    with pytest.raises(InputError, match=re.escape(problem)) as error:
        arguments.betas(given, 2)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("given", [[(0.1, 10), (1, 1)], np.array([[0.1, 10], [1, 1]])])
def test_a_box_is_a_range_for_each_layer(given: Any) -> None:
    assert arguments.ranges("box", given, 2) == [(0.1, 10.0), (1.0, 1.0)]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ([(0.1, 10.0)], "box must be a list with a range of β (low, high) for each of 2 layers"),
        ([(0.1, 10.0), (2.0, 1.0)], "box[1] must be a range (low, high) of β, got [2.0, 1.0]"),
        ([(0.1, 10.0), (2.0,)], "box[1] must be a range (low, high) of β, got [2.0]"),
        ([(0.1, 10.0), (0.0, 1.0)], "box[1] must be positive"),
        (None, "box must be a list with a range of β (low, high) for each of 2 layers, got None"),
    ],
)
def test_a_box_that_is_none_is_refused(given: Any, problem: str) -> None:
    with pytest.raises(InputError, match=re.escape(problem)):
        arguments.ranges("box", given, 2)


@pytest.mark.parametrize("given", [7, np.int64(7), np.array(7), torch.tensor(7)])
def test_whole_numbers_of_any_type(given: Any) -> None:
    found = arguments.whole("seed", given, 0)
    assert (found, type(found)) == (7, int)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (-1, "split must be from 0 to 2, got -1"),
        (3, "split must be from 0 to 2, got 3"),
        (1.0, "split must be a whole number, got 1.0"),
        ("test", "split must be a whole number, got 'test'"),
        (True, "split must be a whole number, got True"),
        (None, "split must be a whole number, got None"),
        (torch.tensor(1.0), "split must be a whole number, got torch.float32 of shape ()"),
    ],
)
def test_what_is_no_whole_number_in_range_is_refused(given: Any, problem: str) -> None:
    with pytest.raises(InputError, match=re.escape(problem)):
        arguments.whole("split", given, 0, 2)


def test_seeds_are_those_of_params() -> None:
    assert arguments.seed(2**32 - 1) == 2**32 - 1
    with pytest.raises(InputError, match="seed must be from 0 to 4294967295, got -1"):
        arguments.seed(-1)


def test_a_plain_model_and_one_of_a_plane_are_told_apart() -> None:
    plain, plane = small([3, 2]), build(options(), (2, 3), 0, box=BOX)
    assert arguments.plain(plain) is plain
    assert arguments.of_plane(plane) is plane
    with pytest.raises(InputError, match="model is for a whole box of β, as train_plane"):
        arguments.plain(plane)
    with pytest.raises(InputError, match="model is for a single β: build it with box"):
        arguments.of_plane(plain)


def test_a_box_with_too_few_ranges_is_refused() -> None:
    model = build(options(), (2, 3), 0, box=[(0.1, 10.0)])
    with pytest.raises(InputError, match="the box of model must be a list with a range of β"):
        arguments.of_plane(model)


@pytest.mark.parametrize(
    ("model", "problem"),
    [
        (torch.nn.Linear(6, 2), "model must be a HierarchicalVAE, got a Linear"),
        (None, "model must be a HierarchicalVAE, got None"),
        (small([2]).double(), "model must have weights of torch.float32, got torch.float64"),
    ],
)
def test_what_is_no_model_is_refused(model: Any, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        arguments.plain(model)


@pytest.mark.parametrize(
    ("shape", "backbone"),
    [((6,), "mlp"), ((5, 4), "conv"), ((5, 4, 3), "conv-spatial"), ((1, 7), "conv")],
)
def test_a_model_says_how_many_numbers_an_item_has(shape: tuple[int, ...], backbone: str) -> None:
    model = small([3, 2], shape=shape, backbone=backbone)
    assert arguments.inputs(model) == np.prod(shape)
    assert arguments.inputs(build(options(), (2, 3), 0, box=BOX)) == 6


def test_paths_may_be_text() -> None:
    assert arguments.path("folder", "a/b") == arguments.path("folder", Path("a/b")) == Path("a/b")
    with pytest.raises(InputError, match="folder must be a path or text, got None"):
        arguments.path("folder", None)
