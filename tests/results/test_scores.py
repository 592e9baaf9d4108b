"""Scores from tasks to a table and back: whose they are, and that pairs are pairs."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from hvae.guidance.paired import ScoredMetric, averaged, by_metric, stacked
from hvae.io import tables
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
    found = by_metric(tables.groups_named("scores", tmp_path / "scores.parquet", 2))
    assert [(of.setting, of.split, list(by)) for of, by in found.items()] == [
        ("0.2", "test", ["a", "b"]), ("0.4", "test", ["a", "b"]), ("0.2", "validation", ["b"]),
    ]  # fmt: skip
    scores = found[ScoredMetric(**NAMED, split="test")]
    np.testing.assert_array_equal(scores["a"].indices, IDS)
    found_rows = stacked([[scores["b"], scores["a"]]])
    assert found_rows is not None
    np.testing.assert_array_equal(found_rows.values, [[[2, 2, 2, 6], [1, 2, 3, 4]]])


def test_parts_that_cut_a_metric_give_the_same_and_only_what_is_wanted() -> None:
    whole = table(("a", score([1, 2, 3, 4])), ("a", score([5] * 4, setting="0.4")))
    found = by_metric([whole.slice(0, 3), whole.slice(3, 2), whole.slice(5)])
    for of, by_point in by_metric([whole]).items():
        np.testing.assert_array_equal(found[of]["a"].values, by_point["a"].values)
        np.testing.assert_array_equal(found[of]["a"].indices, IDS)
    one, other = (by_point["a"].indices for by_point in found.values())
    assert one is other  # kept once
    assert [of.setting for of in by_metric([whole], lambda of: of.setting == "0.4")] == ["0.4"]


def test_what_is_not_finite_has_no_scores_and_an_empty_table_none() -> None:
    perfect = Score("test", NAMED, psnr(np.zeros(4)), IDS)
    assert table(("a", perfect)).num_rows == 0
    assert table(("a", perfect)).schema.equals(tables.scores())
    assert by_metric([table()]) == {}


def test_rows_of_other_items_are_left_out_and_of_as_many_the_first_are_kept() -> None:
    one, two, moved = (
        table((name, score(values, ids=ids)))
        for name, values, ids in (
            ("a", [1, 2, 3, 4], IDS), ("b", [4, 3, 2, 1], IDS), ("c", [9, 9, 9, 9], IDS + 1),
        )
    )  # fmt: skip
    a, b, c = (scores for t in (one, two, moved) for of in by_metric([t]).values()
               for scores in of.values())  # fmt: skip
    found = stacked([[c, c], [a, b], [a, None], [b, a], [a, c]])
    assert found is not None
    assert found.kept == [1, 3]
    np.testing.assert_array_equal(found.indices, IDS)
    np.testing.assert_array_equal(found.values[1], [[4, 3, 2, 1], [1, 2, 3, 4]])
    assert stacked([[a, c], [None, None]]) is None
    assert stacked([]) is None


def test_a_mean_over_settings_is_taken_item_by_item() -> None:
    first = score([1, 2, 3, 4])
    second = score([3, 2, 1, 0], setting="0.4")
    whole = table(("a", first), ("a", second), ("b", score([0] * 4, ids=IDS + 1)))
    found = by_metric([whole])
    parts = [by["a"] for by in found.values()]
    mean = averaged(parts)
    assert mean is not None
    np.testing.assert_array_equal(mean.values, [2, 2, 2, 2])
    assert averaged([parts[0], next(iter(found.values()))["b"]]) is None
