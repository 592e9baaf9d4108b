"""The section on bounds: every bound is listed and counted, and the tightest check is shown."""

import html
from typing import Any

import pytest

from hvae.reports.page import page
from hvae.reports.sections.bounds import (
    SECTION,
    UNKNOWN,
    counted,
    rows,
    slack,
    telling,
    tightest,
    undrawn,
)
from hvae.results.checks.catalogue import BOUNDS as CATALOGUE
from tests.reports.cases import BOUNDS, HOSTILE, run


def test_every_bound_is_listed_with_its_counts(config: dict[str, Any]) -> None:
    one = run(config)
    found = {bound.name: bound for bound in counted(one.bounds)}
    assert set(found) == {*BOUNDS, *CATALOGUE}
    for name, (_, verdict) in BOUNDS.items():
        assert found[name].verdicts == {verdict: 4}
        assert found[name].judged == (verdict != "vacuous")
    text = page(one)
    for name in BOUNDS:
        assert f"<td>{html.escape(name)}</td>" in text.replace("&#39;", "&#x27;")


def test_a_bound_that_cannot_bind_has_a_sentence_and_no_chart(config: dict[str, Any]) -> None:
    assert "all of their checks are vacuous here: idle." in page(run(config))
    none = run(config)._replace(bounds=[c for c in run(config).bounds if c["bound"] == "idle"])
    assert "Every check of this run is vacuous." in page(none)
    assert not [bound for bound in counted(none.bounds) if bound.judged]


@pytest.mark.parametrize("lost", [True, False])
def test_without_a_check_at_a_model_that_is_drawn_there_is_no_chart(
    config: dict[str, Any], lost: bool
) -> None:
    """The model for the plane diverged, or its checks are vacuous, and independent ones remain."""
    one = run(config, amortized=True)
    names = tuple(point["point"] for point in one.points) if lost else ()
    idle = [] if lost else [check | {"verdict": "vacuous"} for check in one.bounds]
    anchors = [check | {"point": one.anchors[0]["point"]} for check in one.bounds]
    one = run(config, amortized=True, diverged=names)._replace(bounds=[*idle, *anchors])
    assert telling(one)
    assert list(SECTION.figures(one)) == []
    text = " ".join(page(one).split())
    assert "Nothing to draw: no model that the charts are about" in text
    assert "only independent models, which are not drawn, have checks that can bind: acc" in text
    assert "The charts show the limits" not in text


def test_bounds_that_are_drawn_stand_beside_one_that_is_not(config: dict[str, Any]) -> None:
    one = run(config, amortized=True)
    checks = [
        check | ({"point": one.anchors[0]["point"]} if check["bound"] == "accuracy" else {})
        for check in one.bounds
    ]
    one = one._replace(bounds=checks)
    assert undrawn(one) == ["accuracy"]
    drawn = [figure.name for figure in SECTION.figures(one)]
    assert drawn == ["slack-0", "slack-1"]
    assert "The charts show the limits" in page(one)


def test_a_bound_without_checks_says_so(config: dict[str, Any]) -> None:
    assert page(run(config)._replace(bounds=[])).count("no check in this run") == len(CATALOGUE)


def test_an_unknown_bound_has_a_description_too() -> None:
    found = {one.name: one for one in counted([{"bound": "something new", "verdict": "holds"}])}
    assert found["something new"].bound == UNKNOWN
    assert found["something new"].verdicts == {"holds": 1}
    assert found["accuracy"].bound.formula.startswith("accuracy ≤")


def test_the_tightest_check_has_the_most_evidence_against_it(config: dict[str, Any]) -> None:
    one = run(config)
    first = next(c for c in one.bounds if c["bound"] == "accuracy")
    others = [
        first | {"p_value": 0.01, "slack": 0.3},  # more evidence, though more slack
        first | {"p_value": 0.5, "slack": 0.01},
        first | {"p_value": 0.0, "slack": -1.0, "verdict": "vacuous"},
    ]
    one = one._replace(bounds=[*one.bounds, *others])
    assert tightest(one, "accuracy")[first["point"]] == others[0]
    assert next(c for c in telling(one) if c["bound"] == "accuracy") == others[0]
    shown = {row["point"]: row for row in rows(one, "accuracy")}
    assert shown[first["point"]]["slack"] == 0.3
    assert len(shown) == 4


@pytest.mark.parametrize(("layers", "cells"), [(2, 4), (3, 8)])
def test_no_two_points_share_a_place_in_the_grid(
    config: dict[str, Any], layers: int, cells: int
) -> None:
    drawn = rows(run(config, layers), "information")
    assert len({(row["beta"], row["row"]) for row in drawn}) == len(drawn) == cells


def test_with_one_layer_slack_stands_against_rate_with_its_interval(config: dict[str, Any]) -> None:
    one = run(config, layers=1)
    first = rows(one, "accuracy")[0]
    assert first["x"] == pytest.approx(10)  # β = 0.1
    assert first["y_high"] - first["y"] == pytest.approx(1.96 * 0.1)
    assert "nats" in str(slack(one, "accuracy").to_dict())


def test_a_check_without_layers_is_about_all_of_them(config: dict[str, Any]) -> None:
    one = run(config)
    one = one._replace(bounds=[c | {"layers": ""} for c in one.bounds])
    assert rows(one, HOSTILE)[0]["rate"] == one.rates[one.points[0]["point"]][0].value


@pytest.mark.parametrize(
    ("slacks", "domain", "told"),
    [
        ([0.1, 0.2, 0.3, 5.0], [0.1, 0.3], "0.3 and more look alike"),
        ([0.1, 0.2, 0.3, 0.4], None, ""),
        ([0.1, 0.1, 0.1, 5.0], None, ""),  # nothing else to tell apart
    ],
)
def test_a_mark_far_beyond_the_others_does_not_take_the_colours(
    config: dict[str, Any], slacks: list[float], domain: list[float] | None, told: str
) -> None:
    one = run(config)
    checks = [check for check in one.bounds if check["bound"] == "information"]
    planted = [check | {"slack": s} for check, s in zip(checks, slacks, strict=True)]
    spec = slack(one._replace(bounds=planted), "information").to_dict()
    color = next(layer["encoding"]["color"] for layer in spec["layer"] if layer["mark"]["filled"]
                 and "color" in layer["encoding"])  # fmt: skip
    assert color["scale"].get("domain") == domain
    assert color["title"] == ["Slack (nats per item)", *filter(None, [told])]
