"""Distances to limits, of each bound the most telling check of a point; and pairs of places."""

import math
from typing import Any

import pytest

from hvae.reports.scores import described, latents, limits, pairs
from hvae.reports.sections.bounds import rows
from tests.reports.cases import BOUNDS, HOSTILE, run
from tests.reports.planted import advised


def test_every_bound_is_told_once_a_point_and_what_cannot_bind_comes_last(
    config: dict[str, Any],
) -> None:
    one = run(config)
    found = limits(one)
    assert set(found) == {point["point"] for point in one.points}
    checks = found["b10_10_s0"]["checks"]
    assert sorted(check["bound"] for check in checks) == sorted(BOUNDS)
    assert checks[-1]["verdict"] == "vacuous"
    assert found["b10_10_s0"]["counts"] == {"undecided": 1, "holds": 2, "vacuous": 1}
    assert set(described(one)) == set(BOUNDS)


def test_the_check_with_the_most_evidence_against_its_bound_is_the_one(
    config: dict[str, Any],
) -> None:
    one = run(config)
    check = next(c for c in one.bounds if c["bound"] == "accuracy")
    worse = check | {"p_value": 0.001, "slack": -0.3, "measured_se": 0.3, "limit_se": 0.4}
    worse |= {"verdict": "violated", "layers": "z1+z2"}
    found = limits(one._replace(bounds=[*one.bounds, worse]))[check["point"]]["checks"][0]
    assert (found["bound"], found["layers"], found["verdict"]) == ("accuracy", "z₁, z₂", "violated")
    assert found["slack"] == -0.3
    assert found["slack_se"] == pytest.approx(0.3 + 0.4)


@pytest.mark.parametrize(
    ("bound", "error"),
    [
        ("information", math.hypot(0.3, 0.4)),
        ("class-information", 0.3 + 0.4),
        ("clusters", 0.3 + 0.4),
        ("regression", 0.3 + 0.4),
        ("squared-error", 2 * 0.3 + 0.4),  # the limit is twice what is measured
        ("of another version", math.hypot(0.3, 0.4)),
    ],
)
def test_the_error_of_a_slack_is_that_of_its_verdict(
    config: dict[str, Any], bound: str, error: float
) -> None:
    """Where both sides come from the same items they are not independent."""
    one = run(config, layers=1)
    limit = 1.0 if bound == "squared-error" else 0.5
    check = one.bounds[0] | {"bound": bound, "measured": 0.5, "limit": limit}
    check |= {"measured_se": 0.3, "limit_se": 0.4, "metric": "squared_error"}
    told = limits(one._replace(bounds=[check]))[check["point"]]["checks"][0]
    assert told["slack_se"] == pytest.approx(error, rel=1e-3)
    (drawn,) = rows(one._replace(bounds=[check]), bound)
    assert drawn["y_high"] - drawn["y"] == pytest.approx(1.96 * error)


def test_units_are_those_of_what_is_measured(config: dict[str, Any]) -> None:
    checks = limits(run(config))["b10_10_s0"]["checks"]
    units = {check["bound"]: check["unit"] for check in checks}
    assert units["accuracy"] == "accuracy"
    assert units["information"] == "nats per item"
    assert units[HOSTILE] == "units of t, squared"


def test_layers_are_named_as_on_the_page() -> None:
    assert [latents(name) for name in ("", "z2", "z2+z3")] == ["", "z₂", "z₂, z₃"]


def test_pairs_are_those_of_guidance_by_the_points_of_each_place(config: dict[str, Any]) -> None:
    one = advised(run(config))
    assert one.guidance is not None
    found, told = pairs(one), one.guidance["pairs"]["reconstruction"]
    assert found["places"] == [place["points"] for place in one.guidance["places"]]
    shown = found["applications"][0]
    assert (shown["title"], shown["unit"], shown["at"]) == (
        "Reconstruction: PSNR", "dB", [0, 1, 2, 3],
    )  # fmt: skip
    assert shown["values"] == pytest.approx(told["values"])
    assert shown["half"] == pytest.approx(told["half"], rel=5e-3)
    signs = {"more": "+", "less": "-", "undecided": "?"}
    assert shown["words"] == "".join(signs[verdict] for verdict in told["verdicts"])
    assert pairs(run(config)) == {"places": [], "applications": []}
