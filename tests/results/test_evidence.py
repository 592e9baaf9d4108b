"""What evidence allows: which limits meet which values, and what is absent."""

import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from hvae.bounds.accuracy import accuracy_limit
from hvae.bounds.rate_distortion import conditional_distortion_rate, shannon_distortion
from hvae.data.gaussian import Exact
from hvae.io import tables
from hvae.results.checks.catalogue import BOUNDS
from hvae.results.checks.source import least_squared_error
from hvae.results.evidence import Evidence
from hvae.results.judge import judged
from hvae.results.rates import Rate
from hvae.statistics.estimate import Estimate
from tests.results.mechanisms import LABELS, SHARES, both, changed, exact
from tests.results.rows import hits

ALONE = {  # what a table can be held against without any other
    "points": {"objective"},
    "items": {"rate-distortion", "squared-error"},
    "information": {"likelihood", "class-information"},
}
KEY = ("accuracy", "c")  # a bound and a point
TABLES = ("points", "items", "tasks", "counts", "information")


def bounds(found: Evidence) -> set[str]:
    return set(judged(found)["bound"].to_pylist())


def test_every_bound_is_checked_and_in_the_catalogue() -> None:
    table = judged(both())
    assert table.schema == tables.bounds()
    assert set(table["bound"].to_pylist()) == set(BOUNDS)
    assert all(bound.formula and bound.meaning.endswith(".") for bound in BOUNDS.values())


def test_absent_tables_give_no_checks() -> None:
    assert judged(Evidence(seed=0, layers=1)).num_rows == 0
    for name in TABLES:
        alone = dict.fromkeys(TABLES, None) | {name: getattr(both(), name)}
        assert bounds(changed(**alone)) == ALONE.get(name, set())
        assert bounds(changed(**{name: None})) < set(BOUNDS)


def test_without_rates_only_what_is_measured_limits() -> None:
    rates = both().items["rate_1"]
    unknown = both().items.set_column(2, "rate_1", pa.array(np.full(len(rates), math.nan)))
    assert bounds(changed(items=unknown)) == set(BOUNDS) - {"information", "generation"}


def test_the_lower_of_rate_and_information_limits() -> None:
    """Î⁺ of half the rate halves the nats; a saturated one limits nothing."""
    rate = both().rate("c", 1)
    assert rate is not None

    def limit(**changes: Any) -> float:
        rows = [
            row | changes if (row["kind"], row["quantity"]) == ("upper", "I(x;z1)") else row
            for row in both().information.to_pylist()
        ]
        table = judged(changed(information=tables.from_rows(rows, tables.information())))
        found = {row["limit"] for row in table.to_pylist() if (row["bound"], row["point"]) == KEY}
        assert len(found) == 1
        return float(found.pop())

    half = {"value": rate.value / 2, "std_error": 0.01}
    assert limit(**half) == pytest.approx(accuracy_limit(rate.value / 2, SHARES))
    assert limit(value=2 * rate.value) == pytest.approx(accuracy_limit(rate.value, SHARES))
    assert limit(**half, saturated=True) == pytest.approx(accuracy_limit(rate.value, SHARES))


def test_without_classes_or_a_known_source_their_checks_are_absent() -> None:
    of_labels = {"accuracy", "class-information", "clusters", "generation"}
    of_source = {"rate-distortion", "likelihood", "objective", "squared-error", "regression"}

    assert bounds(changed(shares=None)) == {"information"} | of_source
    assert bounds(changed(exact=None)) == {"information"} | of_labels


def test_the_objective_has_a_limit_where_sigma_is_known() -> None:
    assert "objective" in bounds(both())
    assert bounds(both()) - bounds(changed(sigma=None)) == {"objective"}
    known, learned = (
        {row["point"]: row for row in judged(one).to_pylist() if row["bound"] == "objective"}
        for one in (both(), changed(sigma=None, own_sigma=True))
    )
    assert learned["g"]["limit"] == pytest.approx(known["g"]["limit"])


def test_statistics_of_an_image_have_no_limit_of_the_target() -> None:
    rows = [
        row | ({"setting": "slant", "value": 0.0} if row["metric"] == "mse" else {})
        for row in both().tasks.to_pylist()
    ]
    found = bounds(changed(tasks=tables.from_rows(rows, tables.tasks())))
    assert found == set(BOUNDS) - {"regression"}


