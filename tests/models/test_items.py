"""Items of every type and shape that can be meant, and a sentence for every other."""

import re
from typing import Any

import numpy as np
import pytest
import torch

from hvae.config.model import Model
from hvae.errors import InputError
from hvae.models.arguments import items
from hvae.models.build import build
from tests.conftest import small

WIDTH = 12
X = np.random.default_rng(0).integers(0, 2, (5, WIDTH)).astype(np.float32)
MODEL = small([3, 2], inputs=WIDTH)
COLOUR = small([3, 2], inputs=4 * 5 * 3)


def of(family: str, shape: tuple[int, ...] = (4, 3)) -> Any:
    likelihood = {"family": family}
    if family == "mixture-of-logistics":
        likelihood |= {"components": 2}
    kind = {"inference": "top-down", "backbone": "mlp", "width": 4, "skip": False, "latents": [2]}
    return build(Model.model_validate(kind | {"likelihood": likelihood}), shape, 0, levels=None)


@pytest.mark.parametrize(
    "given",
    [
        X,
        X.astype(np.float64),
        X.astype(np.float16),
        X.astype(">f4"),
        X.astype(np.longdouble),
        X.astype(np.uint8),
        X.astype(np.int64),
        X.astype(np.uint64),
        X.astype(bool),
        np.asfortranarray(X),
        X[::-1][::-1],
        X.reshape(5, 4, 3),
        X.reshape(5, 2, 2, 3),
        X.reshape(5, 1, 4, 3),
        X.tolist(),
        list(X),
        [torch.tensor(row) for row in X],
        torch.tensor(X),
        torch.tensor(X).double(),
        torch.tensor(X).half(),
        torch.tensor(X).bfloat16(),
        torch.tensor(X).to(torch.uint8),
        torch.tensor(X).long(),
        torch.tensor(X).bool(),
        torch.tensor(X).view(5, 4, 3),
        torch.tensor(X).T.contiguous().T,
    ],
)
def test_items_of_any_type_and_shape_are_the_same(given: Any) -> None:
    found = items("data", given, MODEL)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, torch.tensor(X), rtol=0, atol=0)


def test_a_tensor_that_fits_is_not_copied_and_keeps_its_gradient() -> None:
    x = torch.tensor(X, requires_grad=True)
    assert items("x", x, MODEL).data_ptr() == x.data_ptr()
    assert items("x", x.double(), MODEL).requires_grad


def test_arrays_that_may_not_be_written_to_are_copied() -> None:
    frozen = X.copy()
    frozen.flags.writeable = False
    found = items("x", frozen, MODEL)
    found += 1
    np.testing.assert_array_equal(frozen, X)


def holding(value: float, kind: Any = np.float32) -> np.ndarray:
    x = X.astype(kind)
    x[2, 3] = value
    return x


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (X[:, :-1], "data must be of shape (items, 12), like the model, or images of 12 values"),
        (X.reshape(5, 3, 2, 2, 1), "got shape (5, 3, 2, 2, 1)"),
        (X[0], "got shape (12,)"),
        (np.float32(1), "data must have items"),
        (X[:0], "data must have items, got float32 of shape (0, 12)"),
        (X[:, :0], "data must have items, got float32 of shape (5, 0)"),
        ([], "data must have items, got []"),
        (holding(np.nan), "data has values that are NaN or infinite"),
        (holding(np.inf), "data has values that are NaN or infinite"),
        (
            holding(1e300, np.float64),
            "data has values that are NaN or infinite in single precision",
        ),
        (torch.tensor(holding(-np.inf)), "data has values that are NaN or infinite"),
        ("text", "data must be an array or tensor of real numbers, got 'text'"),
        (None, "data must be an array or tensor of real numbers, got None"),
        (X.astype(complex), "of real numbers, got complex128 of shape (5, 12)"),
        (torch.tensor(X).cfloat(), "data must hold real numbers, got torch.complex64"),
        (torch.tensor(X).to_sparse(), "data must hold real numbers, got torch.float32"),
        (torch.empty(5, 12, device="meta"), "data must be on a device of cpu, cuda, got meta"),
        (X.astype(str), "data must be an array or tensor of real numbers, got <U"),
        (X.astype(object), "got object of shape (5, 12)"),
        ([[1.0], [1.0, 2.0]], "data must be an array or tensor of real numbers, got [[1.0]"),
        ({"x": X}, "data must be an array or tensor of real numbers, got a dict"),
    ],
)
def test_items_that_cannot_be_meant_are_refused(given: Any, problem: str) -> None:
    with pytest.raises(InputError, match=re.escape(problem)) as error:
        items("data", given, MODEL)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (
            holding(255, np.uint8),
            "data has whole numbers from 0 to 255, where models expect values",
        ),
        (holding(200, np.uint8), "give data / 255, or floats if they are meant as they are"),
        (torch.tensor(holding(200, np.uint8)), "give data / 255, or floats"),
        (holding(16, np.int64), "give data / 16, or floats"),
        (holding(1000, np.int64), "give data / 1000, or floats"),
        (
            holding(-3, np.int64),
            "from -3 to 1, where models expect values in [0, 1]: give floats if",
        ),
    ],
)
def test_numbers_of_levels_are_refused_with_the_division(given: Any, problem: str) -> None:
    with pytest.raises(InputError, match=re.escape(problem)):
        items("data", given, MODEL)


def test_floats_are_taken_as_they_are_where_the_likelihood_is_of_real_numbers() -> None:
    found = items("data", holding(-300.0), MODEL)
    assert found.min() == -300


def test_values_without_a_probability_are_refused() -> None:
    with pytest.raises(InputError, match="data has values that are not one of the 2 levels"):
        items("data", X / 2, of("bernoulli"))
    with pytest.raises(InputError, match="data has values that are not one of the 256 levels"):
        items("data", X + 0.1, of("mixture-of-logistics"))
    assert items("data", X, of("bernoulli")).shape == (5, 12)
    assert items("data", X / 255, of("mixture-of-logistics")).max() == np.float32(1 / 255)


def test_images_have_their_channels_last() -> None:
    image = np.random.default_rng(0).random((2, 4, 5, 3), dtype=np.float32)
    np.testing.assert_array_equal(items("x", image, COLOUR).numpy(), image.reshape(2, -1))
    first = image.transpose(0, 3, 1, 2)
    with pytest.raises(InputError, match=r"channels of its images last, got shape \(2, 3, 4, 5\)"):
        items("x", first, COLOUR)
    with pytest.raises(InputError, match=r"\.permute"):
        items("x", torch.tensor(first), COLOUR)
