"""Means over items, recomputed from the table of items, against direct computation."""

import math

import numpy as np
import pyarrow as pa
import pytest

from hvae.results.rates import code_lengths, places, squared_errors, suffix_rates


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


def test_a_point_that_missed_its_rates_is_of_no_place() -> None:
    def row(seed: int, status: str) -> dict[str, object]:
        numbers = {f"rate_{of}{end}": 1.0 for of in ("1", "2", "total") for end in ("", "_se")}
        name = {"point": f"r5_5_s{seed}", "seed": seed, "strategy": "rates", "status": status}
        return name | {"target_1": 5.0, "target_2": 5.0} | numbers

    rows = [row(0, "ok"), row(1, "unreachable"), row(2, "unconverged"), row(3, "diverged")]
    (found,) = places(rows, 2)
    assert (found.target, found.points) == ((5.0, 5.0), ("r5_5_s0", "r5_5_s2"))
    assert places([row(1, "unreachable")], 2) == []
