"""`guidance.json`, from the tables of an experiment and of its baseline."""

import itertools
import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hvae.config.params import Guidance
from hvae.guidance.guide import guidance, main
from tests.guidance import planes
from tests.guidance.experiments import BOUND, measured, rated, tables_of, write
from tests.guidance.planes import task


def guide(**changes: Any) -> dict[str, Any]:
    return guidance(measured(**changes), [BOUND], Guidance())


def test_it_has_what_the_contract_says() -> None:
    found = guide()
    assert list(found["applications"]) == ["reconstruction", "compression", "classification"]
    assert "denoising" in found["not_measured"]
    one = found["applications"]["classification"]
    assert one["best"]["point"] == planes.name((10.0, 0.1))
    assert one["best"]["beta"] == [10.0, 0.1]
    assert one["best"]["rates"] == pytest.approx([10 / 11, 10 / 1.1])
    assert one["best"]["value"] == pytest.approx(0.5 + 0.04 * (10 / 1.1 - 5 / 11))
    assert one["region"] == [planes.name((10.0, 0.1))]
    assert one["significant"]
    assert len(found["losses"]) == 9
    assert [len(front["members"]) for front in found["pareto"]]
    verdicts = [claim["verdict"] for claim in found["scorecard"]]
    # a plane of β, and a check of another point
    assert verdicts == ["not tested", *["not applicable"] * 3]
    json.dumps(found, allow_nan=False)


def test_compression_keeps_to_its_budget_and_losses_say_where_it_cannot() -> None:
    found = guide()
    best = found["applications"]["compression"]["best"]
    assert best["rate_total"] <= 11
    assert best["beta"] == [0.1, 10.0]  # 10 nats: the first of two with the most within 11
    assert "within 0.5 bits per dimension" in found["applications"]["compression"]["text"]
    notes = {(one["application"], one["optimum"]): one["note"] for one in found["losses"]}
    assert notes["compression", "reconstruction"] == "over the budget"
    tight = guidance(measured(), [BOUND], Guidance(compression_bits=0.01))
    assert tight["not_reachable"] == ["compression"]
    assert "compression" not in tight["compromise"]["weights"]


def test_sentences_tell_beta_rates_values_and_how_sure_they_are() -> None:
    text = guide()["applications"]["classification"]["text"]
    assert text == (
        "For classification, use β = (10, 0.1). On test items that gives an accuracy of 0.845 "
        "(95 % from 0.835 to 0.856; samples of z1, method knn), at rates of R₁ = 0.91 ± 0.10 and "
        "R₂ = 9.09 ± 0.10 nats, 10.00 ± 0.10 in total. That is at the edge of "
        "the grid (β₁ and β₂): a wider grid might do better. On validation items, on which it was "
        "chosen, each of the other 8 points is significantly worse. Posterior means, which no "
        "rate limits, give 0.855 (95 % from 0.844 to 0.867) there."
    )


def test_what_errors_know_of_other_trainings_stands_beside_each_text() -> None:
    for one in guide(seeds=(0,))["applications"].values():
        assert one["seeds"].startswith("There is one training at each point")
        assert (one["significant"], one["trainings"]) == (False, 1)
        assert one["seeds"] not in one["text"]


def test_a_best_point_at_the_edge_of_the_grid_is_flagged() -> None:
    found = guide()
    best = {name: one["best"] for name, one in found["applications"].items()}
    assert best["classification"]["edge"] == ["beta_1", "beta_2"]
    assert found["compromise"]["best"]["edge"]
    assert "at the edge of the grid" in found["compromise"]["text"]


def test_the_best_inside_the_grid_is_no_edge_though_all_beyond_it_are_barred() -> None:
    inner, given = planes.name((1.0, 1.0)), measured()
    better = {"point": inner, "task": "compression", "metric": "psnr_db"}
    rows = [
        row | {"value": row["value"] + 1} if better.items() <= row.items() else row
        for row in given.tasks
    ]
    bumped = tables_of(given.points, rows, 2)
    one = guidance(bumped, [BOUND], Guidance(compression_bits=0.6))["applications"]["compression"]
    assert one["best"]["point"] == inner
    assert one["best"]["edge"] == []
    assert "edge" not in one["text"]


def test_an_axis_of_one_value_has_no_edge() -> None:
    points = [row for row in measured().points if row["beta_2"] == 1]
    one = guidance(measured()._replace(points=points), [BOUND], Guidance())["applications"]
    assert one["reconstruction"]["best"]["edge"] == ["beta_1"]


