"""Experiments in pairs: planted differences, their errors, and where there are none."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hvae.io import tables
from hvae.reports.index.metrics import achieved, measured
from hvae.reports.index.paired import ItemScores, pairs
from hvae.results.experiment import finished
from hvae.statistics.estimate import Floats, Row
from tests.guidance.planes import standard
from tests.reports.index.cases import plant

Config = dict[str, Any]
N = 100
COMMON, OWN = 2.0, 0.1  # standard deviations over items: what both share, and what each has alone
RANDOM = np.random.default_rng(0)
SHARED, (FIRST, SECOND) = standard(RANDOM, N), (standard(RANDOM, N) for _ in range(2))


def scored(folder: Path, own: Floats, higher: float = 0.0) -> Path:
    """With N items in place of the planted ones: D of 5 + higher, accuracy of ½ and a tenth of it.

    All trainings are alike.
    """
    path = folder / "items.parquet"
    distortion = 5 + higher + COMMON * SHARED + OWN * own
    points = [row["point"] for row in tables.read(folder / "points.parquet").to_pylist()]
    some = tables.read(path).to_pylist()
    first = {row["point"]: row for row in reversed(some)}
    rows = [
        first[point] | {"index": k, "distortion": d, "squared_error": 64 * 0.04 * (1 + 0.1 * s)}
        for point in points
        for k, (d, s) in enumerate(zip(distortion.tolist(), SHARED.tolist(), strict=True))
    ]
    tables.write(tables.from_rows(rows, tables.items(2)), path)
    hits = (np.arange(N) < N / 2 + 10 * higher).astype(float)
    names = {"task": "classification", "layers": "z1+z2", "features": "sample", "setting": ""}
    names |= {"method": "logistic", "metric": "accuracy", "split": "test"}
    told: list[Row] = [
        names | {"point": point, "index": k, "value": value}
        for point in points
        for k, value in enumerate(hits.tolist())
    ]
    tables.write(tables.from_rows(told, tables.scores()), folder / "scores.parquet")
    return folder


def compared(*folders: Path) -> dict[str, Row]:
    """What pairs say, by metric."""
    of = [finished(folder) for folder in folders]
    found = pairs([ItemScores(one, [*measured(one), *achieved(one)]) for one in of])
    return {one["key"]: one for one in found}


def test_what_two_share_cancels_and_the_planted_difference_is_found(
    tmp_path: Path, config: Config
) -> None:
    one = scored(plant(tmp_path, config, "one", seeds=3), FIRST)
    two = scored(plant(tmp_path, config, "two", seeds=3), SECOND, higher=0.2)
    found = compared(one, two)
    assert found.keys() == {
        "rate_1", "rate_above", "rate_total", "psnr", "mse", "objective", "distortion",
        "classification/accuracy/logistic",
    }  # fmt: skip
    of = found["distortion"]
    assert (of["first"], of["second"], of["items"]) == ("one", "two", N)
    assert [cell[:2] for cell in of["cells"]] == [[0, 0], [1, 1], [2, 2], [3, 3]]
    apart = OWN * (SECOND - FIRST)
    error = math.hypot(apart.std(ddof=1) / math.sqrt(N), np.abs(apart).max() / N)
    for _, _, value, se, half in of["cells"]:
        assert value == pytest.approx(0.2)
        assert se == pytest.approx(error, rel=1e-3)
        assert half == pytest.approx(2.55 * se, rel=0.02)  # t of 99 degrees, 5 % over 4 places
    assert of["mean"][:2] == pytest.approx([0.2, error], rel=1e-3)
    assert error < COMMON / math.sqrt(N) / 10  # of each alone
    hits = found["classification/accuracy/logistic"]["cells"][0]
    assert hits[2] == pytest.approx(0.02)
    assert found["psnr"]["cells"][0][2:] == pytest.approx([0, 0, 0], abs=1e-9)


def test_the_other_way_round_the_sign_turns(tmp_path: Path, config: Config) -> None:
    one = scored(plant(tmp_path, config, "one", seeds=2), FIRST)
    two = scored(plant(tmp_path, config, "two", seeds=2), SECOND, higher=0.2)
    there, back = compared(one, two)["distortion"], compared(two, one)["distortion"]
    assert there["cells"][0][2] == pytest.approx(-back["cells"][0][2])
    assert there["cells"][0][3:] == pytest.approx(back["cells"][0][3:])


@pytest.mark.parametrize(
    ("seeds", "changes"),
    [((1, 1), {}), ((3, 2), {}), ((3, 3), {"evaluation": {"max_items": 70}})],
)
def test_of_one_training_other_trainings_or_other_items_there_are_no_pairs(
    tmp_path: Path, config: Config, seeds: tuple[int, int], changes: dict[str, Config]
) -> None:
    one = scored(plant(tmp_path, config, "one", seeds=seeds[0]), FIRST)
    two = scored(plant(tmp_path, config, "two", seeds=seeds[1], **changes), SECOND)
    assert compared(one, two) == {}


def test_units_that_differ_are_not_paired(tmp_path: Path, config: Config) -> None:
    other = {"likelihood": {"family": "gaussian", "sigma": 0.3}}
    one = scored(plant(tmp_path, config, "one", seeds=2), FIRST)
    two = scored(plant(tmp_path, config, "two", seeds=2, model=other), SECOND)
    assert not {"objective", "distortion"} & compared(one, two).keys()
    assert "psnr" in compared(one, two)
