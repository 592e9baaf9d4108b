"""Hulls and lines of equal rate: known answers."""

import math
from typing import Any

import numpy as np
import pytest

from hvae.reports.page import figures
from hvae.reports.sections import plane, tradeoff
from hvae.reports.sections.plane import PlaneMetric, metrics
from hvae.reports.sections.tradeoff import along, lower_hull
from hvae.results.rates import Rate
from tests.reports.cases import run

PLANTED = [(0, 10), (1, 6), (1, 4), (2, 3), (2, 5), (3, 1), (4, 2), (3, 9)]


def test_the_hull_of_a_planted_set() -> None:
    """(2, 3) lies above the segment from (1, 4) to (3, 1), and beyond (3, 1) values rise."""
    assert lower_hull(PLANTED) == [(0, 10), (1, 4), (3, 1)]
    assert lower_hull([]) == []
    assert lower_hull([(2, 5)]) == [(2, 5)]
    assert lower_hull([(1, 2), (2, 5)]) == [(1, 2)]  # the second costs more and is worse
    assert lower_hull([(0, 2), (1, 1), (2, 0)]) == [(0, 2), (2, 0)]


@pytest.mark.parametrize("seed", range(5))
def test_no_point_and_no_mixture_lies_below_the_hull(seed: int) -> None:
    points = np.random.default_rng(seed).random((40, 2))
    hull = np.array(lower_hull(map(tuple, points)))
    within = points[points[:, 0] <= hull[-1, 0]]
    mixed = (within[:, None] + within[None]).reshape(-1, 2) / 2
    for some in (within, mixed):
        assert (some[:, 1] >= np.interp(some[:, 0], *hull.T) - 1e-12).all()
    assert {tuple(vertex) for vertex in hull} <= {tuple(point) for point in points}


def test_the_curve_lies_on_the_hull_and_has_its_vertices() -> None:
    hull = lower_hull(PLANTED)
    curve = along(hull)
    assert set(hull) <= set(curve)
    rates, values = zip(*curve, strict=True)
    assert list(rates) == sorted(rates)
    assert values == pytest.approx(np.interp(rates, [0, 1, 3], [10, 4, 1]))


def test_time_sharing_mixes_squared_errors_not_decibels(config: dict[str, Any]) -> None:
    """0 and 20 dB at rates 0 and 1: half of each gives 3 dB, as (1 + 0.01) / 2 does, not 10."""
    shown = run(config, layers=1)
    low, high = (point["point"] for point in reversed(shown.points))
    shown = shown._replace(
        rates={low: [Rate(0.0, 0.0)], high: [Rate(1.0, 0.0)]},
        errors={low: Rate(12.0, 0.0), high: Rate(0.12, 0.0)},  # of 12 dimensions
    )
    drawn = tradeoff.hull(shown, PlaneMetric("psnr", ""))
    ends = drawn[0], drawn[-1]
    assert [(end["x"], end["y"]) for end in ends] == [(0, pytest.approx(0)), (1, pytest.approx(20))]
    between = np.interp(0.5, [row["x"] for row in drawn], [row["y"] for row in drawn])
    assert between == pytest.approx(-10 * math.log10(0.505), abs=0.02)


def test_the_hull_is_of_all_but_independent_models_beside_a_plane(config: dict[str, Any]) -> None:
    shown = run(config, amortized=True, rates=[(9.0, 3.0)])
    plain = tradeoff.hull(shown, PlaneMetric("distortion", ""))
    assert plain == tradeoff.hull(shown._replace(anchors=()), PlaneMetric("distortion", ""))
    assert {row["kind"] for row in tradeoff.rows(shown, PlaneMetric("mse", ""))} == {
        "Point of the grid",
        "Independent model",
        "Trained to given rates",
    }


def test_lines_have_the_total_rate_that_their_labels_say() -> None:
    rows = [{"x": 30.0, "y": 0.5}, {"x": 0.0, "y": 4.0}, {"x": 1.0, "y": 1.0}]
    found = plane.levels(rows)
    assert found == [0.3, 1, 3, 10, 30]
    drawn = plane.lines(found)
    assert all(row["x"] + row["y"] == pytest.approx(row["level"]) for row in drawn)
    for level in found:
        across = [row["x"] for row in drawn if row["level"] == level]
        assert (min(across), max(across)) == (0, level)
        assert across == sorted(across)
    told = plane.labels(found, 30.0, 4.0)
    assert [label["text"] for label in told] == ["0.3 nats", "1 nat", "3 nats", "10 nats"]
    for level, label in zip(found, told, strict=False):
        assert label["x"] + label["y"] == pytest.approx(level)
        assert 0 <= label["x"] <= 18  # with room for the text at the right
        assert 0 <= label["y"] <= 3.2
    assert plane.levels([]) == []


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_planes_of_distortion_and_psnr_have_the_lines(config: dict[str, Any], layers: int) -> None:
    shown = run(config, layers)
    for metric in metrics(shown):
        spec = str(plane.plane(shown, metric).to_dict())
        assert ("level:N" in spec or "'level'" in spec) == (
            layers > 1 and metric.name != "accuracy"
        )
    names = [figure.name for figure in figures(shown) if figure.section == "tradeoff"]
    assert names == ["tradeoff-distortion", "tradeoff-psnr"]