def test_every_value_of_an_application_is_told_where_it_was_measured() -> None:
    found = guide()
    places = {place["point"]: place for place in found["places"]}
    assert len(places) == 9
    for one in found["applications"].values():
        assert {point["point"] for point in one["points"]} == set(places)
        assert len(one["points"]) == 9
        (best,) = [p for p in one["points"] if p["point"] == one["best"]["point"]]
        assert {name: one["best"][name] for name in best if name != "barred"} == {
            name: value for name, value in best.items() if name != "barred"
        }
    barred = {p["point"] for p in found["applications"]["compression"]["points"] if p["barred"]}
    assert barred == {name for name, place in places.items() if place["rate_total"] > 11}
    assert not any(p["barred"] for p in found["applications"]["classification"]["points"])


def test_a_sentence_says_when_nothing_is_significantly_best() -> None:
    one = guide(se=0.5)["applications"]["classification"]
    assert not one["significant"]
    assert len(one["region"]) == 9
    assert "none of the 9 points is significantly worse." in one["text"]


def test_a_region_is_told_by_its_range() -> None:
    one = guide(se=0.05)["applications"]["classification"]
    assert 1 < len(one["region"]) < 9
    pattern = f"{len(one['region'])} of 9 points are not significantly worse than the best"
    assert pattern in one["text"]


def test_every_two_places_of_an_application_are_compared() -> None:
    found = guide()
    one = found["pairs"]["reconstruction"]
    count = len(one["points"])
    assert one["points"] == [place["point"] for place in found["places"]]
    assert {len(one[name]) for name in ("half", "degrees", "verdicts")} == {count * (count - 1) / 2}
    rates = [place["rate_total"] for place in found["places"]]  # PSNR is 10 dB more than these
    assert one["values"] == pytest.approx([10 + rate for rate in rates])
    words = {-1: "less", 0: "undecided", 1: "more"}
    apart = [round(np.sign(round(a - b, 6))) for a, b in itertools.combinations(rates, 2)]
    assert one["verdicts"] == [words[sign] for sign in apart]
    assert set(apart) == set(words)
    assert all(half > 0 for half in one["half"])


def test_seeds_are_told() -> None:
    one = guide(seeds=(0, 1, 2))["applications"]["classification"]
    assert len(one["best"]["points"]) == 3
    assert "means over 3 trainings, whose spread is part of the errors" in one["seeds"]


def test_a_compromise_is_told_with_its_weights() -> None:
    asked = Guidance(weights={"compression": 0.0, "classification": 2.0})
    found = guidance(measured(), [BOUND], asked)["compromise"]
    assert found["weights"] == {"reconstruction": 1, "classification": 2}
    assert "with weights reconstruction 1, classification 2" in found["text"]
    assert "Points over a budget" not in found["text"]
    assert "Points over a budget could not be chosen." in guide()["compromise"]["text"]


def test_a_baseline_of_one_layer_is_compared_on_test_items() -> None:
    single = measured(layers=1)
    found = guidance(measured(), [BOUND], Guidance(), {40: single})["baseline"]
    gains = {one["application"]: one for one in found}
    # 20 / 1.1 nats in two layers against 10 / 1.1 in one
    assert gains["reconstruction"]["gain"] == pytest.approx(10 / 1.1)
    assert gains["reconstruction"]["verdict"] == "more"
    assert gains["reconstruction"]["text"].startswith("The second layer adds 9.09")
    assert gains["reconstruction"]["text"].endswith(
        "28.18 dB at β = (0.1, 0.1) and 18.2 nats, against 19.09 dB at β = 0.1 and 9.09 nats with "
        "one layer, on test items, each at the point chosen for it."
    )
    # compression has a budget, of which two layers spend 10.0 nats and one 9.09
    assert not gains["compression"]["comparable"]
    assert gains["compression"]["verdict"] is None
    assert "cannot be judged for compression" in gains["compression"]["text"]
    noisy = guidance(measured(se=1.0), [BOUND], Guidance(), {40: measured(se=1.0, layers=1)})
    texts = {one["application"]: one["text"] for one in noisy["baseline"]}
    assert "adds nothing that is significant for classification" in texts["classification"]
    assert guide()["baseline"] == []


def test_without_any_point_there_is_nothing_to_say() -> None:
    lost = measured()._replace(points=[])
    found = guidance(lost, [], Guidance(), {40: measured(layers=1)})
    assert found["applications"] == {}
    assert found["compromise"]["best"] is None
    verdicts = {claim["verdict"] for claim in found["scorecard"]}
    assert verdicts == {"not tested", "not applicable"}


