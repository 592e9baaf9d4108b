"""Files that claim more items than they have bytes for, and true ones that look alike."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from hvae.coding import files, quantised
from hvae.coding.codec import Codec
from hvae.coding.quantised import Quantised
from hvae.errors import InputError
from hvae.io import storage
from hvae.models.likelihoods.base import FixedGaussian
from tests.coding import cases
from tests.coding.test_files import ITEMS, columns, decoded


@pytest.mark.parametrize("size", [0, 1, 4, 12, 60])
@pytest.mark.parametrize("top", ["gaussian", "categorical"])
def test_items_that_so_few_bytes_do_not_hold(tmp_path: Path, top: str, size: int) -> None:
    """A coder that is empty gives symbols for ever, and is empty at the end."""
    more = {"family": "categorical", "variables": 2, "categories": 3}
    known = cases.coded([4, 6], FixedGaussian(0.2), **({} if top == "gaussian" else {"top": more}))
    x = torch.rand(ITEMS, 6, generator=torch.Generator().manual_seed(0))
    coded = files.parsed(files.image_file(known, quantised.quantise(known, x, 3.0)))
    items = 2000 if size else files.FREE
    claimed = files.written(coded._replace(items=items, body=coded.body[:size]))
    few = "holds fewer items than it says$"
    with pytest.raises(InputError, match=few if size < 2 else rf"{few}|holds more than"):
        decoded(known, claimed, tmp_path / "x.hvae")


def test_numbers_of_z_are_counted_before_there_are_any(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1.2 GB for z, and less for items."""
    known = cases.gaussian(500, theta=0.84, beta=1.0)
    found = Quantised(3.0, [np.zeros((100, 500), np.int32)])
    coded = files.parsed(files.image_file(known, found))
    claimed = files.written(coded._replace(items=100_000))
    reason = "items, which would take 1,200,000,000 bytes of memory$"
    monkeypatch.setattr(quantised, "popped", None)
    with pytest.raises(InputError, match=rf"x\.hvae has 100,000 {reason}"):
        decoded(known, claimed, tmp_path / "x.hvae")
    monkeypatch.setattr(storage, "FREE", 10_000)  # what could not be read is not written
    with pytest.raises(InputError, match="has 100 items, which would take 1,200,000 bytes"):
        files.image_file(known, found)


def comes_back(known: Codec, symbols: Sequence[np.ndarray], path: Path) -> int:
    """How long the body of these symbols is, which are read back."""
    given = Quantised(3.0, [np.ascontiguousarray(k, np.int32) for k in symbols])
    path.write_bytes(files.image_file(known, given))
    coded = files.read(path)
    again = files._symbols(known, coded)
    assert all(map(np.array_equal, again.symbols, given.symbols))
    return len(coded.body)


@pytest.mark.parametrize("k", [-3, -1, 0, 1, 2])
@pytest.mark.parametrize("theta", [0.02, 0.5, 0.8])
def test_items_that_are_all_alike_come_back(tmp_path: Path, k: int, theta: float) -> None:
    """An empty coder takes the least of the symbols for nothing: they are paid all the same."""
    known = cases.gaussian(2, theta, 1.0)
    for items in (1, 2, 7, 1000):
        size = comes_back(known, [np.full((items, 2), k)], tmp_path / "x.hvae")
        nats = quantised.bits(known, Quantised(3.0, [np.full((items, 2), k, np.int32)])).sum()
        assert size > min(nats, 46 * items) / 8 - 2 * files.SPARE


@pytest.mark.parametrize("category", [0, 1, 2])
def test_categories_that_are_all_alike_come_back(tmp_path: Path, category: int) -> None:
    choices = {"latents": [1], "inference": "top-down", "skip": False, "seed": 0}
    known = cases.drawn(choices | {"categorical": True}, FixedGaussian(0.3))
    for items in (1, 5, 1000):
        size = comes_back(known, [np.full((items, 2), category)], tmp_path / "x.hvae")
        assert size > items * 2 * math.log2(3) / 8 - 2 * files.SPARE


def test_numbers_far_out_come_back(tmp_path: Path) -> None:
    """A coder takes 24 bits for any of them at most."""
    source, lossy = np.random.default_rng(0), cases.coded([4, 3], FixedGaussian(0.2))
    for limit in (1, 40, files.LARGEST):
        k = [source.integers(-limit, limit + 1, (20, count)) for count in columns(lossy)]
        comes_back(lossy, k, tmp_path / "x.hvae")
        comes_back(lossy, [np.full_like(one, -limit) for one in k], tmp_path / "x.hvae")


def test_a_rate_of_nearly_nothing_comes_back(tmp_path: Path) -> None:
    """20,000 items in few bytes, of which 0.1 % are not at the mean, or in none."""
    known, items = cases.gaussian(1, theta=0.84, beta=1.0), 20_000
    source = np.random.default_rng(0)
    k = (source.random((items, 1)) < 1e-3) * source.choice([-1, 1], (items, 1))
    assert 20 < comes_back(known, [k], tmp_path / "x.hvae") < 80
    assert comes_back(known, [np.zeros((items, 1))], tmp_path / "x.hvae") < 20
    closed = cases.gaussian(3, theta=0.9999, beta=1.0)
    assert comes_back(closed, [np.zeros((items, 0))], tmp_path / "x.hvae") == 0
    again = decoded(closed, (tmp_path / "x.hvae").read_bytes(), tmp_path / "x.hvae")
    assert again.shape == (items, 3)
