"""What the explorer is told: the run's own numbers, safe and small enough to stand in the page."""

import json
import math
import re
from typing import Any

import pytest

from hvae.reports.page import page
from hvae.reports.render import libraries
from hvae.reports.sections.explorer import explorer
from hvae.results.run import Run
from tests.reports.cases import HOSTILE, OPTIONS, run

LOST = tuple(f"b{a:g}_{b:g}_s0" for a in (0.1, 10) for b in (0.1, 10))


def told(one: Run) -> dict[str, Any]:
    found = explorer(one)
    assert found is not None
    return found


def in_page(html: str) -> dict[str, Any]:
    pattern = r'<script type="application/json" id="explorer-data">(.*?)</script>'
    (text,) = re.findall(pattern, html, flags=re.DOTALL)

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    found: dict[str, Any] = json.loads(text, parse_constant=refuse)
    return found


@pytest.mark.parametrize("amortized", [False, True])
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("source", OPTIONS)
def test_every_run_has_its_explorer(
    config: dict[str, Any], layers: int, source: str, amortized: bool
) -> None:
    one = run(config, layers, source=source, amortized=amortized)
    found = told(one)
    assert json.dumps(found, allow_nan=False)
    assert len(found["points"]) == len(one.points) + len(one.anchors) + len(one.rated)
    names = {column["name"] for column in found["columns"]}
    assert set(found["axes"]) <= names
    assert len(found["axes"]) == {1: 2, 2: 5, 3: 8}[layers]
    for point in found["points"]:
        assert set(point["values"]) <= names
        assert len(point["beta"]) == layers
    assert found["image"] == (source == "digits")
    assert bool(found["strips"]) == found["image"]


def test_the_data_in_the_page_are_what_was_told(config: dict[str, Any]) -> None:
    one = run(config, diverged=("b10_10_s0",))
    assert in_page(page(one)) == json.loads(json.dumps(told(one)))


def test_hostile_names_are_escaped(config: dict[str, Any]) -> None:
    one = run(config)
    html = page(one).replace(libraries(), "")
    assert HOSTILE not in html
    found = in_page(html)
    assert HOSTILE in [name for name, _ in found["classes"]]
    assert HOSTILE in found["bounds"]


def test_a_script_never_sets_markup(config: dict[str, Any]) -> None:
    script = page(run(config)).replace(libraries(), "").partition("explorer-data")[2]
    assert "byId" in script
    for unsafe in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert unsafe not in script


def test_a_diverged_point_is_listed_without_numbers(config: dict[str, Any]) -> None:
    found = {p["name"]: p for p in told(run(config, diverged=LOST[:1]))["points"]}
    assert [name for name, point in found.items() if not point["trained"]] == [LOST[0]]
    assert found[LOST[0]]["values"] == {}
    assert found[LOST[1]]["values"]


def test_a_run_that_lost_every_model_says_so(config: dict[str, Any]) -> None:
    one = run(config, diverged=LOST)
    assert explorer(one) is None
    html = page(one)
    assert "Nothing to explore: no model of this run trained to an end." in html
    assert 'id="explorer-data"' not in html


def test_seeds_and_the_values_of_beta_are_those_of_the_grid(config: dict[str, Any]) -> None:
    config["grid"]["seeds"] = [3, 5]
    found = told(run(config))
    assert found["seeds"] == [3, 5]
    assert found["betas"] == [[0.1, 10], [0.1, 10]]
    assert {point["seed"] for point in found["points"]} == {3, 5}


def test_441_points_fit_the_page(config: dict[str, Any]) -> None:
    one = run(config)
    grown = one.points[0]
    names = [f"b{i}_{j}_s0" for i in range(21) for j in range(21)]
    tasks = [task | {"point": name} for name in names for task in one.tasks[:24]]
    same = {
        table: dict.fromkeys(names, next(iter(getattr(one, table).values())))
        for table in ("rates", "compared", "errors", "codes")
    }
    many = one._replace(points=[grown | {"point": name} for name in names], tasks=tasks, **same)
    found = told(many)
    assert len(found["points"]) == 441
    assert len(json.dumps(found)) < 2_000_000
    assert all(math.isfinite(value) for p in found["points"] for value in p["values"]["total"])
