"""Prices on the page: arrows towards the better split, and a table of all places."""

import math
import re
from typing import Any

import altair as alt
import numpy as np
import pytest
from altair.utils.schemapi import validate_jsonschema

from hvae.guidance.prices import record
from hvae.reports.page import figures, page
from hvae.reports.sections.application_maps import application_map
from hvae.reports.sections.prices import (
    END,
    TO_1,
    TO_2,
    UNDECIDED,
    arrows,
    of_points,
    price_map,
    table,
)
from hvae.results.prices import HeldOutPrices
from hvae.results.rates import places
from hvae.results.run import Run
from hvae.statistics.estimate import Floats
from tests.reports.cases import run
from tests.reports.planted import advised, planted
from tests.results.test_prices import lattice, prices

TOTALS, BEST = (3.0, 6.0, 12.0), 0.5


def distortion(rates: Floats) -> float:
    """D° is least where both layers share the total evenly."""
    total = float(rates.sum())
    share = float(rates[1]) / total if total else BEST
    return (30 + 40 * (share - BEST) ** 2) * math.exp(-total / 10)


@pytest.fixture
def priced(config: dict[str, Any]) -> Run:
    """A run at given rates with prices of that distortion, and applications at these rates."""
    return at_rates(config, lattice(TOTALS))


def at_rates(config: dict[str, Any], targets: Floats) -> Run:
    """The same of any rates."""
    shown = run(config, rates=[tuple(map(float, rates)) for rates in targets])
    rated = [
        {"rate_total_se": 0.1} | row | {"distortion": distortion(rates) - 3}
        for row, rates in zip(shown.rated, targets, strict=True)
    ]
    shown = shown._replace(rated=rated)
    ours = {place.target: place for place in places(rated, 2)}
    found = [
        one._replace(place=ours[one.place.target]) for one in prices(targets, distortion, seeds=2)
    ]
    measured = planted(shown._replace(points=rated))
    return shown._replace(guidance=measured | {"prices": record(found)})


def test_arrows_go_to_the_better_split(priced: Run) -> None:
    for row in arrows(priced):
        if row["x"] == BEST:
            assert row["head"] == UNDECIDED
            assert row["tip"] == pytest.approx(BEST)
        else:
            assert row["head"] == (TO_2 if row["x"] < BEST else TO_1)
            assert (row["tip"] - row["x"]) * (BEST - row["x"]) > 0


def test_at_an_end_no_arrow_points_outwards(config: dict[str, Any]) -> None:
    targets = lattice(TOTALS)
    shown = run(config, rates=[tuple(map(float, rates)) for rates in targets])
    ours = {place.target: place for place in places(_whole(shown), 2)}
    found: list[HeldOutPrices] = prices(
        targets, lambda rates: 30 * math.exp(-rates[0] / 20 - rates[1] / 10), seeds=2
    )
    named = [one._replace(place=ours[one.place.target]) for one in found]
    shown = advised(shown)._replace(guidance=planted(shown) | {"prices": record(named)})
    ends = [row for row in arrows(shown) if row["x"] == 1]
    assert {row["head"] for row in ends} == {END}
    assert all(row["tip"] == 1 for row in ends)


def test_a_place_of_no_rate_has_no_share_of_it(config: dict[str, Any]) -> None:
    """It is on the maps over R_1 and R_2 alone."""
    targets = np.append(np.zeros((1, 2)), lattice(TOTALS), 0)
    shown = at_rates(config, targets)
    assert len(table(shown)) == len(targets)
    assert {row["y"] for row in arrows(shown)} == set(TOTALS)
    for shares, there in ((False, {0.0, *TOTALS}), (True, set(TOTALS))):
        drawn = application_map(shown, "reconstruction", shares).to_dict()["layer"]
        data = [row for layer in drawn for row in layer["data"]["values"]]
        assert {row["total"] for row in data if "total" in row} == there


def _whole(shown: Run) -> list[dict[str, Any]]:
    return [{"rate_total_se": 0.1} | row for row in shown.rated]


def test_the_table_has_a_row_a_place(priced: Run) -> None:
    cells = table(priced)
    assert len(cells) == 15
    target, trained, _, exchange, nat, remark = cells[0]
    assert (target, trained, nat) == ("(0, 3)", "–, 0.5", "z₁")
    assert exchange.startswith("–; ")
    assert remark == ""
    html = page(priced)
    assert 'id="prices"' in html
    identifiers = re.findall(
        r'\bid="([^"]+)"', re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    )
    assert len(set(identifiers)) == len(identifiers)  # else a chart replaces a whole section
    said = "The next nat is worth most in z₁ at 6 and in z₂ at 6 of them; at 3 that is undecided."
    assert said in html


def test_no_two_parts_of_the_page_have_one_id(priced: Run) -> None:
    """A chart is drawn into the first element with its name: it would take a section's place."""
    html = re.sub(r"<(script|style).*?</\1>", "", page(priced), flags=re.DOTALL)
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert "price-map" in ids
    assert len(set(ids)) == len(ids)


def test_maps_are_filled_beneath_their_marks(priced: Run) -> None:
    names = [figure.name for figure in figures(priced)]
    assert "price-map" in names
    assert {"map-classification", "shares-classification"} <= {*names}
    for shares in (False, True):
        spec = application_map(priced, "classification", shares).to_dict()
        first, *_ = spec["layer"]
        assert first["mark"] | {"filled": True, "tooltip": False} == first["mark"]


def test_every_figure_of_given_rates_is_valid(priced: Run) -> None:
    schema = alt.load_schema()
    for figure in figures(priced):
        validate_jsonschema(figure.spec, schema)
    assert price_map(priced).to_dict()["layer"]


@pytest.mark.parametrize("layers", [1, 3])
def test_other_numbers_of_layers_have_no_filled_map(config: dict[str, Any], layers: int) -> None:
    rates = [[float(k + j) for j in range(layers)] for k in range(1, 4)]
    shown = advised(run(config, layers, rates=rates))
    names = [figure.name for figure in figures(shown)]
    assert not any(name.startswith("shares-") or name == "price-map" for name in names)


def test_each_point_has_the_prices_of_its_place(priced: Run) -> None:
    found = of_points(priced)
    assert list(found) == [row["point"] for row in priced.rated]
    for cells, one in zip(table(priced), found.values(), strict=True):
        in_training, on_test = one["rows"]
        assert (", ".join(in_training[1:]), ", ".join(on_test[1:])) == (cells[1], cells[2])
        assert one["text"]
