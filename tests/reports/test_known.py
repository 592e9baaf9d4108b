"""Curves of what is known of a source, against their ends."""

from typing import Any

import pytest

from hvae.bounds.accuracy import entropy
from hvae.reports.sections.exact_source import known_curves, rate_distortion, rows, spectrum
from tests.reports.cases import run


def test_a_gaussian_source_has_its_curve(config: dict[str, Any]) -> None:
    one = run(config, source="gaussian")
    assert one.known is not None
    assert list(spectrum(one.known)) == [1.0, 0.25]
    ((start, curve),) = known_curves(one.known).values()
    assert start == 0
    assert curve(0.0) == pytest.approx(1.25)
    assert curve(0.6931471805599453) == pytest.approx(0.5)  # θ = 1/4 at ½ log 4 nats


def test_a_mixture_has_a_limit_below_what_can_be_reached(config: dict[str, Any]) -> None:
    one = run(config, source="gaussian-mixture")
    assert one.known is not None
    assert spectrum(one.known) is None
    (_, limit), (_, told), (start, named) = known_curves(one.known).values()
    assert start == pytest.approx(entropy(one.known.shares))
    for rate in (start, 2 * start, 10.0):
        assert limit(rate) < named(rate)  # a limit of every code, and what some code reaches
        assert told(rate) < named(rate)


def test_the_limit_is_solid_and_named_first(config: dict[str, Any]) -> None:
    one = run(config, source="gaussian-mixture")
    assert one.known is not None
    chart = rate_distortion(one, one.known).to_dict()
    (scale,) = [
        mark["encoding"]["strokeDash"]["scale"]
        for mark in chart["layer"]
        if "strokeDash" in mark["encoding"]
    ]
    assert scale["domain"][0] == "Shannon's lower bound: the limit"
    assert scale["range"][0] == [1, 0]


def test_marks_are_measured_errors_against_total_rates(config: dict[str, Any]) -> None:
    first = rows(run(config, source="gaussian"))[0]
    assert (first["x"], first["y"]) == (20.0, 0.5)
    assert first["y_high"] == pytest.approx(0.5 + 1.96 * 0.01)
