"""What holds an amortised plane to account: where it is shown, what it says, what it leaves out."""

import re
from typing import Any

import pytest

from hvae.config.base import parse
from hvae.config.params import Params
from hvae.reports.charts.scatter import CROWDED, GRID, scatter
from hvae.reports.charts.theme import ends, nats
from hvae.reports.page import chapters, figures, page
from hvae.reports.render import libraries
from hvae.reports.sections import plane
from hvae.reports.sections.certification import (
    at_rates,
    certificate,
    judged,
    ratios,
    rows,
    unreachable,
)
from hvae.reports.sections.overview import findings
from hvae.reports.sections.rate_targets import met, misses, rated
from hvae.results.experiment import ordinal, part, split
from tests.reports.amortized import certificate_at_rates
from tests.reports.cases import HOSTILE, run
from tests.reports.test_page import data_of

Config = dict[str, Any]
RATES = [(1.0, 1.0), (9.0, 0.5)]
KINDS = pytest.mark.parametrize(
    ("layers", "source"), [(1, "digits"), (2, "digits"), (3, "gaussian"), (2, "gaussian-mixture")]
)


def body(shown: Any) -> str:
    return page(shown).replace(libraries(), "")


@KINDS
def test_a_page_of_an_amortised_plane_is_whole(config: Config, layers: int, source: str) -> None:
    one = run(config, layers, source=source, amortized=True)
    drawn = figures(one)
    assert len({figure.name for figure in drawn}) == len(drawn)
    for figure in drawn:
        values = data_of(figure.spec)
        assert values
        assert all(values), figure.name
    found = {figure.name for figure in drawn}
    assert found >= {"certificate-objective", "certificate-distortion", "curves", "curves-shared"}
    html = body(one)
    assert "nan" not in re.sub(r"<script>.*</script>", "", html, flags=re.DOTALL).lower()
    assert "Nothing to show" not in html
    assert HOSTILE not in html


def test_polished_models_are_shown_beside_the_plane(config: Config) -> None:
    config["training"]["polish"] = {}
    one = run(config, amortized=True)
    assert [(row["at"], row["ratio"]) for row in rows(one, "polished")] == [
        (beta, 0.97) for beta in ("0.1, 0.1", "0.1, 10", "10, 0.1", "10, 10")
    ]
    assert rows(one, "polished")[0]["amortized_se"] == 0.1  # of its own point
    drawn = {figure.name: figure.spec for figure in figures(one)}
    assert {"certificate-objective", "certificate-polished"} <= drawn.keys()
    html = body(one)
    assert html.count('<th class="number">J° polished</th>') == 1
    assert "4 were polished at their β" in html
    assert "polished models&#39; objective at equal β is 0.970 times" in html
    config["training"]["polish"] = None
    assert judged(one).trusted is judged(run(config, amortized=True)).trusted


def test_its_head_counts_models_and_points(config: Config) -> None:
    html = " ".join(body(run(config, amortized=True, rates=RATES)).split())
    assert "one hierarchical VAE with 2 layers" in html
    assert (
        "conditioned on β (1,234 weights), covers the plane of rates with 4 points, and 2 models "
        "were trained on from it to given rates" in html
    )
    assert "there are 8 independent models (1,234 weights each) of one β." in html
    assert "Applications are measured at" not in html  # where none was measured


def test_a_page_says_at_which_points_applications_are_measured(config: Config) -> None:
    config["grid"] |= {"beta": [[1, 2, 3, 4, 5, 6, 7], [1, 2, 3, 4, 5, 6]], "rates": []}
    config["evaluation"]["every"] = 3
    told = "every 3rd value of each β, its ends and middle (9 of 42 points)"
    assert part(parse(Params, config)) == told
    config["evaluation"]["every"] = 1
    assert part(parse(Params, config)) == ""


@pytest.mark.parametrize("amortized", [False, True])
def test_only_an_amortised_plane_is_certified(config: Config, amortized: bool) -> None:
    one = run(config, amortized=amortized)
    names = {section.name for chapter in chapters(one) for section in chapter.sections}
    assert ("certification" in names) == amortized
    said = [finding for finding in findings(one) if "model for the plane" in finding]
    assert said == ([judged(one).headline] if amortized else [])
    assert ('id="certification"' in body(one)) == amortized


def test_comparisons_are_placed_at_the_beta_of_the_independent_model(config: Config) -> None:
    one = run(config, amortized=True)
    moved = [r | {"beta_1": 3.0} if r["comparison"] == "distortion" else r for r in one.certificate]
    one = one._replace(certificate=moved)
    assert [row["at"] for row in rows(one, "distortion")] == [
        "0.1, 0.1", "0.1, 10", "10, 0.1", "10, 10",
    ]  # fmt: skip
    assert [row["at"] for row in unreachable(one)] == ["10, 10"]
    assert len(ratios(one, "distortion")) == 3
    assert len(ratios(one, "objective")) == 4
    assert rows(one, "objective")[0]["amortized_se"] == 0.1  # of the plane's own point
    assert "no β in its box with the rates of β = (10, 10):" in body(one)


