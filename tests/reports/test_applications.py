"""Charts of applications: marks are where, and what, the guidance says."""

from typing import Any

import pytest

from hvae.reports.page import figures, page
from hvae.reports.render import libraries
from hvae.reports.sections import embeddings, generation, pareto
from hvae.reports.sections.application_maps import (
    BARRED,
    BEST,
    REGION,
    application_map,
    every_place,
    rows,
)
from tests.reports.cases import run
from tests.reports.planted import SCORES, advised, drawing, planted

EVERY_NUMBER_OF_LAYERS = pytest.mark.parametrize("layers", [1, 2, 3])


def with_role(data: list[dict[str, Any]], role: str) -> set[str]:
    return {row["point"] for row in data if row["role"] == role}


@EVERY_NUMBER_OF_LAYERS
def test_stars_rings_and_crosses_are_the_guidances(config: dict[str, Any], layers: int) -> None:
    found = planted(run(config, layers))
    for name, one in found["applications"].items():
        data = rows(found, name)
        assert with_role(data, BEST) == {one["best"]["point"]}
        assert with_role(data, REGION) == set(one["region"]) - {one["best"]["point"]}
        assert with_role(data, BARRED) == {p["point"] for p in one["points"] if p["barred"]}
        (best,) = [row for row in data if row["role"] == BEST]
        assert (best["value"], best["low"]) == (one["best"]["value"], one["best"]["low"])
        assert best["x"] == one["best"]["rates"][0]
        above = sum(one["best"]["rates"][1:])
        assert best["y"] == (pytest.approx(above) if layers > 1 else best["value"])


def test_a_planted_best_point_is_where_it_was_planted(config: dict[str, Any]) -> None:
    found = planted(run(config))
    best = {name: one["best"]["beta"] for name, one in found["applications"].items()}
    assert best["reconstruction"] == [0.1, 0.1]
    assert best["classification"] == [10, 0.1]
    assert best["clustering"] == [10, 10]
    assert with_role(rows(found, "compression"), BARRED) == {"b0.1_0.1_s0"}


@EVERY_NUMBER_OF_LAYERS
def test_every_application_has_its_map_on_the_page(config: dict[str, Any], layers: int) -> None:
    shown = drawing(advised(run(config, layers)))
    names = [figure.name for figure in figures(shown)]
    assert [n for n in names if n.startswith("map-")] == [
        "map-reconstruction", "map-compression", "map-classification", "map-clustering",
    ]  # fmt: skip
    html = page(shown).replace(libraries(), "")
    assert "Nothing to show" not in html
    assert html.count('class="chart"') == len(names) + 1  # the chosen one at the head
    legends = str(application_map(shown, "reconstruction").to_dict())
    assert BEST in legends


def test_the_best_place_of_a_row_is_bright_whichever_way_is_better(config: dict[str, Any]) -> None:
    """Places stand by their totals, and colours run from the worst of a row to its best."""
    chart = every_place(advised(run(config))).to_dict()
    data = chart["data"]["values"]
    totals = {row["place"]: round(row["total"]) for row in data}
    order = chart["layer"][0]["encoding"]["x"]["sort"]
    assert [totals[place] for place in order] == sorted(totals.values())
    for name in ("Reconstruction", "Classification", "Clustering"):
        mine = [row for row in data if row["application"] == name]
        assert {row["share"] for row in mine if row["role"] == BEST} == {1.0}
        assert min(row["share"] for row in mine) == 0.0
    inverted = planted(run(config))
    for point in inverted["applications"]["clustering"]["points"]:
        point["value"] = 0.5
    same = every_place(run(config)._replace(guidance=inverted)).to_dict()["data"]["values"]
    assert {r["share"] for r in same if r["application"] == "Clustering"} == {0.0}


