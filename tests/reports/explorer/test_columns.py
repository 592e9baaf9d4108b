"""The numbers of a point: those of the tables, with unit, interval and direction."""

import math
from typing import Any

import pytest

from hvae.reports.sections.explorer import axes, columns, points
from hvae.results.rates import Rate
from hvae.results.run import Run
from tests.reports.cases import run

HALF = 1.96 * 0.1  # of an interval, in nats: every rate has this standard error


def values(one: Run, point: str) -> dict[str, list[Any]]:
    (found,) = [p for p in points(one, columns(one)) if p["name"] == point]
    result: dict[str, list[Any]] = found["values"]
    return result


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        (1, {"rate-1": 10.0}),
        (2, {"rate-1": 10.0, "above-2": 0.1, "total": 10.1}),
        (3, {"rate-1": 10.0, "rate-2": 0.1, "above-2": 10.1, "above-3": 10.0, "total": 20.1}),
    ],
)
def test_rates_are_those_of_the_layers_and_their_sums(
    config: dict[str, Any], layers: int, expected: dict[str, float]
) -> None:
    one = run(config, layers)
    name = {1: "b0.1_s0", 2: "b0.1_10_s0", 3: "b0.1_10_0.1_s0"}[layers]
    found = values(one, name)
    rates = [column for column in columns(one) if column.group == "Rates"]
    assert {column.unit for column in rates} == {"nats per item"}
    betas = [f"beta-{layer}" for layer in range(1, layers + 1)]
    assert {column.name for column in rates} == set(expected)
    assert set(axes(one)) == set(expected) | set(betas)
    assert axes(one)[-layers:] == betas
    assert [found[beta][0] for beta in betas] == [0.1, 10.0, 0.1][:layers]
    for column, rate in expected.items():
        assert found[column] == pytest.approx([rate, rate - HALF, rate + HALF], abs=1e-4)


def test_the_first_axes_are_the_lowest_layer_and_all_above_it(config: dict[str, Any]) -> None:
    assert axes(run(config, 3))[:2] == ["rate-1", "above-2"]
    assert axes(run(config, 2))[:2] == ["rate-1", "above-2"]


def test_what_a_model_costs(config: dict[str, Any]) -> None:
    found = values(run(config), "b10_10_s0")
    assert found["distortion-less-constant"] == pytest.approx([8, 8 - 0.392, 8 + 0.392])
    assert found["objective"] == pytest.approx([60, 60 - HALF, 60 + HALF])
    assert found["psnr"][0] == 15
    assert found["mse"][0] == pytest.approx(0.5 / 12, rel=1e-5)
    assert "bits" not in found


def test_a_source_without_peak_or_classes_has_no_psnr_and_no_accuracy(
    config: dict[str, Any],
) -> None:
    names = {column.name for column in columns(run(config, source="gaussian"))}
    assert "mse" in names
    assert not [n for n in names if n.startswith(("psnr", "classification", "information-y"))]


def test_bits_per_dimension_stand_where_x_has_a_code(config: dict[str, Any]) -> None:
    one = run(config)
    coded = [p | {"bits_per_dim": 1.0} for p in one.points]
    found = values(
        one._replace(points=coded, codes={p["point"]: Rate(8, 0) for p in coded}), "b10_10_s0"
    )
    assert found["bits"][0] == pytest.approx(8 / (12 * math.log(2)), rel=1e-5)


def test_information_is_the_estimate_from_below(config: dict[str, Any]) -> None:
    one = run(config)
    found = values(one, "b10_10_s0")
    assert found["information-x-2"] == pytest.approx([0.3, 0.3 - 0.098, 0.3 + 0.098])
    titles = {column.name: column.title for column in columns(one)}
    assert titles["information-x-1"] == "I(x; z₁, z₂), from below"


def test_tasks_are_told_on_samples_of_all_layers_and_of_the_top_one(config: dict[str, Any]) -> None:
    one = run(config, 3)
    found = {c.name: c for c in columns(one) if c.group == "Classification"}
    probes = one.params.tasks.classification.probes
    assert list(found) == [
        f"classification-{layers}-{p}-accuracy" for layers in ("z1+z2+z3", "z3") for p in probes
    ]
    column = found["classification-z3-knn-accuracy"]
    assert (column.title, column.better) == ("Classification: accuracy, knn on z₃", "higher")
    assert column.values["b10_10_10_s0"] == (0.6, 0.55, 0.65)


@pytest.mark.parametrize(
    ("metric", "better", "unit"),
    [("frechet", "lower", ""), ("psnr_db", "higher", "dB"), ("unheard_of", "none", "")],
)
def test_each_metric_knows_which_way_is_better(
    config: dict[str, Any], metric: str, better: str, unit: str
) -> None:
    one = run(config)
    row = one.tasks[0] | {"task": "t", "layers": "", "features": "", "metric": metric}
    (column,) = [c for c in columns(one._replace(tasks=[row])) if c.group == "T"]
    assert (column.better, column.unit) == (better, unit)


def test_a_reference_that_belongs_to_no_point_is_no_column(config: dict[str, Any]) -> None:
    one = run(config)
    row = one.tasks[0] | {"point": "", "task": "t", "layers": "", "features": ""}
    assert "T" not in {c.group for c in columns(one._replace(tasks=[row]))}


def test_an_interval_that_is_unknown_stays_so(config: dict[str, Any]) -> None:
    one = run(config)
    rows = [task | {"low": math.nan, "high": math.nan} for task in one.tasks]
    found = values(one._replace(tasks=rows), "b10_10_s0")["classification-z2-knn-accuracy"]
    assert found[0] == 0.6
    assert all(math.isnan(end) for end in found[1:])


@pytest.mark.parametrize(
    ("task", "setting", "title"),
    [
        ("regression", "slant", "Regression: R², ridge, slant"),
        ("denoising", "0.2", "Denoising: R², ridge, noise 0.2"),
        ("clustering", "", "Clustering: R², ridge"),
        ("t", "odd", "T: R², ridge, odd"),
    ],
)
def test_a_title_says_method_and_setting(
    config: dict[str, Any], task: str, setting: str, title: str
) -> None:
    one = run(config)
    named = {"task": task, "layers": "", "method": "ridge", "setting": setting, "metric": "r2"}
    (column,) = [
        c
        for c in columns(one._replace(tasks=[one.tasks[0] | named]))
        if c.group == task.capitalize()
    ]
    assert column.title == title