def test_the_chart_shows_every_ratio_and_both_lines(config: Config) -> None:
    values = data_of(certificate(run(config, amortized=True), "objective").to_dict())
    lines, *marks = values
    assert [line["ratio"] for line in lines] == [1.0, pytest.approx(1.05)]
    assert {row["ratio"] for row in marks[0]} == {1.02}
    assert {(row["low"], row["high"]) for row in marks[0]} == {(1.0, 1.04)}


def test_models_at_given_rates_are_judged_where_others_were_trained_to_them(
    config: Config,
) -> None:
    one = run(config, amortized=True, rates=[(9.0, 0.5), (0.5, 1.5), (1.5, 0.5)])
    beside = [row for row in one.certificate if row["comparison"] == "objective"]
    assert "nothing certifies these" in body(one._replace(guidance=None)) or not one.guidance
    trusted = one._replace(certificate=[*beside, *certificate_at_rates(one.params)])
    assert judged(trusted).trusted
    assert [row["at"] for row in at_rates(trusted)] == [
        "2 nats: 1.5, 0.5", "2 nats: 0.5, 1.5", "9.5 nats: 9, 0.5",
    ]  # fmt: skip
    html = body(trusted)
    assert "The models at given rates are trusted" in html
    assert "r9_0.5_scratch_s0" in html
    assert "nan" not in re.sub(r"<script>.*</script>", "", html, flags=re.DOTALL).lower()
    (drawn,) = [figure for figure in figures(trusted) if figure.name == "certificate-rates"]
    _, bars, marks = data_of(drawn.spec)
    assert len(bars) == len(marks) == 3
    lost = one._replace(certificate=[*beside, *certificate_at_rates(one.params, lost=True)])
    assert judged(lost).trusted is False
    assert "1 of 3 comparisons have no value" in body(lost)
    assert "nan" not in re.sub(r"<script>.*</script>", "", body(lost), flags=re.DOTALL).lower()


def test_diverged_anchors_do_not_decide_about_models_at_given_rates(config: Config) -> None:
    first = [point["point"] for point in run(config, amortized=True).anchors]
    one = run(config, amortized=True, rates=RATES, diverged=tuple(first))
    one = one._replace(certificate=list(certificate_at_rates(one.params)))
    assert judged(one).trusted
    assert "8 of 8 independent models diverged" in judged(one).sentence


def test_seeds_stand_side_by_side(config: Config) -> None:
    config["grid"]["seeds"] = [0, 1]
    one = run(config, amortized=True)
    both = [row | {"seed": seed} for row in one.certificate for seed in (0, 1)]
    one = one._replace(certificate=both)
    assert "yOffset" in str(certificate(one, "objective").to_dict())
    assert len(ratios(one, "objective")) == 8
    assert "2 hierarchical VAEs" in body(one)


def test_diverged_independent_models_are_told(config: Config) -> None:
    first = [point["point"] for point in run(config, amortized=True).anchors]
    some = run(config, amortized=True, diverged=tuple(first[:1]))
    assert judged(some).sentence.endswith("1 of 8 independent models diverged.")
    lost = run(config, amortized=True, diverged=tuple(first))
    assert judged(lost).trusted is None
    html = body(lost)
    assert html.count("All 8 independent models diverged") == 2
    assert "nothing was compared" in html
    assert "certificate-objective" not in {figure.name for figure in figures(lost)}


@pytest.mark.parametrize("amortized", [False, True])
def test_points_at_given_rates_are_shown_with_their_rates(config: Config, amortized: bool) -> None:
    one = run(config, amortized=amortized, rates=RATES, diverged=("r1_1_rates_s0",))
    lost, reached = rated(one)
    assert reached.layers is not None
    assert [(layer.target, layer.rate) for layer in reached.layers] == [(9.0, 9.0), (0.5, 0.5)]
    assert (lost.layers, lost.status) == (None, "diverged")
    html = body(one)
    assert 'id="targets"' in html
    assert "9.00 ± 0.10, 0.50 ± 0.10" in html
    assert "1.5, 1.5" in html  # the prices
    assert 'id="targets"' not in body(run(config, amortized=amortized))


def test_trainings_of_one_place_are_one_row_with_their_worst_miss(config: Config) -> None:
    one = run(config, rates=RATES)
    rows = [
        row | {"point": f"{row['point']}{seed}", "seed": seed, "rate_1": row["rate_1"] + 0.1 * seed}
        for row in one.rated
        for seed in range(3)
    ]
    first, last = rated(one._replace(rated=rows))
    # of 1, 1.1 and 1.2 one is within 0.05 of 1; of 9, 9.1 and 9.2 two are within 2 % of 9
    assert met(one._replace(rated=rows)).startswith(
        "On test items, 9 of the 12 rates of single layers are within 2 % or 0.05"
    )
    assert first.layers is not None
    assert first.layers[0].rate == pytest.approx(1.1)
    assert first.layers[0].spread == pytest.approx(0.1)
    assert (first.miss, first.status) == (pytest.approx(0.2), "ok")
    assert first.points.count(",") == 2
    assert last.name == "R = (9, 0.5) nats"
    lost = [row | {"status": "diverged"} if row["seed"] == 1 else row for row in rows]
    assert rated(one._replace(rated=lost))[0].status == "2 ok, 1 diverged"


