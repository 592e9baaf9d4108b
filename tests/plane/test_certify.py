"""The certificate of a small model, beside models that are the same, better, or elsewhere."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from hvae.config.grid import Point
from hvae.data import prepared
from hvae.errors import InputError
from hvae.io import tables
from hvae.latents.measure import Measured, measure
from hvae.plane import certify
from hvae.plane.compare import moved
from hvae.training import checkpoint
from tests.plane import cases
from tests.plane.cases import added, independent

BETAS = [[0.1, 0.2], [1.0, 1.0], [0.4, 2.0]]  # a corner, the middle, and one off the lattice
Rows = dict[str, list[dict[str, Any]]]


def certified(folder: Path, points: list[Point], **other: Any) -> Rows:
    """The rows of each comparison."""
    job = cases.JOB | {"tolerance": 0.05, "shared": [cases.NAME]}
    job |= {"points": [point.model_dump() for point in points]} | other
    paths = {"data": folder / "data", "models": folder / "models", "out": folder / "c.parquet"}
    certify.main(cases.arguments(job, **paths))
    rows = tables.read(paths["out"]).to_pylist()
    return {
        kind: [row for row in rows if row["comparison"] == kind]
        for kind in ("objective", "polished", "distortion")
    }


@pytest.fixture
def experiment(tmp_path: Path) -> Path:
    cases.data(tmp_path / "data")
    cases.amortized_model(tmp_path / "models")
    return tmp_path


def test_a_model_holds_against_itself(experiment: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = certified(experiment, [independent(experiment / "models", beta) for beta in BETAS])
    assert [row["ratio"] for row in found["objective"]] == [1.0, 1.0, 1.0]
    assert [row["ratio_se"] for row in found["objective"]] == [0.0, 0.0, 0.0]
    # at the corner and the middle the survey has these very rates; elsewhere they are solved for
    assert [row["ratio"] for row in found["distortion"][:2]] == [1.0, 1.0]
    assert found["distortion"][2]["ratio"] == pytest.approx(1.0, abs=0.02)
    assert found["distortion"][2]["beta_1"] == pytest.approx(0.4, rel=0.1)
    assert {row["verdict"] for kind in found.values() for row in kind} == {"holds"}
    assert "The model for the plane is trusted" in capsys.readouterr().err


def test_values_are_those_of_points_parquet(experiment: Path) -> None:
    """J° on the test items and with the noise that `measure` uses for the tables."""
    point = independent(experiment / "models", [1.0, 0.5], change=added("decoder", 0.02))
    (row,) = certified(experiment, [point])["objective"]
    x = torch.tensor(prepared.read(experiment / "data" / "test.parquet").x[:50])
    for name, beta, value in [
        (point.name, None, row["independent"]),
        (cases.NAME, point.beta, row["amortized"]),
    ]:
        model = checkpoint.load(experiment / "models", name, beta)
        measured = measure(model, x, 2, 0, 2)
        constant = model.likelihood.constant(6)
        j = measured.distortion - constant + measured.rates @ np.array(point.beta)
        assert value == pytest.approx(j.mean())
    assert row["ratio"] == pytest.approx(row["amortized"] / row["independent"])


def test_distortion_is_moved_along_the_optimal_surface() -> None:
    """Of a Gaussian source, θ = βσ²: what is left over is of second order in log β."""
    variances, sigma = np.array([9.0, 4.0, 2.0]), 0.5

    def best(beta: float) -> Measured:
        theta = beta * sigma**2
        rate = np.log(variances / theta).sum() / 2
        distortion = np.array([len(variances) * theta / (2 * sigma**2)])
        return Measured(np.array([[rate]]), distortion, distortion, distortion)

    truth, errors = best(1.0), []
    for step in (0.2, 0.1, 0.05):
        beta = math.exp(step)
        errors.append((moved(best(beta), truth.rates, [beta]) - truth.distortion).item())
        assert abs(errors[-1]) < 0.2 * (best(beta).distortion - truth.distortion).item()
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.2)
    assert errors[1] / errors[2] == pytest.approx(4, rel=0.2)


def test_a_plane_that_is_worse_is_found_out(
    experiment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its reconstructions are shifted; rates are not, so that equal rates are at equal β."""
    points = [independent(experiment / "models", beta) for beta in BETAS]
    models = experiment / "models"
    known = checkpoint.card(models, cases.NAME)
    state = checkpoint.stored(models, cases.NAME).state_dict()
    checkpoint.save(models, known, added("decoder.2.bias", 8.0)(state))
    found = certified(experiment, points)
    for kind in ("objective", "distortion"):
        assert [row["verdict"] for row in found[kind]] == ["violated"] * 3
        assert all(row["low"] > 1.05 for row in found[kind])
    assert "The model for the plane is not trusted" in capsys.readouterr().err


