"""Targets of a small model: what is written is what the model is at the β that was found."""

import math
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import torch

from hvae.data import prepared
from hvae.io import tables
from hvae.latents.evaluate import measure
from hvae.models.hypernetwork import at
from hvae.models.noise import draw
from hvae.plane import targets
from hvae.training import checkpoint
from tests.plane import cases


def rates(folder: Path, beta: list[float]) -> list[float]:
    """Of the amortized model at β, on validation items."""
    x = torch.tensor(prepared.read(folder / "data" / "validation.parquet").x)
    model = checkpoint.load(folder / "models", cases.NAME, beta)
    return measure(model, x[:50], samples=2, seed=0, split=1).rates.mean(0).tolist()


def run(folder: Path, wanted: list[list[float]]) -> dict[str, pa.Table]:
    asked = [{"name": f"r{i}_targets_s0", "rates": w, "seed": 0} for i, w in enumerate(wanted)]
    job = cases.JOB | {"shared": cases.NAME, "targets": asked}
    out = {name: folder / f"{name}.parquet" for name in ("found", "points", "items")}
    paths = {"data": folder / "data", "models": folder / "models"}
    targets.main(cases.arguments(job, **paths, **out))
    return {name: tables.read(path) for name, path in out.items()}


@pytest.fixture
def experiment(tmp_path: Path) -> Path:
    cases.data(tmp_path / "data")
    cases.amortized_model(tmp_path / "models")
    return tmp_path


def row(table: pa.Table, index: int = 0) -> dict[str, Any]:
    return table.slice(index, 1).to_pylist()[0]


def test_the_rates_of_a_beta_are_found_again(experiment: Path) -> None:
    wanted = rates(experiment, [0.6, 2.5])
    found = row(run(experiment, [wanted])["found"])
    assert found["status"] == "ok"
    for layer, rate in enumerate(wanted, start=1):
        assert found[f"wanted_{layer}"] == rate
        assert found[f"rate_{layer}"] == pytest.approx(rate, rel=0.02, abs=0.05)
        assert found[f"low_{layer}"] <= found[f"rate_{layer}"] <= found[f"high_{layer}"]
    beta = [found["beta_1"], found["beta_2"]]
    assert rates(experiment, beta) == [found["rate_1"], found["rate_2"]]


def test_the_plain_model_that_is_written_is_the_conditioned_one_at_that_beta(
    experiment: Path,
) -> None:
    found = row(run(experiment, [rates(experiment, [0.6, 2.5])])["found"])
    card = checkpoint.card(experiment / "models", "r0_targets_s0")
    assert (card.strategy, card.status, card.box) == ("amortized", "ok", None)
    assert card.beta == [found["beta_1"], found["beta_2"]]
    plain = checkpoint.load(experiment / "models", "r0_targets_s0")
    conditioned = checkpoint.stored(experiment / "models", cases.NAME)
    at(conditioned, torch.tensor(card.beta))
    source = torch.Generator().manual_seed(0)
    x, noise = torch.rand(9, 6, generator=source), draw([3, 2], 9, source)
    was, now = conditioned(x, noise), plain(x, noise)
    torch.testing.assert_close(now.rates, was.rates)
    torch.testing.assert_close(now.distortion, was.distortion)


def test_a_target_is_a_point_on_test_items(experiment: Path) -> None:
    written = run(experiment, [rates(experiment, [0.6, 2.5])])
    point, items = row(written["points"]), written["items"]
    plain = checkpoint.load(experiment / "models", "r0_targets_s0")
    test = torch.tensor(prepared.read(experiment / "data" / "test.parquet").x[:50])
    measured = measure(plain, test, samples=2, seed=0, split=2)
    assert (point["point"], point["strategy"]) == ("r0_targets_s0", "amortized")
    assert point["rate_2"] == measured.rates[:, 1].mean()
    assert items.num_rows == 50
    assert items["distortion"].to_pylist() == measured.distortion.tolist()


def test_what_is_out_of_reach_has_no_numbers_and_is_told(
    experiment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = run(experiment, [[500.0, 0.0], rates(experiment, [1.0, 1.0])])
    assert written["found"]["status"].to_pylist() == ["unreachable", "ok"]
    assert written["points"]["status"].to_pylist() == ["unreachable", "ok"]
    assert math.isnan(row(written["points"])["objective"])
    assert set(written["items"]["point"].to_pylist()) == {"r1_targets_s0"}
    nearest = row(written["found"])
    assert nearest["rate_1"] <= nearest["high_1"] < 500
    assert checkpoint.card(experiment / "models", "r0_targets_s0").status == "unreachable"
    said = capsys.readouterr().err
    assert "r0_targets_s0: R = (500, 0) nats is out of reach: in its box of β the model has" in said
    assert "r1_targets_s0" not in said


def test_a_model_that_diverged_has_no_rates_to_ask_for(tmp_path: Path) -> None:
    cases.data(tmp_path / "data")
    cases.amortized_model(tmp_path / "models", status="diverged")
    written = run(tmp_path, [[1.0, 1.0]])
    found = row(written["found"])
    assert found["status"] == row(written["points"])["status"] == "diverged"
    assert (found["beta_1"], found["beta_2"]) == pytest.approx((1.0, 1.0))  # the box's middle
    assert math.isnan(found["rate_1"])