def test_curves_of_models_at_given_rates_stand_open(config: Config) -> None:
    """And those of independent models behind a disclosure; dashes only where they tell apart."""
    one = run(config, amortized=True, rates=[(9, 0.5), (1, 0)])
    found = {figure.name: figure for figure in figures(one)}
    assert found["curves-rates"].section == "training"
    assert found["curves"].section == "training-independent"
    drawn = found["curves-rates"].spec
    assert {row["total"] for row in data_of(drawn)[0]} == {9.5, 1}
    assert drawn["encoding"]["strokeDash"]["legend"] is None
    first, *others = one.rated
    mixed = one._replace(rated=[first | {"status": "unconverged"}, *others])
    (again,) = [figure for figure in figures(mixed) if figure.name == "curves-rates"]
    assert again.spec["encoding"]["strokeDash"]["legend"]["title"] == "Training"


def test_misses_are_drawn_against_what_training_allows(config: Config) -> None:
    """Closed layers have no share of a target, and are not drawn."""
    one = run(config, rates=[(9, 0.5), (1, 0)])
    moved = [row | {"rate_1": 1.1 * row["target_1"]} for row in one.rated]
    chart = misses(one._replace(rated=moved))
    assert chart is not None
    (band, bars, _) = chart.to_dict()["layer"]
    drawn = {(row["layer"], row["x"]): row["y"] for row in bars["data"]["values"]}
    assert drawn == {
        ("z₁", 9): pytest.approx(10),
        ("z₂", 0.5): pytest.approx(0),
        ("z₁", 1): pytest.approx(10),
    }
    edge = band["data"]["values"]
    assert (edge[0]["above"], edge[-1]["above"]) == (pytest.approx(10), pytest.approx(2))
    assert misses(one._replace(rated=[row | {"status": "diverged"} for row in moved])) is None


def test_applications_are_measured_at_given_rates_where_there_are_any(config: Config) -> None:
    one = run(config, amortized=True, rates=RATES)
    assert {row["point"] for row in one.evaluated} == {"r1_1_rates_s0", "r9_0.5_rates_s0"}
    assert part(one.params) == "the 2 points that were trained to given rates"
    assert "R = (9, 0.5) nats" in body(one)


def test_anchors_are_drawn_on_the_plane_and_not_mixed_into_it(config: Config) -> None:
    one = run(config, amortized=True, rates=RATES)
    for metric in plane.metrics(one):
        drawn = plane.rows(one, metric)
        counts = [sum(row["kind"] == kind for row in drawn) for kind in _names()]
        assert counts == [0 if metric.name == "accuracy" else 4, 8, 2]
    gaussian = figures(run(config, source="gaussian", amortized=True))
    (cells,) = [figure for figure in gaussian if figure.section == "exactness"]
    assert len({row["point"] for row in data_of(cells.spec)[0]}) == 4


def _names() -> list[str]:
    return ["Point of the grid", "Independent model", "Trained to given rates"]


@pytest.mark.parametrize(("count", "bars"), [(CROWDED, 2), (CROWDED + 1, 0)])
def test_a_crowded_plane_has_its_errors_under_the_title_alone(count: int, bars: int) -> None:
    data = [
        {"point": f"p{i}", "kind": GRID.name, "beta": "1"} | ends("x", i, 0.5) | ends("y", i, 0.25)
        for i in range(count)
    ]
    side = nats("R", [float(count)])
    drawn = scatter(data, "Title", side, side, {"value": "red"}, {"x": "rate"}).to_dict()
    assert sum(layer["mark"]["type"] == "rule" for layer in drawn["layer"]) == bars
    assert drawn["title"]["subtitle"][1] == "± 0.98 across, 0.49 up"


@pytest.mark.parametrize(
    ("number", "text"), [(2, "2nd"), (3, "3rd"), (5, "5th"), (11, "11th"), (21, "21st")]
)
def test_ordinals(number: int, text: str) -> None:
    assert ordinal(number) == text


def test_points_are_split_by_kind(config: Config) -> None:
    config["training"]["polish"] = {}
    one = run(config, amortized=True, rates=RATES)
    every = [*one.rated, *one.polished, *one.anchors, *one.points]
    assert len(one.polished) == 4
    assert split(one.params, every) == (one.points, one.anchors, one.rated, one.polished)
    config["training"]["polish"] = None
    independent = run(config)
    assert split(independent.params, independent.points) == (independent.points, [], [], [])
