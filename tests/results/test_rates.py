"""Means over items, recomputed from the table of items, against direct computation."""

import math

import numpy as np
import pyarrow as pa
import pytest

from hvae.results.rates import code_lengths, squared_errors, suffix_rates


def test_means_and_errors_are_those_of_the_items_own_sums() -> None:
    """Rates and distortion that make up for each other: their sum hardly varies, they do."""
    random = np.random.default_rng(0)
    traded, rest = random.normal(size=200), random.random(200)
    table = pa.table(
        {
            "point": ["a"] * 200,
            "index": np.arange(200),
            "rate_1": 5 + traded,
            "rate_2": rest,
            "distortion": 9 - traded,
            "squared_error": 3 * rest,
        }
    )
    length = 14 + rest
    found = code_lengths(table, 2)["a"]
    assert found.value == pytest.approx(length.mean())
    assert found.std_error == pytest.approx(length.std(ddof=1) / math.sqrt(200))
    assert suffix_rates(table, 2)["a"][0].value == pytest.approx((5 + traded + rest).mean())
    assert squared_errors(table)["a"].value == pytest.approx(3 * rest.mean())
