"""The page: one file that needs no network, safe with hostile text, whole whatever happened."""

import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import vl_convert
from markupsafe import escape

from hvae.io.tables import betas
from hvae.reports.page import figures, page
from hvae.reports.render import drawable, indexed, libraries
from hvae.reports.sections import accuracy, pictures
from hvae.reports.sections.overview import findings
from hvae.results.rates import Rate
from tests.reports.cases import HOSTILE, OPTIONS, run

KINDS = pytest.mark.parametrize(
    ("layers", "source"), [(layers, source) for layers in (1, 2, 3) for source in OPTIONS]
)


def data_of(spec: dict[str, Any]) -> list[list[Any]]:
    """The values of every mark of a chart."""
    if "layer" in spec:
        inherited = [spec["data"]["values"]] if "data" in spec else []
        return inherited + [v for layer in spec["layer"] for v in data_of(layer)]
    return [spec["data"]["values"]] if "data" in spec else []


@KINDS
def test_every_figure_has_data_axis_titles_and_a_text(
    config: dict[str, Any], layers: int, source: str
) -> None:
    drawn = figures(run(config, layers, source=source))
    assert len({figure.name for figure in drawn}) == len(drawn)
    for figure in drawn:
        titled = r"'(?:sub)?title': (\[[^]]*|'[^']*)(nats|accuracy|step|dB|β)"
        assert re.search(titled, str(figure.spec)), figure.name
        assert figure.spec["description"] == figure.text
        values = data_of(figure.spec)
        assert values
        assert all(values), figure.name


@KINDS
def test_no_panel_is_empty(config: dict[str, Any], layers: int, source: str) -> None:
    html = page(run(config, layers, source=source)).replace(libraries(), "")
    assert "Nothing to show" not in html
    shown = re.sub(r"<script.*?</script>|base64,[^\"]*", "", html, flags=re.DOTALL)
    assert "nan" not in shown.lower()
    (names,) = re.findall(r"const names = (\[.*\]);", html)
    assert html.count('class="chart"') == len(json.loads(names)) > 0


def test_a_source_without_classes_and_peak_shows_no_accuracy_no_psnr_no_pictures(
    config: dict[str, Any],
) -> None:
    drawn = [figure.name for figure in figures(run(config, source="gaussian"))]
    assert [n for n in drawn if n.startswith("plane")] == ["plane-distortion", "plane-mse"]
    assert not [n for n in drawn if n.startswith(("accuracy", "information-y"))]
    html = page(run(config, source="gaussian")).replace(libraries(), "")
    for absent in ('id="accuracy"', 'id="pictures"', "PSNR", "Weak probes"):
        assert absent not in html
    assert "mean squared errors from 0.25 to 0.25 per dimension" in html


def test_only_a_source_that_is_known_has_its_sections(config: dict[str, Any]) -> None:
    found = {s: {f.section for f in figures(run(config, source=s))} for s in OPTIONS}
    assert not found["digits"] & {"known", "exactness"}
    assert found["gaussian"] >= {"known", "exactness"}
    assert found["gaussian-mixture"] & {"known", "exactness"} == {"known"}


def test_accuracies_of_other_tasks_are_not_drawn_as_probes(config: dict[str, Any]) -> None:
    plain = run(config)
    others = [task | {"task": "clustering", "method": "k-means"} for task in plain.tasks]
    score = {"point": "", "task": "generation", "layers": "", "features": "", "method": "mlp"}
    crowded = plain._replace(tasks=[*plain.tasks, *others, plain.tasks[0] | score])
    assert list(figures(crowded)) == list(figures(plain))
    assert findings(crowded) == findings(plain)


def test_a_run_without_tasks_still_has_its_page(config: dict[str, Any]) -> None:
    bare = run(config)._replace(tasks=[])
    assert not [one for one in figures(bare) if one.section.startswith("accuracy")]
    assert "</html>" in page(bare)


def test_the_limit_is_drawn_for_samples_only(config: dict[str, Any]) -> None:
    for figure in figures(run(config)):
        if figure.section in ("accuracy-sample", "accuracy-mean"):
            lines = [m for m in figure.spec["layer"] if m["mark"]["type"] == "line"]
            assert len(lines) == (1 if figure.section == "accuracy-sample" else 0)


