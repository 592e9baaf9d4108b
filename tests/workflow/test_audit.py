"""The audit of a model that a run has trained gives the numbers of the run, to the last digit."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hvae.audit.whole import POINT, AuditSettings, audit
from hvae.config.base import parse
from hvae.training.checkpoint import priced
from tests.workflow.conftest import Workspace

NAME = "r2.5_2.5_rates_s0"
ADAPTER = """from pathlib import Path

from hvae.training import checkpoint


class Ours:
    def __init__(self):
        self.model = checkpoint.load(Path(__file__).parent / "results/digits/models", "NAME")
        self.latents, self.likelihood = self.model.latents, self.model.likelihood

    def posterior(self, x, above):
        layer = len(self.latents) - 1 - len(above)
        prior = self.model.prior_of(layer, above)
        return self.model.posterior_of(layer, self.model.bottom_up(x)[layer], above, prior)

    def prior(self, above):
        return self.model.prior_of(len(self.latents) - 1 - len(above), above)

    def decode(self, z):
        return self.model.decode(z)
"""
# what a run says of training, which an audit does not know
ESTIMATED = ("value", "std_error")
UNKNOWN = {"strategy", "status", "train_seconds", "target_1", "target_2", "beta_1", "beta_2"}


def rows(table: pa.Table, point: str) -> list[dict[str, Any]]:
    """Those of a point, and those of none, without its name."""
    mine = [row for row in table.to_pylist() if row["point"] in (point, "")]
    mine = [row for row in mine if row.get("task") != "anomaly"]  # an audit has no outliers
    kept = [{k: v for k, v in row.items() if k not in UNKNOWN | {"point"}} for row in mine]
    return sorted(kept, key=lambda row: json.dumps(row, default=str, sort_keys=True))


def test_our_own_model_gives_the_tables_of_its_run(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(workspace.folder)
    monkeypatch.syspath_prepend(str(workspace.folder))
    Path("our_model.py").write_text(ADAPTER.replace("NAME", NAME))
    results = Path("results/digits")
    params = json.loads((results / "params.json").read_text())
    (point,) = (r for r in pq.read_table(results / "points.parquet").to_pylist()
                if r["point"] == NAME)  # fmt: skip
    given = {name: params[name] for name in ("seed", "evaluation", "tasks")}
    prices = [point["price_1"], point["price_2"]]
    settings = parse(AuditSettings, given | {"beta": priced(prices)})  # as files have it
    found = audit("our_model:Ours", "data/prepared/digits", {}, settings, Path("audited")).tables
    for name in ("items", "tasks", "selection", "counts", "information", "gallery", "scores"):
        ours = rows(found[name], POINT)
        theirs = rows(pq.read_table(results / f"{name}.parquet"), NAME)
        if name == "information":  # differences of large sums, which threads may round otherwise
            first, second = (
                np.array([[row.pop(key) for key in ESTIMATED] for row in of])
                for of in (ours, theirs)
            )
            assert first == pytest.approx(second, rel=1e-9, abs=1e-9)
        assert ours == theirs, name
        assert ours, name
    (mine,), (theirs,) = (rows(found["points"], POINT), rows(pq.read_table(
        results / "points.parquet"), NAME))  # fmt: skip
    by_price = {"objective", "objective_se", "price_1", "price_2"} if min(prices) <= 0 else set()
    for key, value in theirs.items():
        assert key in by_price or mine[key] == value or value != value, key
