"""Which rows count, how seeds are averaged, and which way to read z is taken."""

import math
from collections.abc import Sequence
from typing import Any

import pytest

from hvae.config.task import Name, middle, preferred
from hvae.errors import InputError
from hvae.guidance.applications import APPLICATIONS
from hvae.guidance.paired import ScoreTables
from hvae.guidance.surface import Surface, surface, within
from hvae.results.quantities import METRICS
from hvae.results.rates import Place, over_seeds, places
from hvae.statistics.estimate import Estimate
from tests.guidance import planes
from tests.guidance.planes import Row, task

BETA = (0.1, 1.0)
AT = planes.name(BETA)


def found(of: Name, selection: list[Row], tasks: list[Row] | None = None) -> Surface | None:
    return over(places(planes.grid(), 2), of, selection, selection if tasks is None else tasks)


def over(
    plane: Sequence[Place], of: Name, selection: list[Row], tasks: list[Row], **changes: Any
) -> Surface | None:
    """An application, with scores that have the value and the error of each row."""
    seeds = {p: int(p.rpartition("s")[2]) for one in plane for p in one.points}
    scores = ScoreTables(planes.scored(tasks, selection), seeds)._replace(**changes)
    return surface(APPLICATIONS[of], plane, selection, tasks, scores)


def only(of: Name, selection: list[Row], tasks: list[Row] | None = None) -> Surface:
    one = found(of, selection, tasks)
    assert one is not None
    assert len(one.spots) == 1
    return one


def test_every_metric_that_judges_a_task_is_known() -> None:
    for application in APPLICATIONS.values():
        assert [metric.name for metric in application.metrics] == list(application.task.metrics)


def test_a_place_is_all_seeds_of_one_beta_and_diverged_points_have_none() -> None:
    rows = planes.grid(seeds=(0, 1))
    rows[0] |= {"rate_1": 8.0, "rate_total": 17.0}
    rows[9] |= {"rate_1": 10.0, "rate_total": 19.0}
    rows[1]["status"] = "diverged"
    found = places(rows, 2)
    assert len(found) == 9
    assert found[0].points == (planes.name((0.1, 0.1), 0), planes.name((0.1, 0.1), 1))
    # s² = 2 over two seeds: se² = 0.1² + 2 / 2
    assert found[0].rates[0] == pytest.approx((9.0, math.sqrt(0.01 + 1)))
    (lone,) = [one for one in found if len(one.points) == 1]
    assert lone.beta == (0.1, 1.0)


def test_models_beside_an_amortised_plane_are_no_places() -> None:
    beside = planes.point((0.5, 0.5), (1.0, 1.0), strategy="independent")
    assert [one.beta for one in places([beside], 2)] == [(0.5, 0.5)]
    assert (0.5, 0.5) not in [one.beta for one in places([*planes.grid(), beside], 2)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([(3.0, 0.2)], (3.0, 0.2)),
        ([(3.0, 0.2), (3.0, 0.2)], (3.0, 0.2)),  # the items are the same for all seeds
        ([(1.0, 0.0), (2.0, 0.0), (3.0, 0.0)], (2.0, math.sqrt(1 / 3))),
        ([(1.0, 0.3), (3.0, 0.4)], (2.0, math.sqrt(0.125 + 1))),
    ],
)
def test_the_spread_over_seeds_enters_the_error(
    values: list[tuple[float, float]], expected: tuple[float, float]
) -> None:
    assert over_seeds([Estimate(*one) for one in values]) == pytest.approx(expected)


def test_values_of_several_seeds_are_averaged_with_their_spread() -> None:
    plane = places(planes.grid(seeds=(0, 1)), 2)
    rows = [
        task(planes.name(BETA, seed), "clustering", "nmi", value, se=0.03)
        for seed, value in enumerate((0.4, 0.6))
    ]
    one = over(plane, "clustering", rows, rows)
    assert one is not None
    (spot,) = one.spots
    assert one.trainings == 2
    # independent items: half of 0.03², and of the spread 0.02 what these do not explain
    error = math.sqrt(0.03**2 / 2 + (0.02 - 0.03**2) / 2)
    assert spot.test[:2] == pytest.approx((0.5, error), rel=0.01)
    # two trainings have one degree of freedom, of which t is 12.7, and items a few more
    half = (spot.test.high - spot.test.low) / 2
    assert 10 * error < half < 12.8 * error
    assert spot.test.low + half == pytest.approx(0.5)
    # a seed without a value leaves the place without one
    assert over(plane, "clustering", rows[:1], rows) is None


def test_the_interval_of_one_seed_is_that_of_the_table() -> None:
    row = task(AT, "clustering", "nmi", 0.9, se=0.07, low=0.5, high=0.95)
    assert only("clustering", [row]).spots[0].test == pytest.approx((0.9, 0.07, 0.5, 0.95))


