"""The command of a task: which rows go where, and what is refused."""

import argparse
import itertools
import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from hvae.config.base import Section
from hvae.config.grid import Point
from hvae.data import prepared
from hvae.data.prepared import HELD_OUT, OF_CLASS, OF_SOURCE, Items
from hvae.data.splits import SPLITS
from hvae.errors import InputError
from hvae.io import tables
from hvae.latents import store
from hvae.statistics.sampled import Sampled
from hvae.tasks import task, trained
from hvae.tasks.task import Count, Found, Score, Subject
from hvae.training import checkpoint
from tests.conftest import small
from tests.tasks.cases import latents

NAMED = {"task": "trial", "layers": "", "features": "", "method": "m", "setting": ""}


class Settings(Section):
    factor: float


def measure(subject: Subject, settings: Settings, seed: int) -> Iterator[Found]:
    """The number of items, times a factor."""
    for split in task.HELD_OUT:
        value = settings.factor * len(subject.items[split].ids)
        numbers = {"value": value, "low": value, "high": value, "n": seed}
        ids, scores = subject.items[split].ids, value + np.array([-1, 1, 0, 0, 0, 0, 0, 0.0])
        yield Score(split, NAMED | {"metric": "mse"}, Sampled(numbers, scores), ids)
    yield Count(NAMED | {"split": "test", "group": "a", "output": "b", "count": 3})


@pytest.fixture
def folders(tmp_path: Path) -> argparse.Namespace:
    """Latents of two points, one of them diverged, of items whose models are not read."""
    for number, split in enumerate(SPLITS, start=2):
        ids = np.arange(10 * number)
        x = np.zeros((len(ids), 6), np.float32)
        items = Items(x, np.zeros(len(ids), int), ids, (6,), ("all",))
        prepared.write(items, tmp_path / "data" / f"{split}.parquet")
        for point, kept in (("a", 8), ("gone", 0)):
            of = latents(np.zeros(kept, int), [np.zeros((kept, 4)), np.zeros((kept, 2))])
            store.write(of, store.file(tmp_path / "latents", point, split))
    none = items.first(0)._replace(classes=())
    for split, kind in itertools.product(HELD_OUT, (OF_CLASS, OF_SOURCE)):
        prepared.write(none, tmp_path / "data" / f"{prepared.outliers_file(split, kind)}.parquet")
    return argparse.Namespace(data=tmp_path / "data", latents=tmp_path / "latents")


def points() -> list[Point]:
    return [Point(name=name, beta=[1.0, 1.0], seed=0, model=name) for name in ("a", "gone")]


def test_a_subject_has_the_items_of_its_latents_and_a_diverged_point_is_none(
    folders: argparse.Namespace,
) -> None:
    (subject,) = task.subjects(points(), folders)
    assert subject.point == "a"
    for split in SPLITS:
        np.testing.assert_array_equal(subject.items[split].ids, subject.latents[split].ids)
        assert len(subject.items[split].ids) == 8


def test_a_trained_subject_has_the_model_of_its_point(
    folders: argparse.Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(checkpoint, "load", lambda *of: asked.append(of) or small([4, 2]))
    vars(folders).update(models=Path("models"), classifier=None)
    (subject,) = trained.subjects(points(), folders)
    assert asked == [(Path("models"), "a", [1.0, 1.0])]
    assert (subject.point, len(subject.items["test"].ids), subject.classifier) == ("a", 8, None)
    assert subject.outliers == {"validation": {}, "test": {}}


def test_latents_of_other_items_are_refused(folders: argparse.Namespace) -> None:
    path = store.file(folders.latents, "a", "test")
    wrong = store.read(path)
    store.write(wrong._replace(ids=wrong.ids + 1), path)
    with pytest.raises(InputError, match="latents of point a are not of the prepared data"):
        list(task.subjects(points(), folders))


def test_rows_go_to_the_table_of_their_split_and_counts_to_their_own(
    folders: argparse.Namespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = {"seed": 5, "settings": {"factor": 2}, "points": [p.model_dump() for p in points()]}
    paths = {
        name: tmp_path / f"{name}.parquet" for name in ("test", "validation", "counts", "scores")
    }
    words = ["trial", "--params", json.dumps(job)]
    for name, path in (vars(folders) | paths).items():
        words += [f"--{name}", str(path)] if path else []
    monkeypatch.setattr(sys, "argv", words)
    task.run("A trial.", Settings, measure)
    for name in task.HELD_OUT:
        table = pq.read_table(paths[name])
        assert table.schema.equals(tables.tasks())
        (row,) = table.to_pylist()
        assert (row["point"], row["value"], row["n"]) == ("a", 16, 5)
        assert row["std_error"] == pytest.approx(math.sqrt(2 / 7 / 8))
    scores = pq.read_table(paths["scores"])
    assert scores.schema.equals(tables.scores())
    rows = scores.to_pylist()
    assert [row["split"] for row in rows] == [*["validation"] * 8, *["test"] * 8]
    assert [row["index"] for row in rows] == [*range(8), *range(8)]
    assert [row["value"] for row in rows] == 2 * [15, 17, *[16] * 6]
    assert rows[0] == {"point": "a", "split": "validation", "index": 0, "value": 15} | NAMED | {
        "metric": "mse"
    }
    counted = pq.read_table(paths["counts"]).to_pylist()
    assert [(row["point"], row["count"]) for row in counted] == [("a", 3)]
