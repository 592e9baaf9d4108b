"""A whole model of somebody else's: prices with a known answer, and every table and the page."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch

from hvae.audit.prices import prices
from hvae.audit.whole import AuditSettings, audit
from hvae.config.base import parse
from hvae.errors import InputError
from hvae.models.adapter import AdaptedVAE
from tests.audit.supplied import Ladder, Linear

TINY = {
    "evaluation": {
        "samples": 2,
        "max_items": 60,
        "information_items": 30,
        "importance_samples": 4,
    },
    "tasks": {
        "classification": {"probes": ["knn"], "max_train": 60},
        "clustering": {"methods": ["k-means"], "max_train": 60},
        "regression": {"methods": ["ridge"], "max_train": 60},
        "generation": {"width": 8, "max_epochs": 2, "images": 20},
        "inpainting": {"masks": ["half"], "steps": 2},
        "upscaling": {"steps": 2},
        "compression": {"max_items": 20},
    },
}


def items(count: int = 400, inputs: int = 6) -> torch.Tensor:
    return torch.randn(count, inputs, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("beta", [0.3, 1.0, 2.0])
def test_the_price_of_a_best_posterior_is_beta(beta: float) -> None:
    (found,) = prices(AdaptedVAE(Linear(beta)), items(), samples=4, seed=0)
    assert found.known
    # differences are of the order h², and Monte Carlo
    assert abs(found.spread - beta) < max(4 * found.spread_se, 0.01 * beta)
    assert abs(found.means - beta) < max(4 * found.means_se, 0.01 * beta)
    assert found.spread_se < 0.05 * beta


@pytest.mark.parametrize("beta", [(1.0, 1.0), (0.4, 1.2)])
def test_each_layer_of_a_ladder_has_its_own_price(beta: tuple[float, float]) -> None:
    found = prices(AdaptedVAE(Ladder(beta)), items(2000), samples=4, seed=0)
    for one, wanted in zip(found, beta, strict=True):
        assert one.known
        for value, error in [(one.spread, one.spread_se), (one.means, one.means_se)]:
            assert abs(value - wanted) < max(4 * error, 0.02 * wanted), one


def test_without_a_minimum_no_price_is_known() -> None:
    model = Linear(1.0)
    model.precision = model.precision * 4  # a spread that is half as large as is best
    (found,) = prices(AdaptedVAE(model), items(), samples=4, seed=0)
    assert not found.known
    assert np.isnan(found.value)


def test_a_closed_layer_has_no_price() -> None:
    model = Linear(1.0)
    model.weight = torch.zeros(6, 3)
    model.precision = torch.ones(3)
    (found,) = prices(AdaptedVAE(model), items(), samples=1, seed=0)
    assert np.isnan([found.spread, found.means]).all()
    assert not found.known


def test_every_table_and_the_page_of_a_plain_vae(tmp_path: Path) -> None:
    settings = parse(AuditSettings, TINY | {"title": "Somebody's", "beta": [1.0]})
    found = audit("tests.audit.supplied:plain", "digits", {"max_items": 300}, settings, tmp_path)
    stored = {path.stem for path in tmp_path.glob("*.parquet")}
    assert stored == {*found.tables, "prices"}
    assert {*found.tables} == {
        "points", "items", "gallery", "tasks", "selection", "scores", "counts", "information",
        "bounds",
    }  # fmt: skip
    (point,) = pq.read_table(tmp_path / "points.parquet").to_pylist()
    total = point["distortion"] - point["distortion_constant"] + point["rate_1"]
    assert point["objective"] == pytest.approx(total)
    tasks = {row["task"] for row in found.tables["tasks"].to_pylist() if row["point"] == "own"}
    assert tasks == {
        "reconstruction", "denoising", "inpainting", "upscaling", "compression", "classification",
        "regression", "clustering", "generation", "recognition",
    }  # fmt: skip
    files = [
        row for row in found.tables["tasks"].to_pylist()
        if row["task"] == "compression" and row["method"] == "file"
    ]  # fmt: skip
    assert files  # written, and read back
    verdicts = {row["verdict"] for row in found.tables["bounds"].to_pylist()}
    assert "violated" not in verdicts
    page = (tmp_path / "index.html").read_text()
    assert "Somebody&#39;s" in page
    assert "From spreads" in page
    assert "Inception Score" in page


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "wrong_width",
            r"wrong_width \(.*supplied\.py, line \d+\): its decode must give items×64, ",
        ),
        ("no_density", r"no_density \(.*supplied\.py, line \d+\) must have log_prob, as hvae\."),
        ("SIGMA", r"SIGMA \(.*supplied\.py\) must be an adapter, or give one, got 0\.5"),
    ],
)
def test_what_is_no_adapter_is_refused(tmp_path: Path, name: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        audit(f"tests.audit.supplied:{name}", "digits", {"max_items": 100},
              parse(AuditSettings, TINY), tmp_path)  # fmt: skip
