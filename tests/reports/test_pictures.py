"""Strips of items of any shape that can be shown: pixel by pixel what was given."""

import base64
import io
import math
from typing import Any

import numpy as np
import pytest
from altair.utils.schemapi import validate_jsonschema
from PIL import Image

from hvae.reports.page import page
from hvae.reports.sections import pictures
from hvae.reports.sections.pictures import GAP, cut_metrics, cut_points, cut_rows, price_rows
from tests.reports.cases import run
from tests.reports.test_specification import SCHEMA

COUNT = 3


def decoded(strip: pictures.Strip) -> Any:
    """The picture in a strip, as an array of its own shape."""
    content = base64.b64decode(strip.uri.removeprefix("data:image/png;base64,"))
    with Image.open(io.BytesIO(content)) as image:
        assert image.size == (strip.width, strip.height)
        return np.asarray(image)


GREY = [(1, 16), (1, 1), (16, 1), (8, 8), (2, 3, 1), (1, 16, 1), (1, 1, 1), (3, 1, 1)]
COLOUR = [(1, 16, 3), (16, 1, 3), (1, 1, 3), (8, 8, 3)]


@pytest.mark.parametrize("shape", [*GREY, *COLOUR])
@pytest.mark.parametrize("count", [1, COUNT])
def test_a_strip_holds_its_pictures_as_they_are(shape: tuple[int, ...], count: int) -> None:
    height, width, *channels = shape
    items = np.random.default_rng(0).random((count, math.prod(shape)))
    strip = pictures.strip(items, shape, "items")
    assert (strip.width, strip.height) == (count * (width + GAP) - GAP, height)
    colours = [3] if channels == [3] else []
    found = decoded(strip)
    assert found.shape == (height, strip.width, *colours)
    for place, item in enumerate(items):
        left = place * (width + GAP)
        shown = found[:, left : left + width]
        wanted = (item * 255).round().astype(np.uint8).reshape(height, width, *colours)
        np.testing.assert_array_equal(shown, wanted)
        assert (found[:, left + width : left + width + GAP] == 255).all()


def test_values_outside_are_clipped() -> None:
    found = decoded(pictures.strip(np.array([[-1.0, 0.5, 2.0]]), (1, 3), "one"))
    assert found.tolist() == [[0, 128, 255]]


@pytest.mark.parametrize(
    ("shape", "image"),
    [
        ((1, 16), True),
        ((1, 1), True),
        ((16, 1), True),
        ((1, 16, 3), True),
        ((1, 1, 3), True),
        ((8, 8, 1), True),
        ((16,), False),
        ((1,), False),
        ((8, 8, 2), False),
        ((8, 8, 4), False),
        ((2, 8, 8, 3), False),
    ],
)
def test_what_can_be_shown(shape: tuple[int, ...], image: bool) -> None:
    assert pictures.is_image(shape) is image


SPLITS = [(4, 0, 0, 0), (1, 1, 1, 1), (0, 2, 2, 4), (2, 2, 2, 2)]  # of totals of 4, 4, 8 and 8


def test_cuts_of_each_split_are_over_the_rates_of_what_they_keep(config: dict[str, Any]) -> None:
    shown = run(config, layers=4, rates=[tuple(map(float, one)) for one in SPLITS])
    assert cut_metrics(shown) == ["psnr_db", "accuracy"]
    rows = cut_rows(shown, "psnr_db")
    assert len(rows) == len(SPLITS) * 4
    for split, point in zip(SPLITS, (row["point"] for row in shown.rated), strict=True):
        mine = {row["kept"]: row for row in rows if row["point"] == point}
        assert [mine[kept]["x"] for kept in ("z₄", "z₃, z₄", "z₂, z₃, z₄", "z₁, z₂, z₃, z₄")] == [
            sum(split[lowest:]) for lowest in (3, 2, 1, 0)
        ]
        assert mine["z₄"]["y"] < mine["z₁, z₂, z₃, z₄"]["y"]
    drawn = list(pictures.SECTION.figures(shown))
    assert [one.name for one in drawn] == ["cuts-psnr-db", "cuts-accuracy", "cuts-prices"]
    for one in drawn:
        validate_jsonschema(one.spec, SCHEMA)
    assert "How much of a test item each cut keeps" in page(shown)


def test_the_best_split_of_a_total_has_the_least_distortion(config: dict[str, Any]) -> None:
    shown = run(config, layers=4, rates=[tuple(map(float, one)) for one in SPLITS])
    least = [3.0, 2.0, 9.0, 8.0]
    rated = [row | {"distortion": d} for row, d in zip(shown.rated, least, strict=True)]
    best = [row["best"] for row in cut_points(shown._replace(rated=rated))]
    assert best == [False, True, False, True]


def test_a_total_has_one_best_split_whatever_digits_its_rates_have(config: dict[str, Any]) -> None:
    """6.66667 and 13.3333 are 19.99997."""
    rates = [(20.0, 0.0), (6.66667, 13.3333), (10.0, 10.0)]
    shown = run(config, layers=2, rates=rates)
    rated = [row | {"distortion": d} for row, d in zip(shown.rated, (3.0, 2.0, 4.0), strict=True)]
    best = [row["best"] for row in cut_points(shown._replace(rated=rated))]
    assert best == [False, True, False]


@pytest.mark.parametrize("multiplier", [7.0, math.nan])
def test_closed_layers_have_no_price(config: dict[str, Any], multiplier: float) -> None:
    shown = run(config, layers=2, rates=[(4.0, 0.0), (2.0, 2.0)])
    first = shown.rated[0] | {"price_2": multiplier}
    rows = price_rows(shown._replace(rated=[first, shown.rated[1]]))
    assert [(row["point"], row["layer"]) for row in rows] == [
        (first["point"], "z₁"),
        *((shown.rated[1]["point"], layer) for layer in ("z₁", "z₂")),
    ]


@pytest.mark.parametrize("layers", [1, 2])
def test_a_grid_of_points_has_cuts_where_there_are_layers_to_cut(
    config: dict[str, Any], layers: int
) -> None:
    shown = run(config, layers=layers)
    assert cut_metrics(shown) == (["psnr_db", "accuracy"] if layers > 1 else [])
    assert not any(row["best"] for row in cut_points(shown))


def test_of_given_rates_the_middle_stands_for_all_and_corners_follow(
    config: dict[str, Any],
) -> None:
    lattice = {"totals": [4, 8, 16], "shares": [0, 0.5, 1]}
    rates = [(total * share, total * (1 - share)) for total in (4, 8, 16) for share in (1, 0.5, 0)]
    shown = run(config | {"grid": config["grid"] | {"rates": lattice}}, rates=rates)
    points = pictures.SECTION.values(shown)["shown"]
    targets = [(one.point["target_1"], one.point["target_2"]) for one in points]
    assert targets == [(4, 4), (4, 0), (0, 4), (16, 0), (0, 16)]
