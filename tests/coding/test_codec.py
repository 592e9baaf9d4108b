"""Noise and widths that sender and receiver share: the same ones on all machines, for years."""

from typing import Any

import numpy as np
import pytest
import torch
from scipy.stats import kstest, norm

from hvae.coding import codec
from hvae.models.likelihoods.base import FixedGaussian
from tests.coding import cases


def test_noise_is_that_of_splitmix() -> None:
    """Its first numbers from the seed 1234567, as Rosetta Code has them."""
    steps = np.arange(5, dtype=np.uint64) * codec.STEP
    expected = [
        6457827717110365317, 3203168211198807973, 9817491932198370423,
        4593380528125082431, 16408922859458223821,
    ]  # fmt: skip
    assert codec.mixed(np.uint64(1234567) + steps).tolist() == expected


def test_draws_are_normal_and_independent() -> None:
    """ε of two passes and of each layer, whose 256 items have numbers of their own."""
    drawn = [one for number in range(2) for one in codec._normal([40, 30], number)]
    whole = torch.cat(drawn, -1).numpy()
    assert whole.shape == (codec.DRAWS, 140)
    assert kstest(whole.ravel(), norm.cdf).pvalue > 1e-3
    correlations = np.corrcoef(whole.T)[np.triu_indices(140, 1)]
    assert np.abs(correlations).max() < 5 / np.sqrt(codec.DRAWS)
    assert (correlations * np.sqrt(codec.DRAWS)).std() == pytest.approx(1, abs=0.05)


FIRST = [-0.3442202988932171, -1.4590308102427174, -0.022547912998694616, 0.21571429900872777]


def test_draws_never_change() -> None:
    """Files of `files.VERSION` cannot be read with other ones; in float32 they would be rounded."""
    (drawn,) = codec._normal([2], 1)
    assert drawn.dtype == torch.float64
    assert drawn[:2].flatten().tolist() == pytest.approx(FIRST, rel=1e-14)


@pytest.mark.parametrize("categorical", [False, True])
def test_widths_need_no_noise_of_torch(monkeypatch: pytest.MonkeyPatch, categorical: bool) -> None:
    """Whose generators may change with its version, and whose normals with the processor."""
    choices = {"latents": [4, 3], "inference": "top-down", "skip": False, "seed": 0}
    made = cases.drawn(choices | {"categorical": categorical}, FixedGaussian(0.3))

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("noise of torch")

    monkeypatch.setattr(torch, "randn", refuse)
    monkeypatch.setattr(torch, "Generator", refuse)
    again = codec.of(made.model, made.shape, made.prices, made.key)
    assert all(map(np.array_equal, again.widths, made.widths))
    assert min(w.min() for w in made.widths) < 1
    assert (made.widths[-1] == 1).all() == categorical
