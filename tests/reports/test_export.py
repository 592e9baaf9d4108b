"""Figures as files: all of them, with the chart's own data, and none outside their folder."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest

from hvae.reports.charts import theme
from hvae.reports.export import as_csv, export, paper, rows, screen, thumbnail
from hvae.reports.page import figures
from hvae.reports.render import Figure
from tests.reports.cases import HOSTILE, run

SPEC: dict[str, Any] = {
    "width": "container",
    "height": 200,
    "title": "Two points",
    "layer": [
        {
            "data": {"values": [{"x": 1.5, "y": None, "name": 'a, "b"'}, {"x": 2, "y": 1e-7}]},
            "mark": "point",
            "encoding": {
                "x": {"field": "x", "type": "quantitative"},
                "y": {"field": "y", "type": "quantitative"},
                "color": {"field": "name", "type": "nominal", "legend": {"columns": 1}},
            },
        },
        {"data": {"values": [{"limit": 3}]}, "mark": "rule", "encoding": {"x": {"datum": 1}}},
        {"data": {"values": [{"limit": 3}]}, "mark": "point", "encoding": {"x": {"datum": 1}}},
    ],
}


def test_every_figure_has_its_files(config: dict[str, Any], tmp_path: Path) -> None:
    drawn = figures(run(config))[:3]
    export(drawn, tmp_path)
    expected = {f"{figure.name}.{kind}" for figure in drawn for kind in ("svg", "png", "csv")}
    assert {path.name for path in tmp_path.iterdir()} == expected | {"paper", "thumbnail.png"}
    assert {path.stem for path in (tmp_path / "paper").iterdir()} == {f.name for f in drawn}
    for path in tmp_path.glob("*.png"):
        assert path.read_bytes().startswith(b"\x89PNG")
    for path in tmp_path.rglob("*.svg"):
        assert "nats per item" in path.read_text()
    for figure in drawn:
        written = list(csv.DictReader(io.StringIO((tmp_path / f"{figure.name}.csv").read_text())))
        assert len(written) == len(rows(figure.spec)) > 0
        for row, own in zip(written, rows(figure.spec), strict=True):
            assert {name: text for name, text in row.items() if text} == {
                name: str(value) for name, value in own.items() if value is not None
            }


def test_a_table_holds_each_part_once_and_quotes_text() -> None:
    assert as_csv(rows(SPEC)).splitlines() == [
        "part,x,y,name,limit",
        '1,1.5,,"a, ""b""",',
        "1,2,1e-07,,",
        "2,,,,3",
    ]
    assert as_csv(rows(SPEC["layer"][1])) == "limit\n3\n"
    shared = {"datasets": {"d": [{"z": True}]}, "data": {"name": "d"}, "mark": "point"}
    assert as_csv(rows(shared)) == "z\ntrue\n"


def test_paper_is_as_wide_as_a_column_and_in_a_serif() -> None:
    drawn = paper(SPEC)
    width, height = re.findall(r'<svg[^>]* width="([\d.]+)pt" height="([\d.]+)pt"', drawn)[0]
    assert float(width) == theme.PAPER_WIDTH == 3.25 * 72
    _, _, units, tall = (
        float(number) for number in re.findall(r'viewBox="([^"]*)"', drawn)[0].split()
    )
    assert float(height) == pytest.approx(float(width) / units * tall, abs=0.01)
    assert "serif" in drawn
    assert "sans-serif" not in drawn
    sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)px"', drawn)]
    assert max(sizes) * float(width) / units <= 8.1  # points


def test_a_thumbnail_has_neither_title_nor_legend() -> None:
    drawn = thumbnail(SPEC)
    assert "Two points" in screen(SPEC)
    assert "role-legend" in screen(SPEC)
    assert "Two points" not in drawn
    assert "role-legend" not in drawn


@pytest.mark.parametrize("name", ["../up", "/etc/passwd", "..", "", ".hidden", HOSTILE, "a\\b:c"])
def test_no_name_leaves_the_folder(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "figures"
    export([Figure(name, "plane", SPEC, "text")], folder)
    assert [path.name for path in tmp_path.iterdir()] == ["figures"]
    found = [path for path in folder.rglob("*") if path.is_file()]
    assert len(found) == 5
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+\.(svg|png|csv)", path.name) for path in found)


def test_names_that_become_one_are_told_apart(tmp_path: Path) -> None:
    export([Figure(name, "plane", SPEC, "text") for name in ("a/b", "a b")], tmp_path)
    assert {path.name for path in tmp_path.glob("*.csv")} == {"a-b.csv", "a-b-2.csv"}


def test_a_run_without_figures_has_an_empty_folder(tmp_path: Path) -> None:
    export([], tmp_path / "figures")
    assert [path.name for path in (tmp_path / "figures").rglob("*")] == ["paper"]
