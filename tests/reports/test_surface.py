"""Bands and contours over given rates, where the surface is known."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from hvae.reports.charts.filled import MapAxes, contours, share_axes
from hvae.reports.charts.surface import FilledBand, LatticeValue, bands, rounded
from hvae.reports.charts.theme import nats
from hvae.statistics.estimate import Floats

TOTALS, SHARES = (3.0, 6.0, 12.0, 24.0), (0.0, 0.25, 0.5, 0.75, 1.0)
Value = Callable[[float, float], float]


def surface(value: Value, levels: Sequence[float] | None = None) -> list[FilledBand]:
    """Of a value of total and share, whose rates are met."""
    rates = [(total * (1 - share), total * share) for total in TOTALS for share in SHARES]
    each = [value(total, share) for total in TOTALS for share in SHARES]
    return bands([LatticeValue(r, r, v) for r, v in zip(rates, each, strict=True)], levels)


def area(path: Floats) -> float:
    """Of a closed path in (log total, share), by the shoelace formula."""
    x, y = np.log(path[:, 0]), path[:, 1]
    return abs(float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum())) / 2


WHOLE = math.log(8)


def test_a_contour_lies_where_a_plane_has_its_value() -> None:
    found = surface(lambda total, share: math.log(total) + share, [2.0, 2.5])
    assert [one.level for one in found] == pytest.approx([math.log(3), 2.0, 2.5])
    for one in found[1:]:
        (line,) = one.contours
        assert np.log(line[:, 0]) + line[:, 1] == pytest.approx(one.level)
    assert area(found[0].path) == pytest.approx(WHOLE)
    # above log t + s = 2.5: the rectangle but for s < 2.5 − log t
    assert area(found[2].path) == pytest.approx(math.log(24) - 2.5 + 0.5)


def test_a_pit_is_a_hole_in_what_is_higher() -> None:
    found = surface(lambda total, share: abs(math.log(total / 12)) + 2 * abs(share - 0.5), [0.5])
    (line,) = found[1].contours
    assert np.allclose(line[0], line[-1])
    assert area(found[1].path) == pytest.approx(WHOLE - area(line))
    assert 0 < area(line) < WHOLE / 2


def test_nothing_is_drawn_outside_the_rates_that_were_reached() -> None:
    found = surface(lambda total, share: math.log(total) + share * share)
    for one in found:
        assert one.path[:, 0].min() >= 3 * (1 - 1e-9)
        assert one.path[:, 0].max() <= 24 * (1 + 1e-9)
        assert one.path[:, 1].min() >= -1e-9
        assert one.path[:, 1].max() <= 1 + 1e-9
    missed = [LatticeValue((3, 0), (2.5, 0), 1.0), LatticeValue((0, 3), (0, 3), 2.0)]
    (lowest, *_) = bands([*missed, LatticeValue((0, 6), (0, 6), 3.0)])
    assert [2.5, 0] in np.round(lowest.path, 9).tolist()


@pytest.mark.parametrize(
    "rates", [[(1, 1), (2, 2), (4, 4)], [(1, 1), (2, 0)], [(0, 0), (1, 0), (0, 1)], []]
)
def test_places_in_one_line_span_nothing(rates: list[tuple[float, float]]) -> None:
    assert bands([LatticeValue(r, r, float(k)) for k, r in enumerate(rates)]) == []


def test_a_place_without_a_value_is_left_out_and_equal_values_are_one_band() -> None:
    (one,) = surface(lambda total, share: 2.0)
    assert (one.value, one.contours) == (2.0, [])
    lost = surface(lambda total, share: math.nan if share == 1 and total == 24 else total)
    assert area(lost[0].path) < WHOLE


def test_levels_are_round() -> None:
    assert rounded(4.5, 29.0) == [5, 6, 8, 10, 12, 15, 20, 25]
    assert rounded(0.52, 0.93) == [0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9]
    assert rounded(-3.0, 3.0) == [-2, -1, 0, 1, 2]
    assert rounded(1.0, 1.0) == []


def test_a_path_on_the_page_has_the_corners_that_it_needs() -> None:
    share = np.linspace(0, 1, 101)
    path = np.stack([np.full(101, 10.0), share], axis=1)
    assert share_axes([3, 30]).columns(path) == {"x": [0, 1], "y": [10, 10]}
    side = nats("R", [30])
    found = MapAxes(side, side).columns(path)
    assert 5 < len(found["x"]) < 101
    assert np.add(found["x"], found["y"]) == pytest.approx(10, rel=1e-3)


def test_labels_of_contours_do_not_meet() -> None:
    """Levels that are close: each line has a label apart from the others, or none."""
    rates = [(t * (1 - s), t * s) for t in (4.0, 8.0, 16.0) for s in (0, 0.25, 0.5, 0.75, 1)]
    found = bands([LatticeValue(one, one, 1000 / sum(one)) for one in rates], range(63, 250, 4))
    *_, text = contours(found, share_axes([4, 8, 16]), "D°")
    data = text.to_dict()["data"]["values"]
    assert 3 < len(data) < len(found)
    at = np.array([[one["x"], np.log(one["y"]) / np.log(4)] for one in data])
    apart = np.abs(at[:, None] - at[None]) / np.array([0.28, 0.07])
    assert (apart.max(-1) + 10 * np.eye(len(at)) > 0.7).all()


def test_labels_of_contours_stand_beside_marks() -> None:
    """With a mark where each label would stand, each finds another place on its line."""
    rates = [(t * (1 - s), t * s) for t in (4.0, 8.0, 16.0) for s in (0, 0.25, 0.5, 0.75, 1)]
    found = bands([LatticeValue(one, one, 1000 / sum(one)) for one in rates], [80, 150])
    axes = share_axes([4, 8, 16])
    *_, text = contours(found, axes, "D°")
    marks = text.to_dict()["data"]["values"]
    *_, text = contours(found, axes, "D°", marks)
    beside = text.to_dict()["data"]["values"]
    assert [one["text"] for one in beside] == [one["text"] for one in marks]
    for mark, label in zip(marks, beside, strict=True):
        assert abs(mark["x"] - label["x"]) > 0.05
        assert label["y"] == pytest.approx(mark["y"], rel=0.03)  # D is of the total alone, nearly
