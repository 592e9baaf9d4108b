"""The whole workflow with one more source, likelihood, backbone and task."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.adding.additions import add
from tests.adding.test_adding import CHANGES, MODEL, TRAINING
from tests.workflow.conftest import make

RESULTS = Path("results/added")


@pytest.mark.slow
def test_a_run_of_what_was_added_ends_in_a_report(tmp_path: Path) -> None:
    workspace = make(
        tmp_path,
        **CHANGES,
        model=MODEL,
        training=TRAINING,
        evaluation={"samples": 2, "max_items": 100},
        tasks={"generation": {"width": 16, "max_epochs": 3, "images": 50}},
    )
    add(tmp_path)
    workspace.snakemake()
    tasks = pq.read_table(tmp_path / RESULTS / "tasks.parquet").to_pylist()
    mine = [row for row in tasks if row["task"] == "guessing"]
    assert len(mine) == 2 * 3  # samples and means of each set of layers
    guidance = json.loads((tmp_path / RESULTS / "guidance.json").read_text())
    assert "For guessing, use β = " in guidance["applications"]["guessing"]["text"]
    page = (tmp_path / "reports/added/index.html").read_text()
    assert "Guessing: accuracy, nearest-mean" in page
    assert "Laplace likelihood with σ = 0.2" in (tmp_path / "reports/index.html").read_text()
