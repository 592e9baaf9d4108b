"""The reference results agree with themselves, and results that differ are named."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from benchmarks.reference import KEPT, departures

DIGITS = KEPT / "digits"


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A copy of the reference, as if it had been run again."""
    return Path(shutil.copytree(DIGITS, tmp_path / "digits"))


def test_the_reference_agrees_with_itself(fresh: Path) -> None:
    assert departures(fresh, DIGITS) == []


def changed(path: Path, column: str, change: Callable[[pa.ChunkedArray], pa.ChunkedArray]) -> None:
    table = pq.read_table(path)
    place = table.column_names.index(column)
    pq.write_table(table.set_column(place, column, change(table[column])), path)


@pytest.mark.parametrize(
    ("table", "column", "change", "told"),
    [
        ("points", "objective", lambda x: pc.multiply(x, 1.06), "more than 5 % from"),
        ("points", "objective", lambda x: pc.multiply(x, float("nan")), "points: objective of"),
        ("points", "psnr_db", lambda x: pc.subtract(x, 0.7), "more than 0.6 dB from"),
        ("points", "rate_total", lambda x: pc.add(x, 2.1), "more than 2 nats from"),
        ("tasks", "value", lambda x: pc.add(x, 0.5), "scores of classification are elsewhere"),
        ("bounds", "verdict", lambda x: pa.array(["violated"] * len(x)), "are violated"),
    ],
)
def test_what_departs_is_named(
    fresh: Path,
    table: str,
    column: str,
    change: Callable[[pa.ChunkedArray], pa.ChunkedArray],
    told: str,
) -> None:
    changed(fresh / f"{table}.parquet", column, change)
    assert any(told in sentence for sentence in departures(fresh, DIGITS))


def test_a_small_departure_is_none(fresh: Path) -> None:
    changed(fresh / "points.parquet", "objective", lambda x: pc.multiply(x, 1.04))
    assert departures(fresh, DIGITS) == []


def test_a_claim_that_is_no_longer_reproduced_is_named(fresh: Path) -> None:
    found = json.loads((fresh / "guidance.json").read_text())
    found["scorecard"][0]["verdict"] = "undecided"
    (fresh / "guidance.json").write_text(json.dumps(found))
    assert "is undecided, not reproduced" in departures(fresh, DIGITS)[0]