def test_splits_of_a_total_stand_together_whatever_digits_its_rates_have(
    config: dict[str, Any],
) -> None:
    """13.3333 and 6.66667 are less than 20, and stand between their neighbours all the same."""
    shown = advised(run(config))
    targets = [[0.0, 20.0], [13.3333, 6.66667], [20.0, 0.0], [6.66667, 13.3333]]
    for place, target in zip((shown.guidance or {})["places"], targets, strict=True):
        place |= {"target": target, "rates": target, "rate_total": 20.0}
    order = every_place(shown).to_dict()["layer"][0]["encoding"]["x"]["sort"]
    assert order == ["(20, 0)", "(13.3333, 6.66667)", "(6.66667, 13.3333)", "(0, 20)"]


def test_of_one_layer_values_have_their_intervals(config: dict[str, Any]) -> None:
    chart = application_map(advised(run(config, 1)), "reconstruction").to_dict()
    encodings = [layer["encoding"] for layer in chart["layer"]]
    assert any("y2" in one for one in encodings)
    assert encodings[0]["y"]["title"] == "PSNR (dB)"


def test_fronts_are_the_guidances(config: dict[str, Any]) -> None:
    found = planted(run(config))
    numbers = pareto.values(found)
    assert len(found["pareto"]) == 6
    for one in found["pareto"]:
        first, second = one["applications"]
        data = pareto.rows(numbers, first, second)
        members = {member["point"]: member["values"] for member in one["members"]}
        assert with_role(data, pareto.FRONT) == set(members)
        for row in data:
            if row["point"] in members:
                assert [row["x"], row["y"]] == members[row["point"]]
        mirrored = pareto.rows(numbers, second, first)
        assert [(row["y"], row["x"]) for row in mirrored] == [(r["x"], r["y"]) for r in data]
        barred = "compression" in (first, second)
        assert with_role(data, pareto.BARRED) == ({"b0.1_0.1_s0"} if barred else set())


def test_lines_of_the_sheet_join_points_of_one_total_and_of_one_share() -> None:
    """Given in any order, they follow the share along a total, and the total along a share."""
    rates = [[0, 8], [4, 4], [3, 1], [6, 2], [2, 2], [0, 4]]
    places = [{"point": f"{a}-{b}", "target": [a, b], "beta": []} for a, b in rates]
    lines = {tuple(line) for line in pareto.neighbours(places)}
    assert lines == {
        ("6-2", "4-4", "0-8"), ("3-1", "2-2", "0-4"),
        ("3-1", "6-2"), ("2-2", "4-4"), ("0-4", "0-8"),
    }  # fmt: skip
    thirds = [(6.66667, 13.3333), (3.33333, 6.66667), (20.0, 0.0)]
    rounded = [{"point": f"{a:.0f}", "target": [a, b], "beta": []} for a, b in thirds]
    assert sorted(pareto.neighbours(rounded)) == [["20", "7"], ["3", "7"]]
    mixed = [*places[:1], {"point": "b", "target": [], "beta": [8.0, 1.0]}]
    assert pareto.neighbours(mixed) == []  # a β is no total
    of_beta = [{"point": str(k), "target": [], "beta": [a, 3.0]} for k, a in enumerate([5.0, 1.0])]
    assert pareto.neighbours(of_beta) == [["1", "0"]]
    assert pareto.neighbours([{"point": "a", "target": [1.0, 2.0, 3.0], "beta": []}]) == []


def test_the_sheet_has_the_points_that_all_three_metrics_have() -> None:
    places = [
        {"point": name, "target": [a, 4.0 - a], "beta": []}
        for name, a in zip("abc", (0, 1, 4), strict=True)
    ]
    numbers = {"reconstruction": "abc", "generation": "abc", "classification": "ac"}
    metrics = {"reconstruction": "psnr_db", "generation": "inception_score"}
    guidance = {
        "places": places,
        "applications": {
            name: {
                "metric": metrics.get(name, "accuracy"),
                "points": [
                    {"point": p, "value": 10.0 * k + len(name)} for k, p in enumerate(known)
                ],
            }
            for name, known in numbers.items()
        },
    }
    rows = {row["point"]: (row["x"], row["y"], row["value"]) for row in pareto.threefold(guidance)}
    assert rows == {"a": (14, 10, 14), "c": (34, 30, 24)}
    mesh, marks = pareto.sheet(guidance).to_dict()["layer"]
    assert [row["x"] for row in mesh["data"]["values"]] == [34, 14]  # share 0, then 1
    assert marks["encoding"]["x"]["title"] == "Reconstruction: PSNR (dB)"
    assert marks["encoding"]["y"]["title"] == "Generation: Inception Score"
    del guidance["applications"]["generation"]
    assert pareto.threefold(guidance) == []


