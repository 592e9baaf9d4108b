"""Rates of suffixes, limits with their errors, and what is judged."""

import argparse
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from hvae.bounds.accuracy import accuracy_limit
from hvae.data import prepared
from hvae.data.prepared import Items
from hvae.io import tables
from hvae.results.evidence import Evidence
from hvae.results.judge import judged, main
from hvae.results.rates import leading, lowest_layer, suffix_name, suffix_rates
from hvae.results.summary import summary

SHARES = np.full(10, 0.1)
RATES = np.random.default_rng(0).gamma(1.0, size=(50, 3))


def item_table() -> pa.Table:
    rows = [
        {"point": point, "index": i, "distortion": 0.0, "squared_error": 0.0}
        | {f"rate_{layer + 1}": rate * scale for layer, rate in enumerate(rates)}
        for point, scale in (("p", 1.0), ("q", 2.0))
        for i, rates in enumerate(RATES)
    ]
    return tables.from_rows(rows, tables.items(3))


def task(correct: int, **changes: Any) -> dict[str, Any]:
    row = {"point": "p", "task": "classification", "layers": "z2", "features": "sample"}
    numbers = {"value": correct / 360, "low": 0.0, "high": 1.0, "n": 360, "std_error": 0.02}
    named = {"method": "knn", "setting": "", "metric": "accuracy"}
    return row | named | numbers | changes


def test_suffix_rates_are_sums_from_a_layer_up() -> None:
    rates = suffix_rates(item_table(), 3)
    for lowest in range(3):
        sums = RATES[:, lowest:].sum(1)
        assert rates["p"][lowest].value == pytest.approx(sums.mean())
        assert rates["q"][lowest].std_error == pytest.approx(2 * sums.std(ddof=1) / math.sqrt(50))


@pytest.mark.parametrize(("layers", "lowest"), [("z1", 1), ("z2", 2), ("z1+z2", 1), ("z2+z3", 2)])
def test_a_suffix_is_bounded_from_its_lowest_layer(layers: str, lowest: int) -> None:
    assert lowest_layer(layers) == lowest


def test_suffixes_by_name() -> None:
    assert [suffix_name(lowest, 3) for lowest in (1, 2, 3)] == ["z1+z2+z3", "z2+z3", "z3"]


def constant_rate(rate: float) -> pa.Table:
    """z_2 of two layers at that rate for every item."""
    row = {"point": "p", "rate_1": 0.0, "rate_2": rate, "distortion": 0.0, "squared_error": 0.0}
    return tables.from_rows([row | {"index": i} for i in range(5)], tables.items(2))


def verdicts(rows: list[dict[str, Any]], rate: float) -> list[str]:
    table, items = tables.from_rows(rows, tables.tasks()), constant_rate(rate)
    found = judged(Evidence(seed=0, layers=2, tasks=table, items=items, shares=SHARES))
    return [verdict.as_py() for verdict in found["verdict"]]


def test_a_closed_layer_cannot_tell_classes_apart() -> None:
    assert verdicts([task(20), task(36), task(300)], 0.0) == ["holds", "undecided", "violated"]


def test_means_are_not_judged() -> None:
    assert verdicts([task(300, features="mean")], 0.0) == []
    assert verdicts([task(300, metric="nmi")], 0.0) == []


def test_matched_clusters_are_judged_and_the_datas_own_classifier_is_not() -> None:
    assert verdicts([task(300, task="clustering", method="k-means")], 0.0) == ["violated"]
    score = {"point": "", "task": "generation", "layers": "", "features": "", "method": "mlp"}
    assert verdicts([task(300, **score)], 0.0) == []


@pytest.mark.parametrize("layers", ["", "z2"])
def test_what_a_task_of_the_users_own_calls_an_accuracy_is_not_judged(layers: str) -> None:
    """It may be of no layer, and need not be a guess of the class from samples of any."""
    assert verdicts([task(300, task="colour", layers=layers)], 0.0) == []
    assert verdicts([task(999, task="colour", layers=layers)], 0.0) == []  # no share either


@pytest.mark.parametrize(
    ("name", "metric"),
    [("clustering", "accuracy"), ("recognition", "accuracy"), ("generation", "class_consistency")],
)
def test_every_guess_of_the_class_from_samples_is_judged(name: str, metric: str) -> None:
    assert verdicts([task(300, task=name, metric=metric)], 0.0) == ["violated"]


def test_a_limit_of_one_is_vacuous() -> None:
    assert verdicts([task(300)], 5.0) == ["vacuous"]


def test_a_halved_rate_is_found_out() -> None:
    """Of R nats, the best guess breaks the limit of R/2; clusters and cuts are guesses, too."""
    rate = 1.5
    best = round(360 * accuracy_limit(rate, SHARES))
    cut = task(best, task="generation", method="mlp", metric="class_consistency")
    for guess in (task(best), task(best, task="clustering", method="k-means"), cut):
        assert verdicts([guess], rate) != ["violated"]
        assert verdicts([guess], rate / 2) == ["violated"]