def test_the_page_asks_nothing_of_the_network(config: dict[str, Any]) -> None:
    html = page(run(config)).replace(libraries(), "")
    assert not re.search(r"<(?:script|img|link|iframe)[^>]*(?:src|href)=[\"'](?!data:)", html)
    assert "@import" not in html


def test_hostile_text_is_escaped(config: dict[str, Any]) -> None:
    html = page(run(config))
    assert HOSTILE not in html
    assert "alert(1)" in html
    assert len(re.findall(r"<script[ >]", html)) == html.count("</script>") == 5


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_diverged_point_is_named_and_not_drawn(config: dict[str, Any], layers: int) -> None:
    lost = "_".join(["b10", *["10"] * (layers - 1), "s0"])
    one = run(config, layers, diverged=(lost,))
    beta = {1: "10", 2: "(10, 10)", 3: "(10, 10, 10)"}[layers]
    assert f"1 more diverged: β = {beta}." in findings(one)[0]
    html = page(one)
    assert "NaN" not in html.partition("const figures")[2]


@pytest.mark.parametrize("source", OPTIONS)
def test_a_run_that_lost_every_model_still_has_its_page(
    config: dict[str, Any], source: str
) -> None:
    names = [f"b{a:g}_{b:g}_s0" for a in (0.1, 10) for b in (0.1, 10)]
    html = page(run(config, diverged=tuple(names), source=source))
    assert "All 4 models diverged" in html
    assert "no model of this run trained to an end" in html


def test_it_is_said_why_means_exceed_the_limit(config: dict[str, Any]) -> None:
    closed = run(config)
    closed = closed._replace(
        rates={name: [r[0], Rate(0.0, 0.0)] for name, r in closed.rates.items()}
    )
    (text,) = accuracy.means(closed)
    assert "16 of 16 probes on posterior means exceed what samples could reach" in text
    assert "up to 0.60 against 0.50" in text
    assert accuracy.means(run(config)) == []
    assert escape(text) in page(closed)


def test_what_json_does_not_have_is_not_drawn() -> None:
    spec = {"data": {"values": [{"x": math.nan, "y": [math.inf, 1.0, "nan"]}]}}
    assert drawable(spec) == {"data": {"values": [{"x": None, "y": [None, 1.0, "nan"]}]}}


def test_pictures_are_the_corners_and_the_middle(config: dict[str, Any]) -> None:
    shown = [list(betas(one.point, 2)) for one in pictures.shown(run(config))]
    assert shown == [[0.1, 0.1], [0.1, 10], [10, 0.1], [10, 10]]


@pytest.mark.parametrize(
    ("shape", "size"), [((2, 3), (7, 2)), ((2, 3, 3), (7, 2)), ((2, 3, 1), (7, 2))]
)
def test_a_strip_holds_its_pictures_side_by_side(
    shape: tuple[int, ...], size: tuple[int, int]
) -> None:
    strip = pictures.strip(np.full((2, math.prod(shape)), 1.7), shape, "two")
    assert (strip.width, strip.height) == size
    assert strip.uri.startswith("data:image/png;base64,")


def test_indices_are_set_and_everything_else_is_escaped() -> None:
    assert indexed("R_total ≥ z_{≥l}") == "R<sub>total</sub> ≥ z<sub>≥l</sub>"
    assert indexed("<i> & z_{<b>}") == "&lt;i&gt; &amp; z<sub>&lt;b&gt;</sub>"


def test_the_scripts_are_put_together_once_for_all_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    libraries.cache_clear()
    made = libraries()
    (kept,) = tmp_path.rglob("*.js")
    assert kept.read_text("utf-8") == made
    libraries.cache_clear()
    with monkeypatch.context() as without:
        without.delattr(vl_convert, "javascript_bundle")
        assert libraries() == made


def test_a_folder_of_caches_that_cannot_be_made_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    libraries.cache_clear()
    assert "vegaEmbed" in libraries()
