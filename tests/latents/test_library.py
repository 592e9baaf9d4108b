"""Rates and latents in the library: the same numbers as in jobs, and error messages."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import hvae
from hvae.errors import InputError
from hvae.latents import measure
from hvae.models.build import build
from tests.conftest import small
from tests.plane.cases import BOX, options

X = torch.rand(20, 6, generator=torch.Generator().manual_seed(0))
MODEL = small([3, 2])


@pytest.mark.parametrize("x", [X, X.double(), X.numpy(), X.view(-1, 2, 3), X.numpy().tolist()])
def test_measurements_are_those_of_the_jobs(x: Any) -> None:
    found = hvae.measure(MODEL, x, samples=np.int64(3), seed=1, split=2)
    known = measure.measure(MODEL, X, 3, 1, 2)
    assert all(np.array_equal(*pair) for pair in zip(found, known, strict=True))


def test_latents_are_those_of_the_jobs() -> None:
    with torch.no_grad():
        found = hvae.encode(MODEL, X.numpy(), seed=1, split=2, sample=0)
        known = measure.encode(MODEL, X, 1, 2, 0)
    assert torch.equal(found.rates, known.rates)
    assert all(map(torch.equal, found.z, known.z))


def test_pictures_are_those_of_the_model() -> None:
    z = [torch.zeros(4, width) for width in MODEL.latents]
    with torch.no_grad():
        known = MODEL.likelihood.mean(MODEL.decode(z))
    for kind in (list(z), [part.numpy() for part in z], [part.double().tolist() for part in z]):
        assert torch.equal(hvae.decode(MODEL, kind), known)
    with torch.no_grad():
        again = hvae.encode(MODEL, X)
    assert torch.allclose(hvae.reconstruct(MODEL, X.numpy()), hvae.decode(MODEL, again.z))
    means = hvae.reconstruct(MODEL, X, seed=None)
    assert means.shape == X.shape
    assert not torch.equal(means, hvae.reconstruct(MODEL, X))
    drawn = hvae.sample(MODEL, 5)
    assert drawn.shape == (5, 6)
    assert torch.equal(drawn, hvae.sample(MODEL, 5, seed=0))
    assert not torch.equal(drawn, hvae.sample(MODEL, 5, seed=1))


def test_defaults_are_enough_to_begin_with() -> None:
    assert hvae.Model().latents == [32, 8]
    assert hvae.Schedule().steps > 0
    assert hvae.RateSchedule().penalty > 0
    assert len(hvae.Grid().axes()) == len(hvae.Model().latents)
    model = hvae.build_model(hvae.Model(latents=[3, 2], width=8), (6,), seed=0)
    brief = hvae.RateSchedule(steps=2, validate_every=1)
    trained = hvae.train_to_rates(model, [[1.0, 0.5]], X.numpy(), X, brief)
    assert len(trained.prices) == 1


def measured(**changes: Any) -> Callable[[], Any]:
    given = {"model": MODEL, "x": X, "samples": 2, "seed": 0, "split": 2}
    return lambda: hvae.measure(**given | changes)


def encoded(**changes: Any) -> Callable[[], Any]:
    given = {"model": MODEL, "x": X, "seed": 0, "split": 2, "sample": 0}
    return lambda: hvae.encode(**given | changes)


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (measured(samples=0), "samples must be at least 1, got 0"),
        (measured(samples=2.0), "samples must be a whole number, got 2.0"),
        (measured(split=3), "split must be from 0 to 2, got 3"),
        (measured(split="test"), "split must be a whole number, got 'test'"),
        (measured(seed=-1), "seed must be from 0 to 4294967295, got -1"),
        (measured(x=X[:, :3]), "x must be of shape (items, 6), like the model"),
        (measured(x=X / 0), "x has values that are NaN or infinite"),
        (measured(model=build(options(), (2, 3), 0, box=BOX)), "model is for a whole box"),
        (measured(model="digits"), "model must be a HierarchicalVAE, got 'digits'"),
        (encoded(sample=-1), "sample must be at least 0, got -1"),
        (encoded(split=-1), "split must be from 0 to 2, got -1"),
        (lambda: hvae.decode(MODEL, X), "z must be a list with z of each of 2 layers, z_1 first"),
        (lambda: hvae.decode(MODEL, [X, X]), "z[0] must be of shape (20, 3), got shape (20, 6)"),
        (lambda: hvae.sample(MODEL, 0), "items must be at least 1, got 0"),
        (lambda: hvae.reconstruct(MODEL, X, seed=-1), "seed must be from 0 to 4294967295, got -1"),
        (encoded(x=[]), "x must have items, got []"),
        (encoded(model=build(options(), (2, 3), 0, box=BOX)), "model is for a whole box"),
    ],
)
def test_what_cannot_be_measured_is_refused(call: Callable[[], Any], problem: str) -> None:
    with pytest.raises(InputError, match=re.escape(problem)):
        call()