def test_titles_of_a_front_are_those_of_its_pair(config: dict[str, Any]) -> None:
    numbers = pareto.values(planted(run(config)))
    for layer in pareto.fronts(numbers, "clustering", "classification").to_dict()["layer"]:
        assert layer["encoding"]["x"]["title"] == "Clustering: Normalised mutual information"
        assert layer["encoding"]["y"]["title"] == "Classification: Accuracy"


def test_the_page_offers_every_application_to_compare(config: dict[str, Any]) -> None:
    html = page(advised(run(config))).replace(libraries(), "")
    for label in ("across", "up"):
        _, _, rest = html.partition(f'<select id="pareto-{label}"')
        options = rest.partition("</select>")[0]
        assert options.count("<option") == 4
        assert options.count("selected") == 1
        assert f'<label for="pareto-{label}">' in html
    assert html.count("<script") == html.count("</script>") == 8
    bare = page(run(config)).replace(libraries(), "")
    assert "pareto" not in bare


def test_scores_of_draws_are_where_the_tables_have_them(config: dict[str, Any]) -> None:
    shown = drawing(run(config))
    assert set(SCORES) == set(generation.SHOWN)
    assert generation.metrics(shown) == list(generation.SHOWN)
    for metric, score in SCORES.items():
        data = generation.rows(shown, metric)
        lowest = 2 if metric == "class_consistency" else 1
        assert {row["y"] for row in data} == {score}
        assert all(row["y_low"] < score < row["y_high"] for row in data)
        rates = {row["point"]: row["x"] for row in data}
        assert rates == {p: shown.rates[p][lowest - 1].value for p in rates}
        assert len(rates) == 4
    assert "the accuracy of the classifier is 0.970 (95 % from 0.950 to 0.990)" in page(shown)
    assert generation.metrics(run(config)) == []


def test_scores_of_draws_stand_beside_those_of_real_items(config: dict[str, Any]) -> None:
    shown = drawing(run(config))
    lines = {
        metric: {
            row["line"]: row["y"]
            for layer in generation.drawn(shown, metric).to_dict()["layer"]
            if layer["mark"]["type"] == "line"
            for row in layer["data"]["values"]
        }
        for metric in SCORES
    }
    assert lines["inception_score"] == {"Test items themselves: 9.50": 9.5}
    assert lines["class_consistency"]["Test items themselves: 0.970"] == 0.97
    assert "A(R): the limit" in lines["class_consistency"]
    assert lines["frechet"] == {}
    assert "Their Inception Score is 9.50 (95 % from 9.48 to 9.52)" in page(shown)


def test_latents_are_shown_where_they_are_recommended(config: dict[str, Any]) -> None:
    shown = advised(run(config))
    roles = embeddings.roles(shown)
    assert list(roles)[:2] == ["b10_0.1_s0", "b10_10_s0"]
    assert roles["b10_0.1_s0"][0] == "best for classification"
    assert roles["b10_10_s0"] == ["best for clustering"]
    assert sum("the compromise" in why for why in roles.values()) == 1
    names = [point["point"] for point in embeddings.shown(shown)]
    assert sorted(names) == sorted(roles)
    lowest = [min(point["rate_1"], point["rate_2"]) for point in embeddings.shown(shown)]
    assert [rate < embeddings.OPEN for rate in lowest] == [False, True, True, True]
    assert len(names) == len(set(names)) == 4  # corners are not shown twice
    assert "Best for clustering: β = (10, 10)" in " ".join(page(shown).split())
