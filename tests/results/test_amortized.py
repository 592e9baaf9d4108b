"""Points that are measured and no more, and the key figures of what holds a plane to account."""

import json
import math
from argparse import Namespace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from hvae.io import tables
from hvae.results import summary
from hvae.results.judge import judged
from hvae.results.rates import by_point
from tests.results.mechanisms import both, changed

Row = dict[str, Any]


def with_bare_point() -> list[pa.Table]:
    """The tables points and items with a further point, like g, that no other table knows."""
    found = []
    for name in ("points", "items"):
        table = getattr(both(), name)
        own = [row | {"point": "bare"} for row in table.to_pylist() if row["point"] == "g"]
        found.append(pa.concat_tables([table, tables.from_rows(own, table.schema)]))
    return found


def test_a_point_without_latents_is_held_against_what_its_items_allow() -> None:
    points, items = with_bare_point()
    rows = judged(changed(points=points, items=items)).to_pylist()
    bare = {row["bound"]: row for row in rows if row["point"] == "bare"}
    by_rate = judged(changed(information=None)).to_pylist()
    like = {row["bound"]: row for row in by_rate if row["point"] == "g"}
    assert set(bare) == {"rate-distortion", "squared-error", "objective"}
    for bound, row in bare.items():
        assert row | {"point": "g"} == like[bound]
    assert len(rows) == judged(both()).num_rows + len(bare)


def test_rows_of_a_point_stay_in_order_wherever_they_stand() -> None:
    table = pa.table({"point": ["b", "a", "b", "a"], "index": [3, 1, 2, 0]})
    split = pa.concat_tables([table.slice(0, 1), table.slice(1)])
    for one in (table, split):
        found = by_point(one)
        assert {name: part["index"].to_pylist() for name, part in found.items()} == {
            "b": [3, 2],
            "a": [1, 0],
        }
        assert list(found) == ["b", "a"]
    assert by_point(table.slice(0, 0)) == {}


def comparison(kind: str, ratio: float, verdict: str) -> Row:
    numbers = {"amortized": ratio, "independent": 1.0, "ratio": ratio, "ratio_se": 0.01}
    names = {"point": "a", "seed": 0, "comparison": kind, "verdict": verdict, "beta_1": 1.0}
    names["target_1"] = math.nan
    return names | numbers | {"low": ratio - 0.02, "high": ratio + 0.02}


CERTIFICATE = [
    comparison("objective", 0.9, "holds"),
    comparison("objective", 1.2, "violated"),
    comparison("distortion", math.nan, "unreachable"),
]


def test_key_figures_are_the_mean_the_median_and_the_worst_ratio() -> None:
    found = summary.certified(CERTIFICATE)
    assert found["objective"]["mean_ratio"] == pytest.approx(1.05)
    assert found["objective"]["median_ratio"] == pytest.approx(1.05)
    assert found["objective"]["worst_ratio"] == 1.2
    verdicts = {"holds": 1, "violated": 1, "undecided": 0, "unreachable": 0}
    assert found["objective"]["verdicts"] == verdicts
    assert found["distortion"]["mean_ratio"] is found["distortion"]["worst_ratio"] is None
    assert found["distortion"]["verdicts"]["unreachable"] == 1
    assert "polished" not in found
    polished = summary.certified([*CERTIFICATE, comparison("polished", 0.97, "holds")])
    assert polished["polished"]["mean_ratio"] == 0.97
    assert polished["objective"] == found["objective"]


def test_an_application_is_summed_up_by_what_was_chosen() -> None:
    best = {"value": 0.9, "std_error": 0.01, "point": "p", "rate_total": 8.0, "validation": 0.95}
    guidance = {"applications": {"classification": {"metric": "accuracy", "best": best}}}
    assert summary.applications(guidance)["classification"] == {
        "metric": "accuracy",
        "value": 0.9,
        "std_error": 0.01,
        "point": "p",
        "rate_total_nats": 8.0,
    }


@pytest.mark.parametrize("amortized", [True, False])
def test_a_summary_is_of_the_plane_without_its_anchors(tmp_path: Path, amortized: bool) -> None:
    strategies = {"g": "amortized" if amortized else "independent"}
    rows = both().points.to_pylist()
    rows = [row | {"strategy": strategies.get(row["point"], "independent")} for row in rows]
    tables.write(tables.from_rows(rows, tables.points(1)), tmp_path / "points.parquet")
    tables.write(both().tasks, tmp_path / "tasks.parquet")
    tables.write(judged(both()), tmp_path / "bounds.parquet")
    if amortized:
        certificate = tables.from_rows(CERTIFICATE, tables.certificate(1))
        tables.write(certificate, tmp_path / "certificate.parquet")
    out = tmp_path / "summary.json"
    guidance = tmp_path / "guidance.json"
    guidance.write_text('{"applications": {}}')
    written = {"plane": tmp_path / "plane.csv", "accuracy": tmp_path / "accuracy.csv"}
    written["metrics"] = tmp_path / "metrics.yaml"
    summary.main(
        Namespace(params='{"layers": 1}', results=tmp_path, guidance=guidance, out=out, **written)
    )
    found = json.loads(out.read_text())
    assert found["points"] == (1 if amortized else len(rows))
    assert ("certificate" in found) == amortized
    assert found["diverged"] == 0