def test_a_plane_that_is_better_holds(experiment: Path) -> None:
    models = experiment / "models"
    points = [independent(models, beta, change=added("decoder", 0.5)) for beta in BETAS]
    found = certified(experiment, points)
    assert {row["verdict"] for kind in found.values() for row in kind} == {"holds"}
    assert all(row["high"] < 1 for kind in found.values() for row in kind)


def test_rates_out_of_reach_are_not_compared_at(experiment: Path) -> None:
    point = independent(experiment / "models", [1.0, 1.0], change=added("posterior", 3.0))
    found = certified(experiment, [point])
    (row,) = found["distortion"]
    assert row["verdict"] == "unreachable"
    assert all(math.isnan(row[name]) for name in ("amortized", "ratio", "ratio_se", "low", "high"))
    assert found["objective"][0]["verdict"] == "holds"  # that costs the independent model dearly


def test_the_best_restart_on_validation_items_is_compared(experiment: Path) -> None:
    models = experiment / "models"
    points = [
        independent(models, [1.0, 1.0], 0, added("decoder", 0.5)),
        independent(models, [1.0, 1.0], 1, added("decoder", 0.01)),
        independent(models, [1.0, 1.0], 2, status="diverged"),
        independent(models, [1.0, 1.0], 3, added("decoder", math.nan)),
        independent(models, [0.1, 0.2], 0, status="diverged"),
    ]
    found = certified(experiment, points)
    assert [row["point"] for row in found["objective"]] == ["b1_1_anchors_s1"]


def test_learned_constants_are_compared_per_dimension(tmp_path: Path) -> None:
    """A density of another σ: exp of the difference of J in nats, constants and all, per pixel."""
    cases.data(tmp_path / "data")
    cases.amortized_model(tmp_path / "models", "gaussian-learned")
    same = independent(tmp_path / "models", [1.0, 1.0])
    wider = independent(tmp_path / "models", [0.1, 0.2], change=added("likelihood", 1.0))
    one, other = certified(tmp_path, [same, wider])["objective"]
    assert (one["ratio"], one["verdict"]) == (1.0, "holds")
    difference = other["amortized"] - other["independent"]
    assert other["ratio"] == pytest.approx(math.exp(difference / 6))


