"""Estimates of information in the report, and the probes that fall short of them."""

import math
from typing import Any

import pytest

from hvae.reports.sections.accuracy import weak_probes
from hvae.reports.sections.information import Quantity, information, log_items, quantities, rows
from hvae.results.rates import Rate
from tests.reports.cases import run


def test_quantities_are_those_of_the_suffixes(config: dict[str, Any]) -> None:
    assert Quantity("x", 2).name(3) == "I(x;z2,z3)"
    assert [q.name(2) for q in quantities(run(config))] == [
        "I(x;z1,z2)", "I(x;z2)", "I(y;z1,z2)", "I(y;z2)",
    ]  # fmt: skip
    assert {q.of for q in quantities(run(config, source="gaussian"))} == {"x"}


def test_an_estimate_stands_at_the_rate_of_the_items_that_it_compares(
    config: dict[str, Any],
) -> None:
    one = run(config)
    one = one._replace(compared={name: [Rate(7.0, 0.1)] * 2 for name in one.rates})
    assert {row["x"] for row in rows(one, Quantity("x", 1))} == {7.0}
    assert {row["x"] for row in rows(one, Quantity("y", 2))} == {10.0, 0.1}


def test_saturated_estimates_are_hollow_and_log_k_is_drawn(config: dict[str, Any]) -> None:
    one = run(config)
    assert log_items(one) == pytest.approx(math.log(20))
    layers = information(one, Quantity("x", 1)).to_dict()["layer"]
    saturated = {
        mark["mark"]["filled"]: {row["saturated"] for row in mark["data"]["values"]}
        for mark in layers
        if mark["mark"]["type"] == "point"
    }
    assert saturated == {True: {False}, False: {True}}
    (curves,) = [mark for mark in layers if mark["mark"]["type"] == "line"]
    lines = {row["line"] for row in curves["data"]["values"]}
    assert any(line.startswith("log K = 3.00 nats") for line in lines)
    assert any(line.startswith("I = R") for line in lines)


def test_a_counted_estimate_stands_beside_the_bound_and_is_said_to_be_none(
    config: dict[str, Any],
) -> None:
    one = run(config)
    counted = [
        row | {"kind": "estimate", "value": 0.5}
        for row in one.information
        if row["quantity"] == "I(y;z2)"
    ]
    both = one._replace(information=[*one.information, *counted])
    quantity = Quantity("y", 2)
    values = {row["kind"]: row["y"] for row in rows(both, quantity)}
    assert values == {"Î⁻, from below": 0.3, "counted, no bound": 0.5}
    before, after = (domain(information(r, quantity).to_dict()) for r in (one, both))
    assert before == ["Î⁻, from below"]
    assert after == ["Î⁻, from below", "counted, no bound"]
    assert weak_probes(both) == weak_probes(one)


def domain(chart: dict[str, Any]) -> list[str]:
    """The kinds that the points' colours tell apart."""
    (colour, *_) = (
        layer["encoding"]["color"] for layer in chart["layer"] if layer["mark"]["type"] == "point"
    )
    return list(colour["scale"]["domain"])


def test_infinite_estimates_are_left_out(config: dict[str, Any]) -> None:
    one = run(config)
    count = len(rows(one, Quantity("x", 1)))
    changed = [
        row | {"value": math.inf} if row["kind"] == "upper" else row for row in one.information
    ]
    assert len(rows(one._replace(information=changed), Quantity("x", 1))) == count / 2


def knowing(config: dict[str, Any], value: float, std_error: float) -> Any:
    """A run where I(y; z_{≥l}) of two equal classes is known to be about `value`."""
    one = run(config)
    changed = [
        row | {"value": value, "std_error": std_error} if row["quantity"].startswith("I(y") else row
        for row in one.information
    ]
    return one._replace(information=changed)


def test_probes_below_the_least_best_accuracy_are_weak(config: dict[str, Any]) -> None:
    """With I = log 2 the best reaches 1, and all probes are at most 0.65. z_1 is no suffix."""
    found = weak_probes(knowing(config, math.log(2), 0.0))
    assert {weak.task["layers"] for weak in found} == {"z1+z2", "z2"}
    assert {weak.task["features"] for weak in found} == {"sample"}
    assert len(found) == 4 * 2 * 4
    assert {weak.least for weak in found} == {1.0}


def test_an_uncertain_estimate_makes_no_probe_weak(config: dict[str, Any]) -> None:
    """Between (log 2, 1/2) and (0, 1) the least is 1 − H(y|z) / (2 log 2): 0.78, then 0.64."""
    assert weak_probes(knowing(config, math.log(2), 0.3 / 1.645)) != []
    assert weak_probes(knowing(config, math.log(2), 0.5 / 1.645)) == []
    assert weak_probes(knowing(config, -0.1, 0.0)) == []
    assert weak_probes(run(config, source="gaussian")) == []
