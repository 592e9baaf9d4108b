"""Colours that can be seen on both pages, in one place, and titles that have room."""

import re
from itertools import combinations
from typing import Any

import pytest

from hvae.reports.charts import theme
from hvae.reports.charts.theme import TITLE_WIDTH, wrapped
from hvae.reports.page import figures, page
from hvae.reports.render import libraries
from tests.reports.cases import run

MARKS = [*theme.CATEGORIES, *theme.CLASSES, theme.BAR, theme.AXIS]
TEXTS = [theme.INK, theme.SOFT]


def luminance(color: str) -> float:
    """Relative luminance of `#rrggbb` (WCAG 2.1)."""
    parts = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_known_colours() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("colors", "least"), [(MARKS, 3.0), (TEXTS, 4.5), ([theme.LIMIT], 7.0)])
def test_colours_stand_out_on_a_light_and_on_a_dark_page(colors: list[str], least: float) -> None:
    for color in colors:
        assert contrast(color, theme.PAGE) >= least, color
        assert contrast(theme.DARK.get(color, color), theme.DARK_PAGE) >= least, color


def test_colours_of_the_page_stand_out_too(config: dict[str, Any]) -> None:
    style = page(run(config)).partition("</style>")[0]
    light, dark = (
        dict(re.findall(r"--(\w+): (#\w+)", rule))
        for rule in re.findall(r":root \{([^}]*--[^}]*)\}", style)
    )
    assert light.keys() == dark.keys()
    for scheme in (light, dark):
        full = {name: re.sub(r"^#(\w)(\w)(\w)$", r"#\1\1\2\2\3\3", c) for name, c in scheme.items()}
        for name in ("ink", "soft", "accent", "warn"):
            assert contrast(full[name], full["paper"]) >= 4.5, name
            assert contrast(full[name], full["panel"]) >= 4.5, name
    assert dark["paper"] == theme.DARK_PAGE


def test_classes_keep_apart_in_the_dark() -> None:
    shown = [theme.DARK.get(color, color) for color in theme.CLASSES]
    assert all(one != other for one, other in combinations(shown, 2))


def test_the_look_stands_once_on_the_page(config: dict[str, Any]) -> None:
    one = run(config)
    assert not [figure.name for figure in figures(one) if "config" in figure.spec]
    html = page(one).replace(libraries(), "")
    assert html.count('"labelFontSize"') == 3  # axis, legend, header
    assert "prefers-color-scheme: dark" in html
    for light, dark in theme.DARK.items():
        assert f'[fill="{light}"] {{ fill: {dark}; }}' in html
    assert "@media print" in html


def test_long_titles_stand_in_lines_and_tooltips_do_not() -> None:
    long = "Mean squared error per dimension, z sampled (units²)"
    spec = {
        "title": {"text": long, "subtitle": "short"},
        "encoding": {"x": {"title": long}, "tooltip": [{"title": long}]},
        "data": {"values": [{"title": long}]},
    }
    found = wrapped(spec)
    assert " ".join(found["encoding"]["x"]["title"]) == long
    assert all(len(line) <= TITLE_WIDTH for line in found["encoding"]["x"]["title"])
    assert found["title"] == {"text": found["encoding"]["x"]["title"], "subtitle": "short"}
    assert (found["encoding"]["tooltip"], found["data"]) == ([{"title": long}], spec["data"])
