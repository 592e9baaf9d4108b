"""Scores from tasks to a table and back: whose they are, and that pairs are pairs."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from hvae.errors import InputError
from hvae.io import tables
from hvae.results.scores import ScoredMetric, aligned, by_metric
from hvae.statistics.intervals import mean, psnr
from hvae.tasks import task
from hvae.tasks.task import Score

NAMED = {"task": "denoising", "layers": "", "features": "sample", "method": "decoder"}
NAMED |= {"setting": "0.2", "metric": "psnr_db"}
IDS = np.array([3, 5, 11, 12])


def table(*found: tuple[str, Score]) -> pa.Table:
    return task.scores(found)


def score(errors: list[float], split: str = "test", ids: np.ndarray = IDS, **changes: str) -> Score:
    return Score(split, NAMED | changes, mean(np.array(errors)), ids)


def test_scores_are_found_by_metric_and_point(tmp_path: Path) -> None:
    first, second = score([1, 2, 3, 4]), score([2, 2, 2, 6])
    other = score([0.5] * 4, setting="0.4")
    chosen = score([9, 9, 9, 9], split="validation")
    parts = [table(("a", first), ("a", other)), table(("b", second), ("b", chosen), ("b", other))]
    tables.write_parts(parts, tmp_path / "scores.parquet")
    found = by_metric(tables.read_named("scores", tmp_path / "scores.parquet", 2))
    assert [(of.setting, of.split, list(by)) for of, by in found.items()] == [
        ("0.2", "test", ["a", "b"]), ("0.4", "test", ["a", "b"]), ("0.2", "validation", ["b"]),
    ]  # fmt: skip
    scores = found[ScoredMetric(**NAMED, split="test")]
    np.testing.assert_array_equal(scores["a"].indices, IDS)
    np.testing.assert_array_equal(aligned(scores, ["b", "a"]), [[2, 2, 2, 6], [1, 2, 3, 4]])


def test_what_is_not_finite_has_no_scores_and_an_empty_table_none() -> None:
    perfect = Score("test", NAMED, psnr(np.zeros(4)), IDS)
    assert table(("a", perfect)).num_rows == 0
    assert table(("a", perfect)).schema.equals(tables.scores())
    assert by_metric(table()) == {}


def test_scores_of_other_items_are_no_pairs() -> None:
    moved = score([1, 2, 3, 4], ids=IDS + 1)
    (scores,) = by_metric(table(("a", score([1, 2, 3, 4])), ("b", moved))).values()
    with pytest.raises(InputError, match="points a and b are not of the same items"):
        aligned(scores, ["a", "b"])
