"""The index of all experiments, which every run makes again."""

import json
import shutil

from tests.workflow.conftest import Workspace


def add_another(workspace: Workspace) -> None:
    """A second finished experiment, as a run of it would have left it in the same folder."""
    for folder in ("results", "reports"):
        shutil.copytree(workspace.folder / folder / "digits", workspace.folder / folder / "other")
    path = workspace.folder / "results/other/params.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"experiment": "other"}))


def test_a_run_lists_every_experiment_of_its_folder(workspace: Workspace) -> None:
    add_another(workspace)
    workspace.change(report={"title": "Another title"})
    made = [
        "reports/digits/index.html",
        "results/digits/params.json",
        "results/digits/summary.json",
    ]
    workspace.snakemake(*made)
    page = (workspace.folder / "reports/index.html").read_text()
    assert 'href="digits/index.html"' in page
    assert 'href="other/index.html"' in page
    assert "Another title" in page
    assert workspace.planned(*made) == {}
