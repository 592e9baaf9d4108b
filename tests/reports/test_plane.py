"""The metrics that colour the rate plane, and their intervals."""

import math
from typing import Any

import pytest

from hvae.reports.page import page
from hvae.reports.render import libraries
from hvae.reports.sections.plane import constants, metrics, rows, sigmas
from hvae.results.rates import Rate
from hvae.results.run import Run
from tests.reports.cases import run

Config = dict[str, Any]


def interval(shown: Run, name: str) -> tuple[float, float, float]:
    (metric,) = (metric for metric in metrics(shown) if metric.name == name)
    row = rows(shown, metric)[0]
    return row["value"], row["low"], row["high"]


def test_the_ends_of_a_psnr_are_those_of_its_squared_error(config: Config) -> None:
    """Whatever D is: only of a fixed σ is it the squared error."""
    shown = run(config)
    shown = shown._replace(errors={name: Rate(0.5, 0.002) for name in shown.errors})
    value, low, high = interval(shown, "psnr")
    assert value == 15
    for end, sign in ((low, 1), (high, -1)):
        exact = 15 - 10 * math.log10((0.5 + sign * 1.96 * 0.002) / 0.5)
        assert end == pytest.approx(exact, abs=1e-3)


def test_a_probability_has_bits_per_dimension_and_a_density_has_not(config: Config) -> None:
    shown = run(config)
    assert "bits" not in [metric.name for metric in metrics(shown)]
    coded = [point | {"bits_per_dim": 1.0} for point in shown.points]
    shown = shown._replace(points=coded, codes={p["point"]: Rate(8.0, 0.2) for p in coded})
    assert "distortion" not in [metric.name for metric in metrics(shown)]
    unit = 12 * math.log(2)  # dimensions of the pictures, and nats of a bit
    expected = [8 / unit, (8 - 1.96 * 0.2) / unit, (8 + 1.96 * 0.2) / unit]
    assert interval(shown, "bits") == pytest.approx(expected)


def test_a_learned_sigma_is_told_and_its_objectives_are_not_compared(config: Config) -> None:
    config["model"]["likelihood"] = {"family": "gaussian-learned", "sigma": 0.2}
    shown = run(config)
    constants = [12 / 2 * math.log(2 * math.pi * sigma**2) for sigma in (0.05, 0.1, 0.2, 0.4)]
    points = [
        point | {"distortion_constant": constant}
        for point, constant in zip(shown.points, constants, strict=True)
    ]
    shown = shown._replace(points=points)
    (text,) = sigmas(shown)
    assert "its own σ, from 0.05 to 0.4" in text
    assert "not J° or D°, which are in units of it" in page(shown).replace(libraries(), "")


def test_the_head_names_the_number_of_weights(config: Config) -> None:
    html = page(run(config)).replace(libraries(), "")
    assert "1,234 weights each" in html
    assert "learned a σ" not in html


def test_the_constant_that_distortions_leave_out_is_told_unless_models_have_their_own(
    config: dict[str, Any],
) -> None:
    one = run(config)
    assert metrics(one)[0].title == "Distortion D° (nats per item)"
    assert rows(one, metrics(one)[0])[0]["value"] == 5.0 + 3.0
    assert "−3 nats for every point" in constants(one)[0]
    config["model"]["likelihood"]["family"] = "gaussian-learned"
    learned = run(config)
    assert metrics(learned)[0].title == "Distortion D, constant included (nats per item)"
    assert rows(learned, metrics(learned)[0])[0]["value"] == 5.0
    assert constants(learned) == []