def test_a_diverged_point_is_not_judged() -> None:
    rows = [row | {"status": "diverged"} for row in both().points.to_pylist()]
    points = tables.from_rows(rows, tables.points(1))
    assert set(judged(changed(points=points))["point"].to_pylist()) == {"c"}


def test_order_decides_nothing() -> None:
    def rows(found: Evidence) -> list[dict[str, Any]]:
        return sorted(judged(found).to_pylist(), key=lambda row: str(list(row.values())[:6]))

    rng = np.random.default_rng(3)
    shuffled = {name: getattr(both(), name) for name in TABLES}
    shuffled = {name: table.take(rng.permutation(len(table))) for name, table in shuffled.items()}
    for one, other in zip(rows(both()), rows(changed(**shuffled)), strict=True):
        assert one["verdict"] == other["verdict"]
        assert one["p_value"] == pytest.approx(other["p_value"], rel=1e-6)


def test_a_layer_alone_is_limited_by_the_suffix_that_holds_it() -> None:
    rates = np.random.default_rng(0).gamma(0.2, size=(50, 2))
    items = [
        {"point": "p", "index": i, "distortion": 0.0, "squared_error": 0.0}
        | {"rate_1": low, "rate_2": high}
        for i, (low, high) in enumerate(rates)
    ]
    quantity = {"point": "p", "kind": "upper", "std_error": 0.01, "saturated": False}
    told = 0.9 * rates.sum(1).mean()  # less than R_{≥1}, more than R_{≥2}
    about = [quantity | {"quantity": "I(x;z1,z2)", "value": told}]
    sets = ("z1", "z2", "z1+z2")
    tasks = [hits("p", "classification", LABELS < 1, layers=layers) for layers in sets]
    found = Evidence(
        seed=0,
        layers=2,
        items=tables.from_rows(items, tables.items(2)),
        tasks=tables.from_rows(tasks, tables.tasks()),
        information=tables.from_rows(about, tables.information()),
        shares=SHARES,
    )
    rows = judged(found).to_pylist()
    limits = {row["layers"]: row["limit"] for row in rows}
    assert limits["z1"] == limits["z1+z2"] > limits["z2"]
    assert limits["z1"] == accuracy_limit(told, SHARES)
    assert limits["z2"] == accuracy_limit(rates[:, 1].mean(), SHARES)


def test_the_least_error_of_a_mixture_is_the_larger_of_two_limits() -> None:
    """Far apart: log 2 nats name the component, the others leave that component's D(R)."""
    spectra = np.array([[1.0, 0.001], [2.0, 0.001]])
    within = np.log(2 * math.pi * math.e * spectra).sum(1).mean() / 2
    known = Exact(
        np.array([0.5, 0.5]), np.array([[9.0, 0], [-9, 0]]), spectra, within + math.log(2), 0.01
    )
    higher = set()
    for nats in (0.0, 1.0, 2.0, 4.0, 6.0):
        found = least_squared_error(Rate(nats, 0.1), known)
        told = conditional_distortion_rate(nats, known.shares, list(spectra))
        shannon = shannon_distortion(nats, known.entropy, 2)
        assert found.value == max(told, shannon)
        assert found.std_error > 0
        higher.add(told > shannon)
        reached = conditional_distortion_rate(nats - math.log(2), known.shares, list(spectra))
        assert nats < math.log(2) or found.value <= reached * (1 + 1e-9)
    assert higher == {True, False}
    one = least_squared_error(Estimate(1.0, 0.0), exact(np.ones(3)))
    assert one == pytest.approx((3 * math.exp(-2 / 3), 0.0))


def test_one_cluster_for_everything_knows_nothing() -> None:
    rows = [row | {"output": "0"} for row in both().counts.to_pylist()]
    table = judged(changed(counts=tables.from_rows(rows, tables.counts()))).to_pylist()
    found = [row for row in table if row["bound"] == "clusters"]
    assert [row["verdict"] for row in found] == ["holds"]
    assert found[0]["measured"] < 0.01
