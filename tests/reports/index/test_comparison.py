"""Comparisons: their metrics, units and files, whichever experiment ran last."""

import math
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import norm, t

from hvae.config.base import parse
from hvae.config.params import Params
from hvae.io import tables
from hvae.reports.index.__main__ import compared
from hvae.reports.index.metrics import ComparedMetric, achieved, measured
from hvae.results.experiment import Experiment, finished
from tests.reports.index.cases import ERROR, plant

Config = dict[str, Any]


def metrics(folder: Path) -> dict[str, ComparedMetric]:
    found = finished(folder)
    return {one.key: one for one in [*measured(found), *achieved(found)]}


def test_every_metric_has_its_value_and_error_at_every_place(
    tmp_path: Path, config: Config
) -> None:
    found = metrics(plant(tmp_path, config, "one"))
    tenfold = 10 / math.log(10)
    expected = {  # of the first place, β = (0.1, 0.1)
        "rate_1": (10, ERROR),
        "rate_above": (10, ERROR),
        "rate_total": (20, 2 * ERROR),
        "psnr": (13.98, tenfold * 0.01 / 0.04 * ERROR),
        "mse": (0.04, 0.01 * ERROR),
        "objective": (7, ERROR),
        "distortion": (5, ERROR),
        "classification/accuracy/logistic": (0.6, 0.05, 0.5, 0.68),
    }
    assert found.keys() == expected.keys()
    for key, numbers in expected.items():
        assert len(found[key].values) == 4
        assert found[key].values[0] == pytest.approx(numbers), key


def test_rates_above_of_three_layers_are_summed_item_by_item(
    tmp_path: Path, config: Config
) -> None:
    # both layers vary together by ±1, so that their sum does by ±2
    found = metrics(plant(tmp_path, config, "three", layers=3))
    assert found["rate_above"].values[0] == pytest.approx((20, 2 * ERROR))
    assert metrics(plant(tmp_path, config, "one", layers=1))["rate_above"].values[0] == (0, 0)


def test_seeds_are_one_place_whose_error_holds_their_spread(tmp_path: Path, config: Config) -> None:
    path = plant(tmp_path, config, "two", seeds=2) / "points.parquet"
    rows = tables.read(path).to_pylist()
    apart = [row | {"distortion": 4.0 + 2 * row["seed"]} for row in rows]
    tables.write(tables.from_rows(apart, tables.points(2)), path)
    found = metrics(path.parent)
    # (4, 6): a mean of 5, and s²/2 = 1 beside the items' own 1/3. The 1 has one degree of freedom,
    # and all of it (4/3)².
    error = math.sqrt(1 / 3 + 1)
    half = t.ppf(0.975, 16 / 9) * error
    assert found["distortion"].values[0] == pytest.approx((5, error, 5 - half, 5 + half))
    half = norm.ppf(0.975) * 0.05  # both trainings have the same accuracy
    accuracy = found["classification/accuracy/logistic"].values[0]
    assert accuracy == pytest.approx((0.6, 0.05, 0.6 - half, 0.6 + half))


def test_of_trainings_every_interval_is_students(tmp_path: Path, config: Config) -> None:
    """In whatever way a metric is read: R_1 and accuracies differ by seed, too."""
    folder = plant(tmp_path, config, "three", seeds=3)
    seeds = {}
    for name, column, schema in (
        ("points", "rate_1", tables.points(2)),
        ("tasks", "value", tables.tasks()),
    ):
        path = folder / f"{name}.parquet"
        rows = tables.read(path).to_pylist()
        seeds |= {row["point"]: row["seed"] for row in rows if "seed" in row}
        apart = [row | {column: row[column] + 0.1 * seeds[row["point"]]} for row in rows]
        tables.write(tables.from_rows(apart, schema), path)
    found = metrics(folder)
    for key, mean, item in (
        ("rate_1", 10.1, ERROR),
        ("classification/accuracy/logistic", 0.7, 0.05),
    ):
        whole, spread = item**2 + 0.01 / 3, 0.01 / 3
        half = t.ppf(0.975, 2 * (whole / spread) ** 2) * math.sqrt(whole)
        value = found[key].values[0]
        assert value == pytest.approx((mean, math.sqrt(whole), mean - half, mean + half)), key
    listed = compared(finished(folder), found.values())["metrics"]
    assert all(len(value) == 4 for one in listed for value in one["values"])


CHANGES: list[tuple[dict[str, Config], set[str]]] = [
    ({}, set()),
    ({"evaluation": {"samples": 3}}, set()),
    ({"data": {"max_items": 500}}, set()),
    ({"model": {"likelihood": {"family": "gaussian", "sigma": 0.3}}}, {"objective", "distortion"}),
    ({"data": {"source": "fashion-mnist"}}, {"objective", "distortion"}),
]


@pytest.mark.parametrize(("changes", "apart"), CHANGES)
def test_metrics_compare_where_their_units_agree(
    tmp_path: Path, config: Config, changes: dict[str, Config], apart: set[str]
) -> None:
    one = metrics(plant(tmp_path, config, "one"))
    other = metrics(plant(tmp_path, config, "other", **changes))
    assert {key for key in one if one[key].basis.key != other[key].basis.key} == apart


def test_a_learned_sigma_leaves_no_objective_to_compare(tmp_path: Path, config: Config) -> None:
    learned = {"likelihood": {"family": "gaussian-learned", "sigma": 0.2}}
    found = metrics(plant(tmp_path, config, "learned", model=learned))
    assert "objective" not in found
    assert "distortion" in found


def test_what_was_not_measured_at_a_place_is_none(tmp_path: Path, config: Config) -> None:
    path = plant(tmp_path, config, "one") / "tasks.parquet"
    tables.write(tables.read(path).slice(1), path)
    experiment = finished(path.parent)
    data = compared(experiment, [*measured(experiment), *achieved(experiment)])
    values = {one["key"]: one["values"] for one in data["metrics"]}
    assert values["classification/accuracy/logistic"][0] is None
    assert values["classification/accuracy/logistic"][1] == [0.6, 0.05, 0.5, 0.68]
    assert data["beta"] == [[0.1, 0.1], [1.0, 0.1], [0.1, 1.0], [1.0, 1.0]]


def test_experiments_say_which_test_items_and_trainings_they_have(
    tmp_path: Path, config: Config
) -> None:
    one, same, other = (
        compared(finished(plant(tmp_path, config, name, seeds=2, **changes)), [])
        for name, changes in (
            ("one", {}),
            ("same", {"model": {"width": 9}}),
            ("other", {"evaluation": {"max_items": 70}}),
        )
    )
    assert one["items"] == same["items"] != other["items"]
    assert one["trainings"] == 2


def test_ones_own_files_are_the_same_items_in_the_same_folder(config: Config) -> None:
    def items(folder: str, source: str) -> str:
        data = {"source": source, "raw_dir": folder, "split": config["data"]["split"]}
        return Experiment(Path(), parse(Params, config | {"data": data})).test_items

    assert items("a", "mnist") == items("b", "mnist")
    assert items("a", "image-folder") == items("a", "image-folder") != items("b", "image-folder")