def test_the_command_reads_tables_and_baseline_and_writes_json(tmp_path: Path) -> None:
    write(tmp_path, measured())
    out = tmp_path / "guidance.json"
    job = json.dumps({"guidance": Guidance().model_dump(), "layers": 2})
    given = {"params": job, "results": tmp_path, "out": out}
    main(Namespace(**given, baseline=None))
    assert json.loads(out.read_text())["baseline"] == []
    single = measured(layers=1)
    write(tmp_path / "baseline", single, layers=1)
    names = {"40": [row["point"] for row in single.points]}
    given["params"] = json.dumps(json.loads(job) | {"single": names})
    main(Namespace(**given, baseline=tmp_path / "baseline"))
    found = json.loads(out.read_text())["baseline"]
    assert [[side["width"] for side in one["against"]] for one in found] == [[40]] * 3


def test_how_z_is_read_is_told_where_there_are_other_ways() -> None:
    texts = {name: one["text"] for name, one in guide()["applications"].items()}
    assert "; samples of z1, method knn)" in texts["classification"]
    assert "method" not in texts["reconstruction"] + texts["compression"]


def test_the_setting_that_judges_is_told_and_those_of_a_mean_are_listed() -> None:
    given = measured()
    rows = [
        *(
            task(point["point"], "denoising", "psnr_db", 20.0, method="decoder", setting=sigma)
            for point in given.points
            for sigma in ("0.1", "0.2", "0.4")
        ),
        *(
            task(point["point"], "regression", "r2", 0.5, method="ridge", setting=setting)
            for point in given.points
            for setting in ("intensity", "slant")
        ),
    ]
    more = tables_of(given.points, [*given.tasks, *rows], 2)
    found = guidance(more, [BOUND], Guidance())["applications"]
    assert "; noise 0.2), at rates" in found["denoising"]["text"]
    assert found["denoising"]["best"]["setting"] == "0.2"
    told = "; method ridge, mean over intensity and slant), at rates"
    assert told in found["regression"]["text"]
    assert found["regression"]["best"]["setting"] == ""


def test_on_a_lattice_each_total_has_its_best_split_and_claims_are_of_splits() -> None:
    found = guidance(rated(), [BOUND], Guidance())
    one = found["applications"]["reconstruction"]
    assert one["best"]["target"] == [4, 4]
    assert one["best"]["edge"] == ["largest total"]
    assert [(of["total"], of["target"]) for of in one["totals"]] == [(4, [2, 2]), (8, [4, 4])]
    assert all(len(of["worse"]) == 2 for of in one["totals"])
    assert [move["verdict"] for move in one["moves"]] == ["more", "less", "more", "less"]
    assert one["moves"][0]["change"] == pytest.approx(1)  # 2 dB for 2 nats
    assert found["applications"]["classification"]["totals"][0]["target"] == [0, 4]
    verdicts = [claim["verdict"] for claim in found["scorecard"]]
    assert verdicts == ["reproduced", "not applicable", "reproduced", "reproduced"]
    json.dumps(found, allow_nan=False)


def test_on_a_lattice_of_one_training_nothing_between_trainings_is_decided() -> None:
    found = guidance(rated(seeds=(0,)), [BOUND], Guidance())
    assert [claim["verdict"] for claim in found["scorecard"][2:]] == ["undecided: one training"] * 2
    for one in found["applications"].values():
        assert len(one["region"]) == one["candidates"] == 6
        assert {move["verdict"] for move in one["moves"]} == {"undecided: one training"}
        assert "significant" not in one["text"]
    assert {loss["verdict"] for loss in found["losses"]} == {None, "undecided: one training"}


def test_compression_goes_by_files_where_they_are_measured() -> None:
    """They take a fifth more than the rates, and their PSNR falls with the total rate."""
    given = measured()
    rates = [row for row in given.tasks if row["task"] == "compression"]
    totals = {row["point"]: row["value"] * 22 for row in rates if row["metric"] == "bits_per_dim"}
    files = [
        row | {"method": "file", "features": "", "value": value, "low": value, "high": value}
        for row in rates
        for value in [1.2 * row["value"] if row["metric"] == "bits_per_dim" else 30 - row["value"]]
    ]
    filed = tables_of(given.points, [*given.tasks, *files], 2)
    best = guidance(filed, [BOUND], Guidance())["applications"]["compression"]["best"]
    assert totals[best["point"]] == min(totals.values())
    by_rate = guidance(given, [BOUND], Guidance())["applications"]["compression"]["points"]
    by_file = guidance(filed, [BOUND], Guidance())["applications"]["compression"]["points"]
    for found, most in ((by_rate, 11), (by_file, 11 / 1.2)):
        assert {p["point"] for p in found if p["barred"]} == {
            p["point"] for p in found if totals[p["point"]] > most
        }
    assert sum(p["barred"] for p in by_file) > sum(p["barred"] for p in by_rate)
