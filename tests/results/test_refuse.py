"""Numbers that cannot be judged are refused, by table, point and column."""

import math

import numpy as np
import pytest

from hvae.errors import InputError
from hvae.io import tables
from hvae.results.judge import judged
from tests.results.mechanisms import ITEMS, both, changed

CELLS = [
    ("items", "rate_1", math.nan),
    ("items", "rate_1", math.inf),
    ("items", "distortion", math.inf),
    ("items", "squared_error", math.nan),
    ("tasks", "value", math.nan),
    ("tasks", "value", math.inf),
    ("information", "value", math.nan),
    ("information", "std_error", math.nan),
]


@pytest.mark.parametrize(("table", "column", "value"), CELLS)
def test_a_number_that_cannot_be_judged_is_named(table: str, column: str, value: float) -> None:
    rows = getattr(both(), table).to_pylist()
    rows[0][column] = value
    schema = getattr(both(), table).schema
    words = f"{table}: column {column} of point g must be finite, got {value}"
    with pytest.raises(InputError, match=words):
        judged(changed(**{table: tables.from_rows(rows, schema)}))


def test_other_tables_that_cannot_be_judged_are_named() -> None:
    rows = both().tasks.to_pylist()
    rows[1]["value"] = 1.5
    with pytest.raises(InputError, match=r"tasks: column value of point c .* 1\.5"):
        judged(changed(tasks=tables.from_rows(rows, tables.tasks())))
    with pytest.raises(InputError, match="class shares must sum to one"):
        judged(changed(shares=np.array([0.5, 0.6])))
    with pytest.raises(InputError, match="class shares must be a list of at least 2"):
        judged(changed(shares=np.array([1.0])))
    with pytest.raises(InputError, match=r"items: column index of point g .* got 1"):
        judged(changed(items=both().items.slice(0, 1), points=None))
    with pytest.raises(InputError, match="items: point g has no rows"):
        judged(changed(items=both().items.slice(ITEMS)))


def test_counts_that_lack_a_side_are_named() -> None:
    rows = both().counts.to_pylist()
    test_only = [row for row in rows if row["split"] == "test"]
    with pytest.raises(InputError, match=r"clustering best on z1 of point c .*train"):
        judged(changed(counts=tables.from_rows(test_only, tables.counts())))
    one = [row for row in rows if row["group"] != "prior"]
    with pytest.raises(InputError, match="generation best on z1 of point c"):
        judged(changed(counts=tables.from_rows(one, tables.counts())))
    rows[0]["count"] = -1
    with pytest.raises(InputError, match=r"counts: column count of point c .* -1"):
        judged(changed(counts=tables.from_rows(rows, tables.counts())))
