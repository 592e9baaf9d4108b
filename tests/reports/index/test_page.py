"""The index page: what it lists, what it calls unreadable, and that no input breaks it."""

import json
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from hvae.io import tables
from hvae.reports.index.__main__ import page
from tests.reports.cases import HOSTILE
from tests.reports.index.cases import plant

Config = dict[str, Any]


def body(html: str) -> str:
    """The page without its scripts and styles."""
    return re.sub(r"<(script|style)>.*?</\1>", "", html, flags=re.DOTALL)


def test_no_experiment_at_all_is_a_page(tmp_path: Path) -> None:
    for results in (tmp_path, tmp_path / "absent"):
        html = body(page(results, tmp_path))
        assert "No finished experiments" in html
        assert "Nothing to show yet" in html


def test_a_card_tells_key_figures_and_links_to_the_report(tmp_path: Path, config: Config) -> None:
    plant(tmp_path / "results", config, "one", seeds=2)
    report = tmp_path / "reports/one/index.html"
    report.parent.mkdir(parents=True)
    report.touch()
    html = body(page(tmp_path / "results", report.parents[1]))
    assert 'href="one/index.html"' in html
    # R is 1/β: from 2 to 20 nats; both seeds are on the same items, so that errors stay as they are
    for text in (
        "1 finished experiment,",
        "Gaussian likelihood with σ = 0.2",
        "independent",
        "from 2 ± 1.2 to 20 ± 1.2 nats per item",
        "13.98 ± 0.63 dB",
        "3 checks hold, 1 violated, 2 undecided, 4 vacuous",
    ):
        assert text in html, text
    assert html.count("<circle") == 4
    assert "At least two finished experiments are needed" in html


def test_the_best_classification_is_that_of_the_guidance(tmp_path: Path, config: Config) -> None:
    folder = plant(tmp_path, config, "one")
    best = {"value": 0.9, "low": 0.85, "high": 0.94, "method": "knn", "layers": "z1"}
    guidance = {"applications": {"classification": {"best": best}}}
    (folder / "guidance.json").write_text(json.dumps(guidance))
    assert "0.900 (95 % from 0.850 to 0.940), knn on z1" in body(page(tmp_path, tmp_path))


def test_a_hostile_title_is_text(tmp_path: Path, config: Config) -> None:
    plant(tmp_path, config, "one", report={"title": HOSTILE})
    plant(tmp_path, config, "two", report={"title": "Second"})
    html = page(tmp_path, tmp_path)
    assert HOSTILE not in html
    assert "&lt;script&gt;alert(1)" in html


def test_what_cannot_be_read_is_named_with_the_reason(tmp_path: Path, config: Config) -> None:
    plant(tmp_path, config, "good")
    (tmp_path / "empty").mkdir()
    (plant(tmp_path, config, "broken") / "points.parquet").write_bytes(b"not parquet")
    (plant(tmp_path, config, "running") / "items.parquet").unlink()
    (plant(tmp_path, config, "cut") / "summary.json").write_text('{"points": 4')
    (plant(tmp_path, config, "bare") / "summary.json").write_text("{}")
    (plant(tmp_path, config, "advised") / "guidance.json").write_text("{}")
    old = plant(tmp_path, config, "old")
    recorded = json.loads((old / "params.json").read_text())
    (old / "params.json").write_text(json.dumps(recorded | {"colour": "blue"}))
    points = plant(tmp_path, config, "columns") / "points.parquet"
    tables.write(tables.read(points).drop_columns(["mse"]), points)
    former = plant(tmp_path, config, "former") / "tasks.parquet"
    pq.write_table(tables.read(former).replace_schema_metadata({}), former)
    html = body(page(tmp_path, tmp_path))
    assert "1 finished experiment," in html
    named = html.partition("Not readable</h2>")[2]
    reasons = dict(re.findall(r"<dt>(\w+)</dt><dd>(.*?)</dd>", named))
    expected = {
        "empty": "holds no experiment, since there is no params.json",
        "broken": "cannot be read as a Parquet table",
        "running": "items.parquet is missing: the experiment is not finished",
        "cut": "cannot be read as JSON",
        "bare": "is not as this version writes results",
        "old": "has no key &#39;colour&#39;",
        "advised": "is not as this version writes results",
        "columns": "has other columns than this version writes",
        "former": "tasks.parquet is not of version 3 of the tables, which this program reads: run",
    }
    assert reasons.keys() == expected.keys()
    for name, reason in expected.items():
        assert reason in reasons[name]


def test_an_experiment_whose_points_all_diverged_is_listed(tmp_path: Path, config: Config) -> None:
    points = plant(tmp_path, config, "lost") / "points.parquet"
    rows = [row | {"status": "diverged"} for row in tables.read(points).to_pylist()]
    tables.write(tables.from_rows(rows, tables.points(2)), points)
    assert "1 finished experiment," in body(page(tmp_path, tmp_path))


def test_one_and_two_layers_stand_on_one_page(tmp_path: Path, config: Config) -> None:
    plant(tmp_path, config, "flat", layers=1)
    plant(tmp_path, config, "two")
    html = page(tmp_path, tmp_path)
    assert "2 finished experiments" in html
    assert "flat: D against R₁ of 2 β" in html
    assert "two: R above z₁ against R₁ of 4 β" in html
    data = html.partition("const DATA =")[2].partition(";\n")[0]
    assert not re.search(r"\bNaN\b|\bInfinity\b", data)
