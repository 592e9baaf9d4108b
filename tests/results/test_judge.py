"""Rates of suffixes, limits with their errors, and what is judged."""

import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from hvae import tables
from hvae.bounds.accuracy import accuracy_limit
from hvae.bounds.verdicts import judge
from hvae.results.judge import accuracy_checks, accuracy_limit_of, information_checks
from hvae.results.rates import Rate, leading, lowest_layer, suffix_rates
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
    numbers = {"value": correct / 360, "low": 0.0, "high": 1.0, "n": 360}
    return row | {"method": "knn", "metric": "accuracy"} | numbers | changes


def test_suffix_rates_are_sums_from_a_layer_up() -> None:
    rates = suffix_rates(item_table())
    for lowest in range(3):
        sums = RATES[:, lowest:].sum(1)
        assert rates["p"][lowest].value == pytest.approx(sums.mean())
        assert rates["q"][lowest].std_error == pytest.approx(2 * sums.std(ddof=1) / math.sqrt(50))


@pytest.mark.parametrize(("layers", "lowest"), [("z1", 1), ("z2", 2), ("z1+z2", 1), ("z2+z3", 2)])
def test_a_suffix_is_bounded_from_its_lowest_layer(layers: str, lowest: int) -> None:
    assert lowest_layer(layers) == lowest


def test_the_limits_error_is_that_of_the_rate() -> None:
    limit = accuracy_limit_of(Rate(1.0, 1e-4), SHARES)
    slope = (accuracy_limit(1.001, SHARES) - accuracy_limit(0.999, SHARES)) / 0.002
    assert limit.value == accuracy_limit(1.0, SHARES)
    assert limit.std_error == pytest.approx(slope * 1e-4, rel=1e-3)


def verdicts(rows: list[dict[str, Any]], rate: Rate) -> list[str]:
    table = tables.from_rows(rows, tables.tasks())
    return list(judge([check for _, check in accuracy_checks(table, {"p": [rate, rate]}, SHARES)]))


def test_a_closed_layer_cannot_tell_classes_apart() -> None:
    closed = Rate(0.0, 0.0)
    assert verdicts([task(20), task(36), task(300)], closed) == ["holds", "undecided", "violated"]


def test_means_are_not_judged() -> None:
    assert verdicts([task(300, features="mean")], Rate(0.0, 0.0)) == []
    assert verdicts([task(300, metric="nmi")], Rate(0.0, 0.0)) == []


def test_matched_clusters_are_judged_and_the_datas_own_classifier_is_not() -> None:
    closed = Rate(0.0, 0.0)
    assert verdicts([task(300, task="clustering", method="k-means")], closed) == ["violated"]
    score = {"point": "", "task": "generation", "layers": "", "features": "", "method": "mlp"}
    assert verdicts([task(300, **score)], closed) == []


def test_a_limit_of_one_is_vacuous() -> None:
    assert verdicts([task(300)], Rate(5.0, 0.1)) == ["vacuous"]


def test_a_halved_rate_is_found_out() -> None:
    """The best guess from R nats breaks the limit of R/2."""
    rate = 1.5
    best = round(360 * accuracy_limit(rate, SHARES))
    assert verdicts([task(best)], Rate(rate, 0.01)) != ["violated"]
    assert verdicts([task(best)], Rate(rate / 2, 0.01)) == ["violated"]


def estimate(value: float, **changes: Any) -> dict[str, Any]:
    row = {"point": "p", "quantity": "I(x;z2,z3)", "kind": "lower", "value": value}
    return row | {"std_error": 0.1, "saturated": False} | changes


def test_information_is_held_against_the_rate_of_its_layers() -> None:
    """R_{≥2} of these items is about 2 nats; only lower bounds on I(x; z) are judged."""
    rates = suffix_rates(item_table())
    rows = [
        estimate(rates["p"][1].value - 1),
        estimate(2 * rates["p"][1].value),  # as if the rate were halved
        estimate(99, kind="upper"),
        estimate(99, quantity="I(y;z2)"),
    ]
    named = list(information_checks(tables.from_rows(rows, tables.information()), rates, 8.0))
    assert [name["layers"] for name, _ in named] == ["z2+z3"] * 2
    assert judge([check for _, check in named]) == ["holds", "violated"]
    beyond = information_checks(tables.from_rows(rows, tables.information()), rates, 1.0)
    assert judge([check for _, check in beyond]) == ["vacuous", "vacuous"]


def test_rates_are_those_of_the_items_that_are_compared() -> None:
    rates = suffix_rates(leading(item_table(), np.array([3, 7, 8])))
    assert rates["p"][0].value == pytest.approx(RATES[[3, 7, 8]].sum(1).mean())


def test_the_summary_counts_and_ignores_what_diverged() -> None:
    row = dict.fromkeys(tables.points(1).names, math.nan) | {"seed": 0, "strategy": "independent"}
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
