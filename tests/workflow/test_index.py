"""The index of all experiments, which their runs share: made when one changes, and not again."""

import json
import shutil

from tests.workflow.conftest import Workspace


def add_another(workspace: Workspace) -> None:
    """A second finished experiment, as a run of it would have left it in the same folder."""
    for folder in ("results", "reports"):
        shutil.copytree(workspace.folder / folder / "digits", workspace.folder / folder / "other")
    path = workspace.folder / "results/other/params.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"experiment": "other"}))


def test_another_experiment_joins_the_index_once(workspace: Workspace) -> None:
    add_another(workspace)
    assert workspace.planned("experiment") == {}
    assert workspace.planned() == {"index": 1, "all": 1}
    workspace.snakemake()
    page = (workspace.folder / "reports/index.html").read_text()
    assert 'href="digits/index.html"' in page
    assert 'href="other/index.html"' in page
    assert "Nothing to be done" in workspace.snakemake()


def test_an_index_that_is_gone_is_all_that_is_made_anew(workspace: Workspace) -> None:
    (workspace.folder / "reports/index.html").unlink()
    assert workspace.planned() == {"index": 1, "all": 1}


def test_two_runs_at_once_share_no_output(workspace: Workspace) -> None:
    """Snakemake locks what a run makes: without the index, another experiment's is free."""
    overlay = workspace.folder / "other.yaml"
    overlay.write_text("experiment: other\n")
    planned = workspace.planned("experiment", "--configfile", "other.yaml")
    assert "index" not in planned
    assert planned["report"] == 1
