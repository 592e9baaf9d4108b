"""What is known exactly about sources agrees with what they draw."""

import json
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from hvae.config.data import Data
from hvae.data import sources
from hvae.data.gaussian import exact

SPLIT = {"train": 0.6, "validation": 0.2, "test": 0.2}
MADE = [
    {"source": "gaussian"},
    {"source": "gaussian-mixture", "shares": [0.6, 0.4], "separation": 2.0},
    {"source": "independent-labels", "of": "gaussian"},
]


def options(values: dict[str, Any]) -> Data:
    return TypeAdapter(Data).validate_json(json.dumps(values | {"split": SPLIT}))


@pytest.mark.parametrize("values", MADE, ids=lambda values: values["source"])
def test_the_whole_covariance_is_that_of_the_items(values: dict[str, Any]) -> None:
    chosen = options(values)
    known, x = exact(chosen, 7), sources.load(chosen, 7).x.astype(float)
    assert known is not None
    assert known.shares.sum() == pytest.approx(1)
    np.testing.assert_allclose(known.shares @ known.means, 0, atol=1e-12)
    power = known.shares @ (known.spectra.sum(1) + (known.means**2).sum(1))
    squares = (x**2).sum(1)
    assert abs(squares.mean() - power) < 4.5 * squares.std() / np.sqrt(len(x))


def test_components_entropies_and_targets() -> None:
    one, two, hidden = (exact(options(values), 7) for values in MADE)
    assert one is not None
    assert two is not None
    assert hidden is not None
    assert (one.spectra.shape, two.spectra.shape) == ((1, 8), (2, 8))
    assert one.entropy_se == 0 < two.entropy_se
    assert (one.target is None, two.target is None) == (False, True)
    np.testing.assert_array_equal(hidden.spectra, one.spectra)
    assert hidden.entropy == one.entropy


@pytest.mark.parametrize("values", [{"source": "digits"}, {"source": "independent-labels"}])
def test_nothing_is_known_of_real_data(values: dict[str, Any]) -> None:
    assert exact(options(values), 0) is None