def estimate(value: float, **changes: Any) -> dict[str, Any]:
    row = {"point": "p", "quantity": "I(x;z2,z3)", "kind": "lower", "value": value}
    return row | {"std_error": 0.1, "saturated": False} | changes


def test_information_is_held_against_the_rate_of_its_layers() -> None:
    """R_{≥2} of these items is about 2 nats; only lower bounds on I(x; z) are judged."""
    rates = suffix_rates(item_table(), 3)
    rows = [
        estimate(rates["p"][1].value - 1),
        estimate(2 * rates["p"][1].value),  # as if the rate were halved
        estimate(99, kind="upper"),
        estimate(99, quantity="I(y;z2)"),
    ]
    about = tables.from_rows(rows, tables.information())
    found = judged(Evidence(seed=0, layers=3, items=item_table(), information=about)).to_pylist()
    assert [row["layers"] for row in found] == ["z2+z3"] * 2
    assert [row["verdict"] for row in found] == ["holds", "violated"]


def test_a_rate_that_the_estimate_cannot_reach_is_vacuous() -> None:
    """Î⁻ of 3 items is at most log 3, and these 3 have rates of about 2 nats."""
    about = tables.from_rows([estimate(1.0)], tables.information())
    few = Evidence(seed=0, layers=3, items=item_table(), information=about, compared=np.arange(3))
    assert judged(few)["verdict"].to_pylist() == ["vacuous"]


def test_rates_are_those_of_the_items_that_are_compared() -> None:
    rates = suffix_rates(leading(item_table(), np.array([3, 7, 8])), 3)
    assert rates["p"][0].value == pytest.approx(RATES[[3, 7, 8]].sum(1).mean())


def test_the_command_reads_tables_and_writes_verdicts(tmp_path: Path) -> None:
    """Digits of one test item in ten: labels give the shares, and nothing is known of h(x)."""
    rng = np.random.default_rng(0)
    labels = np.arange(50) % 10
    x = rng.random((50, 4), dtype=np.float32)
    names = tuple("0123456789")
    prepared.write(Items(x, labels, np.arange(50), (2, 2), names), tmp_path / "test.parquet")
    written = {
        "items": item_table(),
        "tasks": tables.from_rows([task(40), task(350, layers="z3")], tables.tasks()),
        "information": tables.from_rows([estimate(1.0)], tables.information()),
        "points": tables.points(3).empty_table(),
        "counts": tables.counts().empty_table(),
    }
    job = {
        "seed": 0,
        "data": {"source": "digits", "split": {"train": 0.6, "validation": 0.2, "test": 0.2}},
        "evaluation": {
            "samples": 1, "max_items": 50, "information_items": 40, "importance_samples": 1,
        },
        "model": {
            "latents": [4, 3, 2], "inference": "top-down", "backbone": "mlp", "width": 8,
            "skip": False, "likelihood": {"family": "gaussian", "sigma": 0.2},
        },
    }  # fmt: skip
    arguments = argparse.Namespace(params=json.dumps(job), data=tmp_path, out=tmp_path / "bounds")
    for name, table in written.items():
        tables.write(table, tmp_path / name)
        setattr(arguments, name, tmp_path / name)
    main(arguments)
    rows = tables.read(arguments.out).to_pylist()
    assert [(row["bound"], row["layers"]) for row in rows] == [
        ("accuracy", "z2"),
        ("accuracy", "z3"),
        ("information", "z2+z3"),
    ]
    assert rows[0]["limit"] == accuracy_limit(suffix_rates(item_table(), 3)["p"][1].value, SHARES)


def test_the_summary_counts_and_ignores_what_diverged() -> None:
    row = dict.fromkeys(tables.points(1).names, math.nan) | {
        "seed": 0, "strategy": "independent", "parameters": 9,
    }  # fmt: skip
    points = [
        row | {"point": "p", "status": "ok", "rate_total": 2.0, "distortion": 1.0, "psnr_db": 9.0},
        row | {"point": "q", "status": "diverged"},
    ]
    done = summary(
        tables.from_rows(points, tables.points(1)),
        tables.from_rows(
            [task(18), task(36, features="mean"), task(99, task="clustering")], tables.tasks()
        ),
        tables.bounds().empty_table(),
    )
    assert (done["points"], done["diverged"]) == (2, 1)
    assert done["rate_total_nats"] == {"min": 2.0, "max": 2.0}
    assert done["best_accuracy"] == {"sample": 0.05, "mean": 0.1}
    assert done["checks"] == {"holds": 0, "violated": 0, "undecided": 0, "vacuous": 0}