def test_the_way_to_read_z_is_the_best_on_validation_whatever_test_says() -> None:
    methods = {("z1", "knn"): (0.8, 0.7), ("z1+z2", "svm"): (0.7, 0.9)}
    sides = [
        [
            task(AT, "classification", "accuracy", values[side], layers=layers, method=method)
            for (layers, method), values in methods.items()
        ]
        for side in (0, 1)
    ]
    (spot,) = only("classification", *sides).spots
    assert spot.variant == ("z1", "knn", "")
    assert (spot.validation.value, spot.test.value) == (0.8, 0.7)


@pytest.mark.parametrize(
    "other",
    [
        {"features": "mean"}, {"point": ""}, {"metric": "f1"}, {"task": "clustering"},
        {"value": math.nan}, {"low": math.nan}, {"high": math.inf},
    ],
)  # fmt: skip
def test_rows_about_something_else_do_not_count(other: Row) -> None:
    assert found("classification", [task(AT, "classification", "accuracy", 0.5) | other]) is None


def test_a_mean_is_taken_over_settings_and_a_way_that_lacks_one_is_left_out() -> None:
    values = {("ridge", "slant"): 0.2, ("ridge", "intensity"): 0.8, ("knn", "slant"): 0.9}
    rows = [
        task(AT, "regression", "r2", v, se=0.02, method=m, setting=s)
        for (m, s), v in values.items()
    ]
    one = only("regression", rows)
    assert one.settings == ("slant", "intensity")
    assert one.spots[0].variant == ("", "ridge", "")
    assert one.spots[0].test[:2] == pytest.approx((0.5, 0.02))
    assert one.test.scores.value == pytest.approx([0.5])  # scores are averaged item by item


def test_data_without_a_peak_are_judged_by_their_squared_error() -> None:
    mse = task(AT, "reconstruction", "mse", 0.2, method="decoder")
    psnr = task(AT, "reconstruction", "psnr_db", 20.0, method="decoder")
    assert only("reconstruction", [mse, psnr]).metric == METRICS["psnr_db"]
    bare = only("reconstruction", [mse])
    assert bare.metric == METRICS["mse"]
    assert bare.spots[0].score == pytest.approx(-0.2)


def test_settings_that_count() -> None:
    assert middle(["0.4", "0.1", "0.2"]) == ["0.2"]
    assert middle(["10", "9"]) == ["9"]
    assert middle([]) == []
    assert preferred("half")(["random", "half"]) == ["half"]
    assert preferred("half")(["random"]) == ["random"]
    levels = [task(AT, "denoising", "psnr_db", v, setting=f"0.{v}") for v in (1, 2, 4)]
    (spot,) = only("denoising", levels).spots
    assert (spot.test.value, spot.variant.setting) == (2, "0.2")


def test_points_over_the_budget_are_barred() -> None:
    points = planes.grid()
    rows = [task(p["point"], "compression", "psnr_db", 20.0, method="rate") for p in points]
    one = over(places(points, 2), "compression", rows, rows)
    assert one is not None
    cost = {"method": "rate", "metric": "bits_per_dim"}
    costs = [
        task(p["point"], "compression", "bits_per_dim", bits) | cost
        for p, bits in zip(points, (0.1, 0.5, 0.51), strict=False)
    ]
    layer = [row | {"layers": "z1", "value": 0.01} for row in costs]
    kept = within(one, [*costs, *layer], 0.5)
    assert [spot.place.points[0] for spot in kept.spots] == [p["point"] for p in points[:2]]
    assert len(kept.barred) == 7  # what is not known to be cheap is not


def test_a_place_that_lacks_a_training_is_left_out() -> None:
    points = planes.grid(seeds=(0, 1))
    points[12]["status"] = "diverged"  # of the fourth place the second seed
    plane = places(points, 2)
    rows = [
        task(p["point"], "clustering", "nmi", 0.1 * k)
        for k, p in enumerate(points)
        if p["status"] == "ok"
    ]
    one = over(plane, "clustering", rows, rows)
    assert one is not None
    assert one.trainings == 2
    assert [place.beta for place in one.left_out] == [(1.0, 0.1)]
    assert len(one.spots) == 8


def test_a_place_of_other_items_is_left_out() -> None:
    rows = [task(p["point"], "clustering", "nmi", 0.5) for p in planes.grid()]
    found = planes.scored(rows, rows)
    (of,) = (of for of in found if of.split == "validation")
    odd = found[of][rows[2]["point"]]
    moved = {**found[of], rows[2]["point"]: odd._replace(indices=odd.indices + 1)}
    plane = places(planes.grid(), 2)
    one = over(plane, "clustering", rows, rows, by_metric={**found, of: moved})
    assert one is not None
    assert [place.points[0] for place in one.left_out] == [rows[2]["point"]]


def test_a_row_without_scores_is_refused_in_a_sentence() -> None:
    rows = [task(p["point"], "clustering", "nmi", 0.5) for p in planes.grid()]
    with pytest.raises(InputError, match=r"scores\.parquet has no scores of clustering, nmi, at "):
        over(places(planes.grid(), 2), "clustering", rows, rows, by_metric={})