def test_a_plane_that_diverged_has_no_values(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases.data(tmp_path / "data")
    cases.amortized_model(tmp_path / "models", status="diverged")
    point = independent(tmp_path / "models", [1.0, 1.0])
    found = certified(tmp_path, [point])
    assert [row["verdict"] for row in found["objective"]] == ["undecided"]
    assert math.isnan(found["objective"][0]["amortized"])
    assert found["distortion"] == []
    assert "not trusted: its model of seed 0 has no finite value" in capsys.readouterr().err


def test_polished_models_are_compared_at_the_beta_of_independent_ones(experiment: Path) -> None:
    models = experiment / "models"
    points = [independent(models, beta) for beta in BETAS[:2]]
    polished = [
        independent(models, BETAS[0], 7),
        independent(models, BETAS[1], 7, added("decoder.2.bias", 8.0)),
        independent(models, BETAS[2], 7),  # where there is no other
        independent(models, BETAS[0], 8, status="diverged"),
    ]
    found = certified(experiment, points, polished=[point.model_dump() for point in polished])
    same, worse, lost = found["polished"]
    assert (same["ratio"], same["verdict"], same["seed"]) == (1.0, "holds", 7)
    assert (worse["point"], worse["verdict"]) == ("b1_1_anchors_s0", "violated")
    assert worse["amortized"] / worse["independent"] == pytest.approx(worse["ratio"])
    assert worse["independent"] == found["objective"][1]["independent"]
    assert (lost["verdict"], lost["seed"]) == ("undecided", 8)
    assert math.isnan(lost["amortized"])


TARGET = [2.0, 1.0]


def at_rates(folder: Path, kind: str, restart: int = 0, bias: float = 0.0, **other: Any) -> Point:
    """A model at the rates that it has, or `off` these, with reconstructions shifted by `bias`."""
    change = added("decoder.2.bias", bias) if bias else dict
    point = independent(folder, [1.0, 1.0], restart, change)
    name = f"r2_1_{kind}_s{restart}"
    known = checkpoint.card(folder, point.name).model_copy(
        update={"name": name, "strategy": "rates", "target": TARGET, "prices": [1.0, 0.5]} | other
    )
    checkpoint.save(folder, known, checkpoint.stored(folder, point.name).state_dict())
    return Point(name=name, rates=TARGET, seed=restart, model=name)


def certified_at_rates(folder: Path, rated: Point, scratch: list[Point]) -> Rows:
    anchor = independent(folder / "models", [1.0, 1.0])
    job = {"rated": [rated.model_dump()], "scratch": [point.model_dump() for point in scratch]}
    return certified(folder, [anchor], **job)


def test_at_given_rates_a_model_holds_against_itself_and_its_distortion_is_moved(
    experiment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    models = experiment / "models"
    rated, scratch = (at_rates(models, kind) for kind in ("rates", "scratch"))
    found = certified_at_rates(experiment, rated, [scratch])
    (row,) = found["distortion"]  # and none by solving
    assert (row["ratio"], row["ratio_se"], row["verdict"]) == (1.0, 0.0, "holds")
    assert (row["target_1"], row["target_2"], row["beta_1"], row["beta_2"]) == (2, 1, 1, 0.5)
    assert (row["point"], row["seed"]) == ("r2_1_scratch_s0", 0)
    x = torch.tensor(prepared.read(experiment / "data" / "test.parquet").x[:50])
    model = checkpoint.load(models, scratch.name)
    measured = measure(model, x, 2, 0, 2)
    by_hand = measured.distortion.mean() - model.likelihood.constant(6)
    by_hand += ((measured.rates.mean(0) - np.array(TARGET)) * [1.0, 0.5]).sum()
    assert row["independent"] == pytest.approx(by_hand)
    assert math.isnan(found["objective"][0]["target_1"])
    assert "The models at given rates are trusted" in capsys.readouterr().err


def test_at_given_rates_the_best_restart_finds_a_worse_model_out(experiment: Path) -> None:
    models = experiment / "models"
    scratch = [
        at_rates(models, "scratch", 0, bias=8.0),
        at_rates(models, "scratch", 1),
        at_rates(models, "scratch", 2, status="unreachable"),
        at_rates(models, "scratch", 3, status="diverged", prices=None),
    ]
    worse = at_rates(models, "rates", bias=8.0)
    (row,) = certified_at_rates(experiment, worse, scratch)["distortion"]
    assert (row["point"], row["verdict"]) == ("r2_1_scratch_s1", "violated")
    assert row["low"] > 1.05
    (row,) = certified_at_rates(experiment, worse, scratch[:1])["distortion"]
    assert (row["ratio"], row["verdict"]) == (1.0, "holds")


@pytest.mark.parametrize(
    ("status", "prices", "verdict"),
    [("unreachable", [1.0, 0.5], "unreachable"), ("diverged", None, "undecided")],
)
@pytest.mark.parametrize("lost", ["rates", "scratch"])
def test_what_misses_its_target_or_diverged_is_not_trusted(
    experiment: Path,
    capsys: pytest.CaptureFixture[str],
    lost: str,
    status: str,
    prices: list[float] | None,
    verdict: str,
) -> None:
    changes = {lost: {"status": status, "prices": prices}}
    rated, scratch = (
        at_rates(experiment / "models", kind, **changes.get(kind, {}))
        for kind in ("rates", "scratch")
    )
    (row,) = certified_at_rates(experiment, rated, [scratch])["distortion"]
    assert row["verdict"] == verdict
    assert math.isnan(row["ratio"])
    assert "are not trusted: 1 of 1 comparisons have no value" in capsys.readouterr().err


def test_an_anchor_outside_the_box_is_refused(experiment: Path) -> None:
    point = independent(experiment / "models", [1.0, 1.0]).model_copy(update={"beta": [20.0, 1.0]})
    known = checkpoint.card(experiment / "models", point.name)
    state = checkpoint.stored(experiment / "models", point.name).state_dict()
    moved = known.model_copy(update={"beta": point.beta})
    checkpoint.save(experiment / "models", moved, state)
    with pytest.raises(InputError, match=r"amortized_s0 is trained for β in .*, got \[20\.0, 1"):
        certified(experiment, [point])
