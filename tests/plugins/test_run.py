"""One plug-in of each kind through the whole workflow, beside an overlay."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from tests.plugins import written
from tests.workflow.conftest import Workspace, make, merged

TINY: dict[str, Any] = {
    "experiment": "mine",
    "grid": {
        "beta": [[0.1, 10], [0.1, 10]],
        "rates": {"totals": [3], "shares": [0.5]},
        "seeds": [0],
    },
    "training": {
        "steps": 30,
        "batch_size": 32,
        "validate_every": 10,
        "rates": {"steps": 30, "batch_size": 32, "validate_every": 10},
    },
    "certification": {"beta": [[1], [1]], "rates": [], "training": {"steps": 10}},
    "baseline": None,
    "evaluation": {"samples": 2, "max_items": 40, "importance_samples": 4},
    "tasks": {
        "classification": {"probes": ["knn"], "max_train": 40},
        "clustering": {"methods": ["k-means"], "max_train": 40},
        "regression": {"methods": ["ridge"], "max_train": 40},
        "generation": {"width": 8, "max_epochs": 2, "images": 20},
        "inpainting": {"masks": ["half"], "steps": 2},
        "upscaling": {"steps": 2},
        "visualisation": {"methods": ["pca"], "max_items": 20},
    },
}
OVERLAY = "ours/mine.yaml"
RESULTS = Path("results/mine")

pytestmark = pytest.mark.slow  # 41 jobs, each of which starts Python


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A run of all four, with plug-ins beside an overlay that is in a folder of its own."""
    workspace = make(tmp_path_factory.mktemp("plugged"))
    written.write(workspace.folder / "ours")
    overlay = merged(TINY, written.PARAMS)
    (workspace.folder / OVERLAY).write_text(yaml.safe_dump(overlay))
    workspace.snakemake("--configfile", OVERLAY)
    return workspace


def test_all_four_are_measured_and_guided_by_and_shown(ran: Workspace) -> None:
    results = ran.folder / RESULTS
    points = pq.read_table(results / "points.parquet").to_pylist()
    assert {row["strategy"] for row in points} == {"amortized", "independent", "rates"}
    assert all(row["status"] in ("ok", "unconverged", "unreachable") for row in points)
    tasks = pq.read_table(results / "tasks.parquet").to_pylist()
    mine = {row["features"]: row for row in tasks if row["task"] == "absolute_error"}
    assert set(mine) == {"sample", "mean"}
    assert mine["sample"]["metric"] == "absolute_error"
    guidance = json.loads((results / "guidance.json").read_text())
    advice = guidance["applications"]["absolute_error"]
    assert not advice["higher_is_better"]
    assert advice["best"]["value"] == mine["sample"]["value"]
    assert advice["text"].startswith("For absolute error, train to R = (1.5, 1.5) nats: ")
    assert "it gives a mean absolute error of " in advice["text"]
    assert guidance["compromise"]["weights"]["absolute_error"] == 2
    page = (ran.folder / "reports/mine/index.html").read_text()
    for shown in (
        "Absolute error: Mean absolute error (units)",  # of its map
        "Absolute error: mean absolute error",  # of the explorer
    ):
        assert shown in page, shown
    index = (ran.folder / "reports/index.html").read_text()
    assert "likelihood my_likelihoods:Laplace with sigma = 0.2" in index


def test_a_change_of_their_code_is_a_change_of_the_jobs_that_run_it(ran: Workspace) -> None:
    assert not ran.planned("--configfile", OVERLAY)
    path = ran.folder / "ours" / "my_tasks.py"
    before = path.read_text()
    path.write_text(before + "# changed\n")
    planned = ran.planned("--configfile", OVERLAY)
    assert planned["own_absolute_error"] == 1
    assert not {"prepare", "train_plane", "train_rates", "reconstruction"} & set(planned)
    path.write_text(before)
    part = ran.folder / "ours" / "my_parts.py"  # which the backbone imports
    before = part.read_text()
    part.write_text(before + "# changed\n")
    planned = ran.planned("--configfile", OVERLAY)
    assert planned["train_plane"] == planned["train_rates"] == 1
    assert "prepare" not in planned
    part.write_text(before)
    assert not ran.planned("--configfile", OVERLAY)


def test_where_to_aim_is_asked_from_the_folder_that_has_the_task(ran: Workspace) -> None:
    asked = ["--results", str(ran.folder / RESULTS), "--for", "absolute_error"]
    path = [f"PYTHONPATH={ran.folder}", f"HVAE_PLUGINS={ran.folder / 'ours'}"]
    told = ran.run("env", *path, "python", "-m", "hvae.guidance", *asked)
    assert told.startswith("For absolute error, train to R = (1.5, 1.5) nats")
    alone = ran.run("env", path[0], "python", "-m", "hvae.guidance", *asked, succeeds=False)
    assert "tasks: there is no module 'my_tasks' in " in alone
