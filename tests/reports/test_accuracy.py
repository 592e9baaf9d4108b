"""Two charts of accuracies: against estimated information, and by the published protocol."""

import math
from typing import Any

import numpy as np
import pytest

from hvae.reports.page import page
from hvae.reports.sections.accuracy import PUBLISHED, SECTION, informed, published
from hvae.results.run import Run
from hvae.statistics.estimate import Row
from tests.reports.cases import run

SHARES = [0.5, 0.3, 0.2]


def unequal(one: Run) -> Run:
    """With three classes, the shares of which are unequal: only then is Fano's limit not tight."""
    labels = np.repeat(np.arange(3), [10, 6, 4])
    return one._replace(test=one.test._replace(labels=labels, classes=("a", "b", "c")))


def names(one: Run, group: str) -> list[str]:
    return [figure.name for figure in SECTION.figures(one) if figure.section == group]


def layers(one: Run) -> list[dict[str, Any]]:
    chart = informed(one)
    assert chart is not None
    found: list[dict[str, Any]] = chart.to_dict()["layer"]
    return found


def values(one: Run, mark: str) -> list[Row]:
    (found,) = [layer for layer in layers(one) if layer["mark"]["type"] == mark]
    rows: list[Row] = found["data"]["values"]
    return rows


def test_probes_stand_at_the_estimate_from_above_with_its_error(config: dict[str, Any]) -> None:
    """Of z_2 alone, and where it is not saturated: I = 0.3 ± 0.05 nats at two points of four."""
    one = run(config)
    assert names(one, "accuracy-information") == ["accuracy-information"]
    rows = values(one, "point")
    assert {row["point"] for row in rows} == {"b10_0.1_s0", "b10_10_s0"}
    assert len(rows) == 2 * len(one.params.tasks.classification.probes)
    for row in rows:
        assert (row["x"], row["y"], row["low"], row["high"]) == (0.3, 0.6, 0.55, 0.65)
        assert row["rate_low"] == pytest.approx(0.3 - 1.96 * 0.05, abs=1e-4)
        assert row["rate_high"] == pytest.approx(0.3 + 1.96 * 0.05, abs=1e-4)


def test_fanos_line_solves_his_inequality_and_the_tight_one_lies_below(
    config: dict[str, Any],
) -> None:
    """H(y) − I = h(a) + (1 − a) log(M − 1), as long as some of H(y) is missing."""
    rows = values(unequal(run(config)), "line")
    lines = {
        name: {r["x"]: r["y"] for r in rows if r["line"] == name} for name in ("Fano", "Tight")
    }
    entropy = -sum(share * math.log(share) for share in SHARES)
    for amount, a in lines["Fano"].items():
        wrong = -a * math.log(a) - (1 - a) * math.log(1 - a) + (1 - a) * math.log(2)
        assert entropy - amount == pytest.approx(wrong, abs=1e-6)
        assert lines["Tight"][amount] <= a + 1e-9
    assert lines["Tight"][0.0] == pytest.approx(0.5)  # the majority's share
    assert lines["Fano"][0.0] > 0.51


def test_without_an_estimate_that_can_be_told_there_is_no_such_chart(
    config: dict[str, Any],
) -> None:
    one = run(config)
    saturated = [row | {"saturated": True} for row in one.information]
    for rows in ([], saturated):
        assert names(one._replace(information=rows), "accuracy-information") == []


def as_published(one: Run, scored: int = 4) -> Run:
    """With rows of the published protocol, of a layer each, beside ours."""
    ours = [t for t in one.tasks if (t["task"], t["features"]) == ("classification", "mean")]
    theirs = [
        row | {"setting": PUBLISHED, "value": 0.7, "low": 0.6, "high": 0.8, "n": scored}
        for row in ours
        if "+" not in row["layers"]
    ]
    return one._replace(tasks=[*one.tasks, *theirs])


def test_accuracies_by_the_published_protocol_are_drawn_apart(config: dict[str, Any]) -> None:
    one = run(config)
    assert names(one, "accuracy-hit") == []
    both = as_published(one)
    assert names(both, "accuracy-hit") == ["accuracy-hit-z1", "accuracy-hit-z2"]
    assert names(both, "accuracy-mean") == names(one, "accuracy-mean")
    drawn = {figure.section: str(figure.spec) for figure in SECTION.figures(both)}
    assert "'value': 0.7" in drawn["accuracy-hit"]
    assert "'value': 0.7" not in drawn["accuracy-mean"]


def test_the_report_says_how_many_items_the_published_protocol_has(config: dict[str, Any]) -> None:
    """At 4 items the standard error of 0.5 is 25 points, and at 400 items 2.5."""
    one = run(config)
    assert published(one) is None
    assert "The same as Xiao" not in page(one)
    found = published(as_published(one))
    assert found is not None
    assert (found.fitted, found.scored) == (16, 4)
    assert found.error(0.5) == 25
    assert found._replace(scored=400).error(0.5) == 2.5
    assert found._replace(scored=400).error(0.8) == pytest.approx(2)
    text = " ".join(page(as_published(one)).split())
    assert "fitted on 16 items and scored on 4; the authors used all published test items" in text
    assert (
        "At 4 items the standard error is 20.0 to 25.0 points at accuracies of 0.8 to 0.5" in text
    )
