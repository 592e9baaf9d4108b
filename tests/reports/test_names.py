"""What points are display_names where people read them; raw names stay in tables and titles."""

import re
from typing import Any

import pytest

from hvae.reports.charts.scatter import PointLabel, display_names, names
from hvae.reports.page import page
from hvae.reports.render import libraries
from tests.reports.cases import run


def told(*betas: tuple[float, ...], seeds: tuple[int, ...] = (0,)) -> list[str]:
    return list(display_names(PointLabel(f"{b}{s}", b, s) for b in betas for s in seeds).values())


@pytest.mark.parametrize(
    ("betas", "expected"),
    [
        ([(0.316228, 1.0), (0.1, 1.0)], ["β = (0.32, 1)", "β = (0.1, 1)"]),
        ([(0.316228,), (123.0,)], ["β = 0.32", "β = 120"]),
        ([(1.01, 0.5), (1.04, 0.5)], ["β = (1.01, 0.5)", "β = (1.04, 0.5)"]),
    ],
)
def test_beta_has_two_digits_or_as_many_as_tell_an_axis_apart(
    betas: list[tuple[float, ...]], expected: list[str]
) -> None:
    assert told(*betas) == expected


def test_a_seed_is_told_where_there_are_several() -> None:
    assert told((1.0, 2.0), seeds=(0, 3)) == ["β = (1, 2), seed 0", "β = (1, 2), seed 3"]


def test_what_is_no_point_of_the_grid_says_what_it_is(config: dict[str, Any]) -> None:
    found = names(run(config, amortized=True, rates=[(9, 3), (3, 9)]))
    assert found["b0.1_10_s0"] == "β = (0.1, 10)"
    assert found["b0.1_10_anchors_s1"] == "Independent model, β = (0.1, 10), seed 1"
    assert found["r9_3_rates_s0"] == "R = (9, 3) nats"
    assert found["amortized_s0"] == "the one model"
    assert len(set(found.values())) == len(found)


@pytest.mark.parametrize("amortized", [False, True])
def test_no_raw_name_is_read_on_the_page(config: dict[str, Any], amortized: bool) -> None:
    one = run(config, amortized=amortized, diverged=("b10_10_s0",))
    html = page(one).replace(libraries(), "")
    body = re.sub(r"<(script|style).*?</\1>", "", html, flags=re.DOTALL)
    seen = re.sub(r' title="[^"]*"', "", body)
    assert [name for name in names(one) if name in seen] == []
    assert 'title="b0.1_0.1_s0"' in body
